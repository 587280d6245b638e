/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets a provider turn what a person gave (a kubeconfig) into its options. What
 * was given and is not removed or replaced stays.
 */
#include "host/internal.h"

#include <string.h>
#include <sodium.h>
#include "base/log.h"
#include "host/run.h"

enum { PREPARE_TIMEOUT_MS = 10000, GIVEN_BYTES = 4 << 20 };

/* Texts as they are, numbers and flags as texts; objects and arrays are left for the validation to
 * refuse. */
static cJSON *
as_texts(const cJSON *given)
{
    cJSON *out = cJSON_CreateObject();
    const cJSON *item;
    cJSON_ArrayForEach(item, given)
    {
        if (cJSON_IsNull(item))
            continue;
        if (cJSON_IsBool(item))
            cJSON_AddStringToObject(out, item->string, cJSON_IsTrue(item) ? "true" : "false");
        else
            cJSON_AddItemToObject(out, item->string, cJSON_Duplicate(item, 1));
    }
    return out;
}

void
rv_prepared_set(struct reeve_call *call, void *out, const char *name, const char *value)
{
    (void)call;
    cJSON *options = out;
    if (options == NULL || name == NULL)
        return;
    cJSON *old = cJSON_DetachItemFromObjectCaseSensitive(options, name);
    if (old && cJSON_IsString(old))
        sodium_memzero(old->valuestring, strlen(old->valuestring));
    cJSON_Delete(old);
    if (value)
        cJSON_AddStringToObject(options, name, value);
}

/* Secrets of the result and of what was given must not show up in an error's text or the log. */
static void
mask_given(const struct rv_module *module, const cJSON *given)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, given)
    {
        if (cJSON_IsString(item) && rv_option_is_secret(module, item->string))
            rv_log_mask(item->valuestring, strlen(item->valuestring));
    }
}

static int
run_prepare(const struct rv_module *module, const char *given, cJSON *out, rv_err *err)
{
    struct rv_call_spec spec = { .scope = module->name, .timeout_ms = PREPARE_TIMEOUT_MS };
    struct rv_run run;
    rv_run_begin(&run, module, "prepare", &spec);
    int rc = module->provider.prepare(&run.call, given, out);
    return rv_run_end(&run, rc, err);
}

int
rv_config_prepare(cJSON **out, const struct rv_module *module, const cJSON *given, rv_err *err)
{
    if (given && !cJSON_IsObject(given))
        return rv_fail(err, RV_E_INVALID, "options must be an object of names and values");
    cJSON *options = as_texts(given);
    mask_given(module, options);
    int rc = 0;
    if (module->provider.prepare) {
        char *text = cJSON_PrintUnformatted(options);
        if (text == NULL || strlen(text) > GIVEN_BYTES)
            rc = rv_fail(err, RV_E_LIMIT, "the options are longer than %d bytes", GIVEN_BYTES);
        else
            rc = run_prepare(module, text, options, err);
        if (text)
            sodium_memzero(text, strlen(text));
        cJSON_free(text);
    }
    mask_given(module, options);
    if (rc < 0) {
        rv_json_wipe(options);
        cJSON_Delete(options);
        rv_mask_secrets(err->text);
        return rc;
    }
    *out = options;
    return 0;
}
