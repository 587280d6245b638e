/* SPDX-License-Identifier: Apache-2.0
 *
 * Nested settings laid out flat: "workers: {generic: {count: 4}}" is "workers.generic.count" and
 * "4". Done whole before anything is applied, so that a mistake leaves everything as it was.
 */
#include "settings/settings_internal.h"

#include <math.h>
#include <stdlib.h>
#include "base/mem.h"
#include "base/text.h"

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

void
rv_flat_free(struct rv_flat *flat)
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
add_flat(struct rv_flat *flat, char *key, char *text)
{
    flat->keys = rv_realloc(flat->keys, (size_t)flat->count + 1, sizeof(char *));
    flat->texts = rv_realloc(flat->texts, (size_t)flat->count + 1, sizeof(char *));
    flat->keys[flat->count] = key;
    flat->texts[flat->count++] = text;
}

static int
flatten(struct rv_flat *flat, const char *prefix, const cJSON *object, rv_err *err)
{
    for (const cJSON *item = object->child; item; item = item->next) {
        char *key = rv_format("%s%s%s", prefix, prefix[0] ? "." : "", item->string);
        if (cJSON_IsNull(item)) {
            add_flat(flat, key, NULL);
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
rv_flat_of(struct rv_flat *out, const cJSON *object, rv_err *err)
{
    *out = (struct rv_flat){ 0 };
    if (!cJSON_IsObject(object))
        return rv_fail(err, RV_E_INVALID, "keys and values are expected");
    return flatten(out, "", object, err);
}
