/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of provider types.
 */
#include "query/types.h"

#include <string.h>
#include "base/json.h"
#include "base/text.h"
#include "model/provider_types.h"

const char *
rv_query_type_class(const cJSON *types, const char *name)
{
    const cJSON *type;

    cJSON_ArrayForEach(type, types)
    {
        if (rv_streq(rv_json_string(type, "name"), name) && rv_json_string(type, "type"))
            return rv_json_string(type, "type");
    }
    return rv_provider_class_of(name);
}

static int
is_listed(const char *const *names, const char *name)
{
    for (; *names; names++) {
        if (rv_streq(*names, name))
            return 1;
    }
    return 0;
}

const char **
rv_query_type_names(const cJSON *types, struct rv_arena *arena)
{
    const cJSON *type;
    size_t most = types ? (size_t)cJSON_GetArraySize(types) : 0;
    const char *name;
    int count = 0;

    for (int i = 0; rv_provider_type_at(i); i++)
        most++;
    const char **out = rv_arena_alloc(arena, (most + 1) * sizeof(*out));
    memset(out, 0, (most + 1) * sizeof(*out));
    cJSON_ArrayForEach(type, types)
    {
        name = rv_json_string(type, "name");
        if (name && rv_query_type_class(types, name) && !is_listed(out, name))
            out[count++] = name;
    }
    for (int i = 0; (name = rv_provider_type_at(i)) != NULL; i++) {
        if (!is_listed(out, name))
            out[count++] = name;
    }
    return out;
}

const char *
rv_query_type_name(const cJSON *types, const char *name_or_class)
{
    const cJSON *type;

    cJSON_ArrayForEach(type, types)
    {
        const char *name = rv_json_string(type, "name");
        if (rv_streq(name, name_or_class) || rv_streq(rv_json_string(type, "type"), name_or_class))
            return name;
    }
    return rv_provider_type_of(name_or_class);
}
