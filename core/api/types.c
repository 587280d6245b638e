/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of provider types.
 */
#include "api/types.h"

#include <string.h>
#include "api/answer.h"
#include "api/handlers.h"
#include "base/text.h"
#include "query/types.h"

#define TYPES_MAX 64

/* Members of a manifest that the API shows. */
static const char *const shown[] = { "name",        "title",    "version",    "vendor",
                                     "license",     "docs_url", "type",       "abi",
                                     "verify",      "options",  "events",     "event_source",
                                     "event_types", "metrics",  "operations", NULL };

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
    return rv_query_type_class(rv_types_list(api), name);
}

const char *
rv_types_name(const struct rv_api *api, const char *name_or_class)
{
    return rv_query_type_name(rv_types_list(api), name_or_class);
}

/* Its module is there, and cannot be used: why. 0 when there is none. */
static int
say_broken(const struct rv_api *api, const char *name, rv_err *err)
{
    const cJSON *all = api->config.host.types ? api->config.host.types(api->config.host.arg) : NULL;
    const cJSON *one;

    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(all, "broken"))
    {
        const char *why = rv_json_string(cJSON_GetObjectItemCaseSensitive(one, "error"), "text");
        if (!rv_streq(rv_json_string(one, "name"), name))
            continue;
        rv_fail(err, RV_E_INVALID, "the module of provider type '%.200s' cannot be used: %s", name,
                why ? why : "the server's log says why");
        return rv_hint(err, "reeve-conform tells its author what is wrong with it");
    }
    return 0;
}

static int
say_unknown(const char *name_or_class, const char *const *names, rv_err *err)
{
    rv_buf list = rv_buf_limited(1024);

    for (int i = 0; names[i]; i++)
        rv_buf_addf(&list, "%s%s", list.len ? ", " : "", names[i]);
    rv_fail(err, RV_E_INVALID, "unknown provider type '%.200s'; installed are %s", name_or_class,
            names[0] ? rv_buf_text(&list) : "none");
    rv_buf_free(&list);
    const char *nearest = rv_nearest(name_or_class, names);
    if (nearest)
        return rv_hint(err, "did you mean '%s'?", nearest);
    return rv_hint(err, "a module that is installed while reeved runs is seen a few seconds later; "
                        "it goes into the folder 'providers' of reeved's modules, or into one that "
                        "the setting modules.path names");
}

int
rv_types_installed(const struct rv_api *api, const char *name_or_class, const char **name,
                   rv_err *err)
{
    const char *names[TYPES_MAX];
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
            return 0;
        }
        names[count++] = installed;
    }
    names[count] = NULL;
    int rc = say_broken(api, *name ? *name : name_or_class, err);
    return rc ? rc : say_unknown(name_or_class, names, err);
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
