/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of provider types.
 */
#include "api/types.h"

#include <string.h>
#include "api/answer.h"
#include "api/handlers.h"
#include "base/text.h"

#define TYPES_MAX 64

/* Members of a manifest that the API shows. */
static const char *const shown[] = { "name",     "title",   "version",    "vendor", "license",
                                     "docs_url", "type",    "abi",        "verify", "options",
                                     "events",   "metrics", "operations", NULL };

const cJSON *
rv_types_list(const struct rv_api *api)
{
    if (!api || !api->config.host.types)
        return NULL;
    return cJSON_GetObjectItemCaseSensitive(api->config.host.types(api->config.host.arg), "types");
}

const char *
rv_types_class(const struct rv_api *api, const char *name)
{
    const cJSON *type;

    cJSON_ArrayForEach(type, rv_types_list(api))
    {
        if (rv_streq(rv_json_string(type, "name"), name) && rv_json_string(type, "type"))
            return rv_json_string(type, "type");
    }
    return rv_provider_class_of(name);
}

const char *
rv_types_name(const struct rv_api *api, const char *name_or_class)
{
    const cJSON *type;

    cJSON_ArrayForEach(type, rv_types_list(api))
    {
        const char *name = rv_json_string(type, "name");
        if (rv_streq(name, name_or_class) || rv_streq(rv_json_string(type, "type"), name_or_class))
            return name;
    }
    return rv_provider_type_of(name_or_class);
}

int
rv_types_installed(const struct rv_api *api, const char *name_or_class, const char **name,
                   rv_err *err)
{
    const char *names[TYPES_MAX];
    rv_buf list = rv_buf_limited(1024);
    const cJSON *type;
    int count = 0;

    *name = rv_types_name(api, name_or_class);
    cJSON_ArrayForEach(type, rv_types_list(api))
    {
        const char *installed = rv_json_string(type, "name");
        if (!installed || count == TYPES_MAX - 1)
            continue;
        if (rv_streq(installed, *name)) {
            *name = installed;
            rv_buf_free(&list);
            return 0;
        }
        names[count++] = installed;
        rv_buf_addf(&list, "%s%s", list.len ? ", " : "", installed);
    }
    names[count] = NULL;
    rv_fail(err, RV_E_INVALID, "unknown provider type '%.200s'; installed are %s", name_or_class,
            count ? rv_buf_text(&list) : "none");
    const char *nearest = rv_nearest(name_or_class, names);
    if (nearest)
        rv_hint(err, "did you mean '%s'?", nearest);
    rv_buf_free(&list);
    return err->code;
}

void
rv_types_write(rv_json_writer *w, const cJSON *type)
{
    rv_jw_object(w);
    for (const char *const *name = shown; *name; name++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(type, *name);
        char *text = value ? cJSON_PrintUnformatted(value) : NULL;
        if (!text)
            continue;
        rv_jw_name(w, *name);
        rv_jw_raw(w, text, strlen(text));
        cJSON_free(text);
    }
    rv_jw_end_object(w);
}

int
rv_get_provider_types(struct rv_request *req, rv_err *err)
{
    const cJSON *type;
    int rc = rv_request_check_params(req, err);

    if (rc < 0)
        return rc;
    rv_json_writer w = rv_answer_json(req, 200);
    rv_jw_object(&w);
    rv_jw_name(&w, "types");
    rv_jw_array(&w);
    cJSON_ArrayForEach(type, rv_types_list(req->api)) rv_types_write(&w, type);
    rv_jw_end_array(&w);
    rv_jw_end_object(&w);
    return rv_buf_check(&req->answer.body, err);
}
