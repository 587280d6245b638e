/* SPDX-License-Identifier: Apache-2.0
 *
 * It needs core/base alone: reevectl has no store.
 */
#include "keeping/status_text.h"

#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

static double
number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static int
is_one_of(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return 1;
    return 0;
}

/* What could not be asked is left out. */
static void
add_pair(rv_buf *out, const char *prefix, const cJSON *item)
{
    static const char *const sizes[] = { "bytes", "wal_bytes", NULL };
    char size[24];

    if (cJSON_IsNull(item))
        return;
    rv_buf_addf(out, "%s%-*s ", prefix, 20 - (int)strlen(prefix), item->string);
    if (cJSON_IsNumber(item) && is_one_of(sizes, item->string)) {
        rv_format_size(size, item->valuedouble);
        rv_buf_add_string(out, size);
    } else if (cJSON_IsString(item)) {
        rv_buf_add_string(out, item->valuestring);
    } else {
        rv_json_canonical(out, item);
    }
    rv_buf_add_char(out, '\n');
}

/* What has not happened yet is null, or not in an answer of the API. */
static void
add_never(rv_buf *out, const cJSON *report)
{
    static const char *const moments[] = { "last_backup", "last_maintenance", "last_vacuum" };

    for (size_t i = 0; i < RV_COUNT(moments); i++)
        if (!rv_json_string(report, moments[i]))
            rv_buf_addf(out, "%-20s never\n", moments[i]);
}

static void
add_tables(rv_buf *out, const cJSON *tables)
{
    const cJSON *one = NULL;
    char size[24];

    if (tables)
        rv_buf_addf(out, "\n%-40s %12s %12s\n", "TABLE", "ROWS", "SIZE");
    cJSON_ArrayForEach(one, tables)
    {
        const char *name = rv_json_string(one, "name");
        rv_format_size(size, number(one, "bytes"));
        rv_buf_addf(out, "%-40s %12.0f %12s\n", name ? name : "", number(one, "rows"), size);
    }
}

void
rv_keep_status_text(rv_buf *out, const cJSON *report)
{
    const cJSON *item = NULL, *tables = cJSON_GetObjectItemCaseSensitive(report, "tables");
    const cJSON *changes = cJSON_GetObjectItemCaseSensitive(report, "changes");

    cJSON_ArrayForEach(item, report)
    {
        if (item != tables && item != changes)
            add_pair(out, "", item);
    }
    add_never(out, report);
    cJSON_ArrayForEach(item, changes) add_pair(out, "changes.", item);
    add_tables(out, tables);
}
