/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether there is a setting of a name, and whether a text is a value of it.
 */
#include "settings/settings_internal.h"

#include <string.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

enum { VALUE_MAX_BYTES = 4096 };

enum { PLACES = 256, PROBES = 4 }; /* a power of two, well above the number of settings */

static int
search(const char *key)
{
    const struct rv_setting *all = rv_settings_declared();
    for (int i = 0; all[i].key; i++)
        if (strcmp(all[i].key, key) == 0)
            return i;
    return -1;
}

/* Remembers where a key was found, by its address: callers name settings by literals, many of them
 * with each request. Two that fall on one place must not push each other out. */
int
rv_settings_index(const char *key)
{
    static struct {
        const char *key;
        int index;
    } found[PLACES];
    const struct rv_setting *all = rv_settings_declared();
    size_t first = (uint32_t)((uintptr_t)key * 2654435761u) >> 24, last = first + PROBES - 1;
    for (size_t at = first; at <= last; at++) {
        size_t place = at % PLACES;
        if (found[place].key == key && strcmp(all[found[place].index].key, key) == 0)
            return found[place].index;
        if (found[place].key == NULL)
            last = at;
    }
    int index = search(key);
    if (index >= 0) {
        found[last % PLACES].key = key;
        found[last % PLACES].index = index;
    }
    return index;
}

int
rv_settings_number(int64_t *out, const struct rv_setting *setting, const char *text, rv_err *err)
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
    rv_buf all = rv_buf_limited(256);
    for (int i = 0; words[i]; i++)
        rv_buf_addf(&all, "%s%s", i ? ", " : "", words[i]);
    rv_fail(err, RV_E_INVALID, "'%s' is not one of %s", text, rv_buf_text(&all));
    rv_buf_free(&all);
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
    static const struct {
        const char *key, *words[5];
    } words[] = {
        { "log.level", { "debug", "info", "warning", "error", NULL } },
        { "log.format", { "logfmt", "json", NULL } },
        { "workers.fence", { "on", "off", "required", NULL } },
        { "automate.isolation", { "worker", "fork", NULL } },
        { "automate.trace", { "methods", "all", "none", NULL } },
        { "smtp.security", { "none", "starttls", "tls", NULL } },
    };
    static const char *const methods[] = { "normal", "escalate", NULL };
    if (strlen(text) > VALUE_MAX_BYTES)
        return rv_fail(err, RV_E_LIMIT, "longer than %d bytes", VALUE_MAX_BYTES);
    if (last_part_is(setting->key, "poll_method"))
        return check_word(text, methods, err);
    if (strcmp(setting->key, "log.topics") == 0)
        return rv_log_topics_check(text, err);
    for (size_t i = 0; i < RV_COUNT(words); i++)
        if (strcmp(setting->key, words[i].key) == 0)
            return check_word(text, words[i].words, err);
    return 0;
}

const char *
rv_settings_unit(int type)
{
    return type == RV_SET_DURATION ? "ms" : type == RV_SET_SIZE ? "bytes" : "";
}

static int
fail_range(const struct rv_setting *setting, const char *text, rv_err *err)
{
    char least[32], most[32];

    rv_format_in_unit(least, setting->min, rv_settings_unit(setting->type));
    rv_format_in_unit(most, setting->max, rv_settings_unit(setting->type));
    return rv_fail(err, RV_E_INVALID, "'%s' is out of range, %s to %s", text, least, most);
}

/* What is no value of the type at all: the range is told as well. */
static int
fail_form(const struct rv_setting *setting, rv_err *err)
{
    char least[32], most[32];
    const rv_err why = *err;

    if (setting->min == 0 && setting->max == 0)
        return err->code;
    rv_format_in_unit(least, setting->min, rv_settings_unit(setting->type));
    rv_format_in_unit(most, setting->max, rv_settings_unit(setting->type));
    rv_fail(err, why.code, "%s, %s to %s", why.text, least, most);
    return why.hint[0] ? rv_hint(err, "%s", why.hint) : err->code;
}

static int
fits_header(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return 0;
    return 1;
}

/* Of a secret, which is not repeated: none, or long enough that nobody guesses it. */
static int
check_secret(const struct rv_setting *setting, const char *text, rv_err *err)
{
    if (text[0] == '\0' || rv_streq(text, RV_SETTINGS_MASK))
        return 0;
    if ((int64_t)strlen(text) < setting->min)
        rv_fail(err, RV_E_INVALID, "shorter than %lld characters: it could be guessed",
                (long long)setting->min);
    else if (!fits_header(text))
        rv_fail(err, RV_E_INVALID,
                "only letters, digits and signs of ASCII are taken, no blanks and no line breaks: "
                "it is sent in a header");
    else
        return check_string(setting, text, err);
    return rv_hint(err, "openssl rand -hex 24 makes one");
}

int
rv_settings_check_value(const struct rv_setting *setting, const char *text, rv_err *err)
{
    int64_t number = 0;
    if (setting->type == RV_SET_STRING)
        return check_string(setting, text, err);
    if (setting->type == RV_SET_SECRET)
        return check_secret(setting, text, err);
    if (rv_settings_number(&number, setting, text, err))
        return fail_form(setting, err);
    if ((setting->min != 0 || setting->max != 0) &&
        (number < setting->min || number > setting->max))
        return fail_range(setting, text, err);
    int64_t least = rv_settings_least(setting);
    if (least > 0 && number != 0 && number < least) {
        char shown[32];
        rv_format_in_unit(shown, least, rv_settings_unit(setting->type));
        return rv_fail(err, RV_E_INVALID,
                       "'%s' is out of range, 0 for no limit, or %s and more; units are KiB, MiB "
                       "and GiB",
                       text, shown);
    }
    return 0;
}

static int
unknown_key(const char *key, rv_err *err)
{
    const char *names[RV_SETTINGS_MOST + 1];
    const struct rv_setting *all = rv_settings_declared();
    int count = 0;
    for (; all[count].key; count++)
        names[count] = all[count].key;
    names[count] = NULL;
    const char *near = rv_nearest(key, names);
    rv_fail(err, RV_E_INVALID, "unknown setting '%s'%s%s%s", key, near ? ", did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    return rv_hint(err, "reevectl settings list shows them all, and so does reeved --settings");
}

int
rv_settings_check(const char *key, const char *text, rv_err *err)
{
    int index = rv_settings_index(key);
    if (index < 0)
        return unknown_key(key, err);
    if (rv_settings_check_value(&rv_settings_declared()[index], text, err))
        return rv_wrap(err, "setting '%s'", key);
    return 0;
}

int
rv_settings_same(const char *key, const char *a, const char *b)
{
    rv_err ignored = RV_ERR_INIT;
    const struct rv_setting *setting = &rv_settings_declared()[rv_settings_index(key)];
    int64_t left = 0, right = 0;

    if (a == NULL || b == NULL || setting->type == RV_SET_STRING || setting->type == RV_SET_SECRET)
        return rv_streq(a, b);
    return rv_settings_number(&left, setting, a, &ignored) == 0 &&
           rv_settings_number(&right, setting, b, &ignored) == 0 && left == right;
}
