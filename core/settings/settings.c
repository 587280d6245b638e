/* SPDX-License-Identifier: Apache-2.0
 *
 * The values in force: declared defaults, what the store has over them, what
 * reeve.yaml and the command line have over that. The text of each layer is kept, so that reading
 * the store again does not hide the file, and it can be told where a value comes from.
 */
#include "settings/settings_internal.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "base/yaml.h"

enum { FILE_MAX_BYTES = 1 << 20 };

struct value {
    char *text[RV_LAYERS]; /* NULL: not set in this layer */
};

struct rv_settings {
    struct value values[RV_SETTINGS_MOST];
};

int
rv_settings_put(struct rv_settings *settings, int layer, const char *key, const char *text,
                rv_err *err)
{
    if (rv_settings_check(key, text, err))
        return err->code;
    struct value *value = &settings->values[rv_settings_index(key)];
    free(value->text[layer]);
    value->text[layer] = rv_strdup(text);
    return 0;
}

void
rv_settings_clear(struct rv_settings *settings, int layer)
{
    for (int i = 0; i < RV_SETTINGS_MOST; i++) {
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
        RV_ASSERT(count < RV_SETTINGS_MOST);
        RV_ASSERT(one->fallback ? rv_settings_check_value(one, one->fallback, &err) == 0
                                : rv_settings_index(one->inherits) < count);
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

/* The layer that says something of this setting itself; DEFAULT: none, or its own default. */
static int
own_layer(const struct rv_settings *settings, int index)
{
    int layer = RV_LAYERS - 1;
    while (layer > RV_LAYER_DEFAULT && settings->values[index].text[layer] == NULL)
        layer--;
    return layer;
}

/* The setting that a value comes from: itself while it has one of its own, set or as default, else
 * the one that it inherits from. */
static int
source_of(const struct rv_settings *settings, int index)
{
    const struct rv_setting *all = rv_settings_declared();
    while (own_layer(settings, index) == RV_LAYER_DEFAULT && all[index].fallback == NULL)
        index = rv_settings_index(all[index].inherits);
    return index;
}

static const char *
text_at(const struct rv_settings *settings, int index)
{
    int source = source_of(settings, index), layer = own_layer(settings, source);
    return layer == RV_LAYER_DEFAULT ? rv_settings_declared()[source].fallback
                                     : settings->values[source].text[layer];
}

/* What stands in a file is in clear, and goes to every worker. */
static int
check_overlay(const char *key, const char *text, rv_err *err)
{
    if (rv_settings_check(key, text, err))
        return err->code;
    if (rv_settings_declared()[rv_settings_index(key)].type != RV_SET_SECRET)
        return 0;
    rv_fail(err, RV_E_INVALID, "setting '%s' is a secret, which a file would show", key);
    return rv_hint(err, "reevectl settings set %s asks for it and keeps it sealed", key);
}

int
rv_settings_overlay(struct rv_settings *settings, const cJSON *object, const char *from,
                    rv_err *err)
{
    if (cJSON_IsNull(object)) /* an empty file */
        return 0;
    struct rv_flat flat;
    int failed = rv_flat_of(&flat, object, err);
    for (int i = 0; i < flat.count && !failed; i++)
        if (flat.texts[i])
            failed = check_overlay(flat.keys[i], flat.texts[i], err);
    for (int i = 0; i < flat.count && !failed; i++)
        if (flat.texts[i]) /* "workers:" may have all below it commented out */
            failed = rv_settings_put(settings, RV_LAYER_FILE, flat.keys[i], flat.texts[i], err);
    rv_flat_free(&flat);
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
    int index = rv_settings_index(key);
    RV_ASSERT(index >= 0 && rv_settings_declared()[index].type != RV_SET_STRING);
    RV_ASSERT(rv_settings_number(&number, &rv_settings_declared()[index], text_at(settings, index),
                                 &err) == 0);
    return number;
}

const char *
rv_settings_string(const struct rv_settings *settings, const char *key)
{
    int index = rv_settings_index(key);
    RV_ASSERT(index >= 0 && rv_settings_declared()[index].type != RV_SET_SECRET);
    return text_at(settings, index);
}

const char *
rv_settings_at(const struct rv_settings *settings, int layer, const char *key)
{
    int index = rv_settings_index(key);
    RV_ASSERT(index >= 0);
    return layer == RV_LAYER_DEFAULT ? rv_settings_declared()[index].fallback
                                     : settings->values[index].text[layer];
}

int
rv_settings_origin(const struct rv_settings *settings, const char *key)
{
    return own_layer(settings, source_of(settings, rv_settings_index(key)));
}

const char *
rv_settings_source(const struct rv_settings *settings, const char *key)
{
    return rv_settings_declared()[source_of(settings, rv_settings_index(key))].key;
}

const char *
rv_settings_layer_name(int layer)
{
    static const char *const names[] = { "default", "region", "zone", "server", "file" };
    return names[layer];
}

int
rv_settings_unset(struct rv_settings *settings, int layer, const char *key)
{
    struct value *value = &settings->values[rv_settings_index(key)];
    int was = value->text[layer] != NULL;
    free(value->text[layer]);
    value->text[layer] = NULL;
    return was;
}

cJSON *
rv_settings_object_of(cJSON *top, const char *key, const char **last)
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
        if (all[i].type == RV_SET_SECRET)
            continue;
        cJSON *object = rv_settings_object_of(top, all[i].key, &last);
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
        if (settings->values[i].text[RV_LAYER_FILE])
            cJSON_AddStringToObject(top, rv_settings_declared()[i].key,
                                    settings->values[i].text[RV_LAYER_FILE]);
    return top;
}

void
rv_settings_forget_overlay(struct rv_settings *settings)
{
    rv_settings_clear(settings, RV_LAYER_FILE);
}
