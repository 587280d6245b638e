/* SPDX-License-Identifier: Apache-2.0
 *
 * Laying what is given over what is stored. Runs in the API worker, before
 * anything is lent to a verify worker.
 */
#include "server/lay.h"

#include <string.h>
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "server/protocol.h"

enum { OPTIONS_MAX = 256 };

static const cJSON *
member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const cJSON *
declared(const cJSON *manifest, const char *name)
{
    const cJSON *option;
    cJSON_ArrayForEach(option, member(manifest, "options"))
    {
        if (rv_streq(rv_json_string(option, "name"), name))
            return option;
    }
    return NULL;
}

static int
is_lent(const cJSON *value, const char *lend_word)
{
    RV_AUTO_FREE char *place = NULL;
    RV_AUTO_FREE char *envelope = NULL;
    return cJSON_IsString(value) && rv_lent_parse(value->valuestring, lend_word, &place, &envelope);
}

/* A port of the same host may be another's. */
static int
is_port(const char *name)
{
    size_t len = strlen(name);
    return strcmp(name, "port") == 0 || (len > 5 && strcmp(name + len - 5, "_port") == 0);
}

static int
is_well_known_secret(const char *name)
{
    return strcmp(name, "password") == 0 || strcmp(name, "auth_key") == 0 ||
           strcmp(name, "client_key") == 0;
}

static int
may_connect(const cJSON *option, const char *name)
{
    const char *type = rv_json_string(option, "type");
    if (rv_streq(type, "duration") || rv_streq(type, "size"))
        return 0;
    if (rv_streq(type, "integer"))
        return is_port(name);
    return !rv_streq(type, "secret") || !is_well_known_secret(name);
}

/* What the module will see: the default for nothing. NULL when there is none. */
static char *
text_of(const cJSON *value, const cJSON *option)
{
    const char *fallback = rv_json_string(option, "default");
    if (cJSON_IsString(value) && value->valuestring[0])
        return rv_strdup(value->valuestring);
    if (cJSON_IsBool(value))
        return rv_strdup(cJSON_IsTrue(value) ? "true" : "false");
    if (cJSON_IsNumber(value) && value->valuedouble == (double)(int64_t)value->valuedouble)
        return rv_format("%lld", (long long)value->valuedouble);
    if (cJSON_IsNumber(value))
        return rv_format("%.17g", value->valuedouble);
    return fallback ? rv_strdup(fallback) : NULL;
}

static int
differs(const cJSON *stored, const cJSON *given, const cJSON *option)
{
    RV_AUTO_FREE char *before = text_of(stored, option);
    RV_AUTO_FREE char *after = text_of(given, option);
    int same = rv_streq(before, after);
    if (after)
        rv_wipe(after, strlen(after));
    return !same;
}

/* The first of what is given that may lead elsewhere, or NULL. */
static const char *
find_redirection(const cJSON *stored, const cJSON *given, const cJSON *manifest,
                 const char *lend_word)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, given)
    {
        const cJSON *option = declared(manifest, item->string);
        const cJSON *before = member(stored, item->string);
        if (!is_lent(before, lend_word) && may_connect(option, item->string) &&
            differs(before, item, option))
            return item->string;
    }
    return NULL;
}

static int
check_secrets(const cJSON *stored, const cJSON *given, const char *redirection,
              const char *lend_word, rv_err *err)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, stored)
    {
        if (!is_lent(item, lend_word) || member(given, item->string))
            continue;
        rv_fail(err, RV_E_INVALID, "with another '%.100s' the secret '%.100s' must be given again",
                redirection, item->string);
        return rv_hint(err,
                       "a stored secret is sent only where it was meant to go: give '%.100s' as "
                       "well, or null to do without it",
                       item->string);
    }
    return 0;
}

static int
fail_unknown(const cJSON *manifest, const char *name, rv_err *err)
{
    const char *names[OPTIONS_MAX + 1] = { NULL };
    const cJSON *option;
    int count = 0;
    cJSON_ArrayForEach(option, member(manifest, "options"))
    {
        if (count < OPTIONS_MAX)
            names[count++] = rv_json_string(option, "name");
    }
    const char *near = rv_nearest(name, names);
    return rv_fail(err, RV_E_INVALID, "unknown option '%.80s'%s%s%s", name,
                   near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* Mistakes before anything is asked for: a null for what is not there would pass unseen, and who
 * has misspelt a name need not look for a password. */
static int
check_names(const cJSON *given, const cJSON *manifest, rv_err *err)
{
    const cJSON *item;
    if (manifest == NULL)
        return 0;
    cJSON_ArrayForEach(item, given)
    {
        const cJSON *option = declared(manifest, item->string);
        if (option == NULL)
            return fail_unknown(manifest, item->string, err);
        if (cJSON_IsNull(item) && cJSON_IsTrue(member(option, "required")))
            return rv_fail(err, RV_E_INVALID, "option '%.80s' cannot be taken away: it is required",
                           item->string);
    }
    return 0;
}

static void
lay(cJSON *stored, const cJSON *given)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, given)
    {
        cJSON_DeleteItemFromObjectCaseSensitive(stored, item->string);
        if (!cJSON_IsNull(item))
            cJSON_AddItemToObject(stored, item->string, cJSON_Duplicate(item, 1));
    }
}

int
rv_lay_options(cJSON *stored, const cJSON *given, const cJSON *manifest, const char *lend_word,
               rv_err *err)
{
    const char *redirection = find_redirection(stored, given, manifest, lend_word);
    if (check_names(given, manifest, err) ||
        (redirection && check_secrets(stored, given, redirection, lend_word, err)))
        return err->code;
    lay(stored, given);
    return 0;
}
