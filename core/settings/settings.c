/* SPDX-License-Identifier: Apache-2.0
 *
 * The values in force: declared defaults, what the store has over them, what
 * reeve.yaml and the command line have over that. Two layers of text a setting are
 * kept, so that reading the store again does not hide the file.
 */
#include "settings/settings_internal.h"

#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

enum { FILE_MAX_BYTES = 1 << 20, VALUE_MAX_BYTES = 4096, MOST_SETTINGS = 512 };

struct value {
    char *text[RV_LAYERS]; /* NULL: not set in this layer */
};

struct rv_settings {
    struct value values[MOST_SETTINGS];
};

static int
setting_index(const char *key)
{
    const struct rv_setting *all = rv_settings_declared();
    for (int i = 0; all[i].key; i++)
        if (strcmp(all[i].key, key) == 0)
            return i;
    return -1;
}

static int
parse_number(int64_t *out, const struct rv_setting *setting, const char *text, rv_err *err)
{
    switch (setting->type) {
    case RV_SET_INT:
        return rv_parse_int(out, text, err);
    case RV_SET_DURATION:
        return rv_parse_duration(out, text, err);
    case RV_SET_SIZE:
        return rv_parse_size(out, text, err);
    case RV_SET_FLAG:
        return rv_parse_flag(out, text, err);
    default:
        *out = 0;
        return 0;
    }
}

static int
check_word(const char *text, const char *const *words, rv_err *err)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return 0;
    rv_fail(err, RV_E_INVALID, "'%s' is not one of %s, %s%s", text, words[0], words[1],
            words[2] ? ", ..." : "");
    const char *near = rv_nearest(text, words);
    return near ? rv_hint(err, "did you mean '%s'?", near) : err->code;
}

static int
last_part_is(const char *key, const char *word)
{
    const char *dot = strrchr(key, '.');
    return dot && strcmp(dot + 1, word) == 0;
}

static int
check_string(const struct rv_setting *setting, const char *text, rv_err *err)
{
    static const char *const levels[] = { "debug", "info", "warning", "error", NULL };
    static const char *const formats[] = { "logfmt", "json", NULL };
    static const char *const methods[] = { "normal", "escalate", NULL };
    if (strlen(text) > VALUE_MAX_BYTES)
        return rv_fail(err, RV_E_LIMIT, "longer than %d bytes", VALUE_MAX_BYTES);
    if (last_part_is(setting->key, "poll_method"))
        return check_word(text, methods, err);
    if (strcmp(setting->key, "log.level") == 0)
        return check_word(text, levels, err);
    if (strcmp(setting->key, "log.format") == 0)
        return check_word(text, formats, err);
    return 0;
}

static int
check_value(const struct rv_setting *setting, const char *text, rv_err *err)
{
    int64_t number = 0;
    if (setting->type == RV_SET_STRING)
        return check_string(setting, text, err);
    if (parse_number(&number, setting, text, err))
        return err->code;
    if ((setting->min != 0 || setting->max != 0) &&
        (number < setting->min || number > setting->max)) {
        const char *unit = setting->type == RV_SET_DURATION ? " ms"
                           : setting->type == RV_SET_SIZE   ? " bytes"
                                                            : "";
        return rv_fail(err, RV_E_INVALID, "'%s' is out of range, %lld to %lld%s", text,
                       (long long)setting->min, (long long)setting->max, unit);
    }
    return 0;
}

