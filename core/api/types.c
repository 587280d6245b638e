/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of provider types.
 */
#include "api/types.h"

#include "base/text.h"

#define TYPES_MAX 64

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
