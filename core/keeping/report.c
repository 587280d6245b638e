/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows by table, and one digest of them all.
 */
#include "keeping/report.h"

#include "base/json.h"
#include "base/text.h"

cJSON *
rv_keep_report(const struct rv_layout *layout, const struct rv_tally *tallies)
{
    cJSON *report = cJSON_CreateObject();
    cJSON *tables = cJSON_CreateObject();
    rv_buf digests = rv_buf_limited(1 << 20);
    char hex[33];
    int64_t rows = 0;

    for (int i = 0; i < layout->count; i++) {
        cJSON *table = cJSON_AddObjectToObject(tables, layout->tables[i].name);
        rows += tallies[i].rows;
        rv_tally_hex(hex, &tallies[i]);
        cJSON_AddNumberToObject(table, "rows", (double)tallies[i].rows);
        cJSON_AddStringToObject(table, "digest", hex);
        rv_buf_addf(&digests, "%s %s\n", layout->tables[i].name, hex);
    }
    struct rv_digest all = rv_digest_of(digests.data, digests.len);
    rv_tally_hex(hex, &(struct rv_tally){ .low = all.low, .high = all.high });
    rv_buf_free(&digests);
    cJSON_AddNumberToObject(report, "rows", (double)rows);
    cJSON_AddStringToObject(report, "digest", hex);
    cJSON_AddItemToObject(report, "tables", tables);
    cJSON *others = cJSON_AddArrayToObject(report, "left_out");
    for (int i = 0; i < layout->other_count; i++)
        cJSON_AddItemToArray(others, cJSON_CreateString(layout->others[i]));
    return report;
}