static int
unknown_key(const char *key, rv_err *err)
{
    const char *names[MOST_SETTINGS + 1];
    const struct rv_setting *all = rv_settings_declared();
    int count = 0;
    for (; all[count].key; count++)
        names[count] = all[count].key;
    names[count] = NULL;
    const char *near = rv_nearest(key, names);
    rv_fail(err, RV_E_INVALID, "unknown setting '%s'%s%s%s", key, near ? ", did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    return rv_hint(err, "reeved --settings lists them all");
}

int
rv_settings_check(const char *key, const char *text, rv_err *err)
{
    int index = setting_index(key);
    if (index < 0)
        return unknown_key(key, err);
    if (check_value(&rv_settings_declared()[index], text, err))
        return rv_wrap(err, "setting '%s'", key);
    return 0;
}

int
rv_settings_put(struct rv_settings *settings, int layer, const char *key, const char *text,
                rv_err *err)
{
    if (rv_settings_check(key, text, err))
        return err->code;
    struct value *value = &settings->values[setting_index(key)];
    free(value->text[layer]);
    value->text[layer] = rv_strdup(text);
    return 0;
}

void
rv_settings_clear(struct rv_settings *settings, int layer)
{
    for (int i = 0; i < MOST_SETTINGS; i++) {
        free(settings->values[i].text[layer]);
        settings->values[i].text[layer] = NULL;
    }
}

struct rv_settings *
rv_settings_new(void)
{
    struct rv_settings *settings = rv_alloc(sizeof(*settings));
    int count = 0;
    for (; rv_settings_declared()[count].key; count++) {
        rv_err err = RV_ERR_INIT;
        const struct rv_setting *one = &rv_settings_declared()[count];
        RV_ASSERT(count < MOST_SETTINGS);
        RV_ASSERT(one->fallback ? check_value(one, one->fallback, &err) == 0
                                : setting_index(one->inherits) < count);
    }
    return settings;
}

void
rv_settings_free(struct rv_settings *settings)
{
    if (settings == NULL)
        return;
    for (int layer = 0; layer < RV_LAYERS; layer++)
        rv_settings_clear(settings, layer);
    free(settings);
}

static const char *
own_text(const struct rv_settings *settings, int index)
{
    for (int layer = RV_LAYERS - 1; layer >= 0; layer--)
        if (settings->values[index].text[layer])
            return settings->values[index].text[layer];
    return NULL;
}

/* Its own value, else its own default, else those of the setting that it inherits from. */
static const char *
text_at(const struct rv_settings *settings, int index)
{
    const struct rv_setting *all = rv_settings_declared();
    for (;;) {
        const char *text = own_text(settings, index);
        if (text == NULL)
            text = all[index].fallback;
        if (text)
            return text;
        index = setting_index(all[index].inherits);
    }
}

/* The scalar's text, as a person would have written it. */
static char *
scalar_text(const cJSON *value)
{
    if (cJSON_IsString(value))
        return rv_strdup(value->valuestring);
    if (cJSON_IsBool(value))
        return rv_strdup(cJSON_IsTrue(value) ? "true" : "false");
    if (cJSON_IsNumber(value) && value->valuedouble == floor(value->valuedouble) &&
        fabs(value->valuedouble) < 9e15)
        return rv_format("%lld", (long long)value->valuedouble);
    if (cJSON_IsNumber(value))
        return rv_format("%.17g", value->valuedouble);
    return NULL;
}

/* Laid out flat first and only then applied, so that a mistake leaves everything as it was. */
struct flat {
    char **keys, **texts;
    int count;
};

static void
free_flat(struct flat *flat)
{
    for (int i = 0; i < flat->count; i++) {
        free(flat->keys[i]);
        free(flat->texts[i]);
    }
    free(flat->keys);
    free(flat->texts);
}

/* Takes key and text. */
static void
add_flat(struct flat *flat, char *key, char *text)
{
    flat->keys = rv_realloc(flat->keys, (size_t)flat->count + 1, sizeof(char *));
    flat->texts = rv_realloc(flat->texts, (size_t)flat->count + 1, sizeof(char *));
    flat->keys[flat->count] = key;
    flat->texts[flat->count++] = text;
}

static int
flatten(struct flat *flat, const char *prefix, const cJSON *object, rv_err *err)
{
    for (const cJSON *item = object->child; item; item = item->next) {
        char *key = rv_format("%s%s%s", prefix, prefix[0] ? "." : "", item->string);
        if (cJSON_IsNull(item)) { /* "workers:" with everything below it commented out */
            free(key);
            continue;
        }
        if (cJSON_IsObject(item)) {
            int failed = flatten(flat, key, item, err);
            free(key);
            if (failed)
                return failed;
            continue;
        }
        char *text = scalar_text(item);
        if (text == NULL) {
            rv_fail(err, RV_E_INVALID, "setting '%s' must be one value, not a list", key);
            free(key);
            return err->code;
        }
        add_flat(flat, key, text);
    }
    return 0;
}

int
rv_settings_overlay(struct rv_settings *settings, const cJSON *object, const char *from,
                    rv_err *err)
{
    if (cJSON_IsNull(object)) /* an empty file */
        return 0;
    if (!cJSON_IsObject(object))
        return rv_fail(err, RV_E_INVALID, "%s: keys and values are expected", from);
    struct flat flat = { 0 };
    int failed = flatten(&flat, "", object, err);
    for (int i = 0; i < flat.count && !failed; i++)
        failed = rv_settings_check(flat.keys[i], flat.texts[i], err);
    for (int i = 0; i < flat.count && !failed; i++)
        failed = rv_settings_put(settings, RV_LAYER_TOP, flat.keys[i], flat.texts[i], err);
    free_flat(&flat);
    return failed ? rv_wrap(err, "%s", from) : 0;
}

int
rv_settings_file(struct rv_settings *settings, const char *path, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf bytes = rv_buf_limited(FILE_MAX_BYTES);
    if (rv_buf_read_file(&bytes, path, err))
        return rv_wrap(err, "read settings");
    RV_AUTO_JSON cJSON *object = NULL;
    if (rv_yaml_parse(&object, rv_buf_text(&bytes), bytes.len, FILE_MAX_BYTES, err))
        return rv_wrap(err, "%s", path);
    return object ? rv_settings_overlay(settings, object, path, err) : 0;
}

int64_t
rv_settings_int(const struct rv_settings *settings, const char *key)
{
    rv_err err = RV_ERR_INIT;
    int64_t number = 0;
    int index = setting_index(key);
    RV_ASSERT(index >= 0 && rv_settings_declared()[index].type != RV_SET_STRING);
    RV_ASSERT(
        parse_number(&number, &rv_settings_declared()[index], text_at(settings, index), &err) == 0);
    return number;
}

const char *
rv_settings_string(const struct rv_settings *settings, const char *key)
{
    int index = setting_index(key);
    RV_ASSERT(index >= 0);
    return text_at(settings, index);
}

int
rv_settings_unset(struct rv_settings *settings, int layer, const char *key)
{
    struct value *value = &settings->values[setting_index(key)];
    int was = value->text[layer] != NULL;
    free(value->text[layer]);
    value->text[layer] = NULL;
    return was;
}

/* The object that holds the last part of a dotted key, made on the way; *last is that part. */
static cJSON *
object_of(cJSON *top, const char *key, const char **last)
{
    cJSON *object = top;
    const char *dot;
    while ((dot = strchr(key, '.')) != NULL) {
        RV_AUTO_FREE char *name = rv_strndup(key, (size_t)(dot - key));
        cJSON *next = cJSON_GetObjectItemCaseSensitive(object, name);
        object = next ? next : cJSON_AddObjectToObject(object, name);
        key = dot + 1;
    }
    *last = key;
    return object;
}

cJSON *
rv_settings_to_json(const struct rv_settings *settings)
{
    cJSON *top = cJSON_CreateObject();
    const struct rv_setting *all = rv_settings_declared();
    for (int i = 0; all[i].key; i++) {
        const char *last = NULL;
        cJSON *object = object_of(top, all[i].key, &last);
        if (all[i].type == RV_SET_INT)
            cJSON_AddNumberToObject(object, last, (double)rv_settings_int(settings, all[i].key));
        else if (all[i].type == RV_SET_FLAG)
            cJSON_AddBoolToObject(object, last, rv_settings_int(settings, all[i].key) != 0);
        else
            cJSON_AddStringToObject(object, last, text_at(settings, i));
    }
    return top;
}

cJSON *
rv_settings_to_overlay(const struct rv_settings *settings)
{
    cJSON *top = cJSON_CreateObject();
    for (int i = 0; rv_settings_declared()[i].key; i++)
        if (settings->values[i].text[RV_LAYER_TOP])
            cJSON_AddStringToObject(top, rv_settings_declared()[i].key,
                                    settings->values[i].text[RV_LAYER_TOP]);
    return top;
}

void
rv_settings_forget_overlay(struct rv_settings *settings)
{
    rv_settings_clear(settings, RV_LAYER_TOP);
}
