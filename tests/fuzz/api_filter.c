/* SPDX-License-Identifier: Apache-2.0
 *
 * filter[] values: whatever is taken becomes SQL whose every value is bound, and whose text has no
 * byte that the client chose freely.
 */
#include "sql.h"

#include <string.h>

static void
try_kind(const char *kind, const struct rv_filter *filter, struct rv_arena *arena)
{
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    struct rv_select select;
    rv_err err = RV_ERR_INIT;

    rv_select_init(&select, arena, rv_model_kind(kind), "t");
    if (rv_condition_add(&sql, &select, filter, 1, &err) == 0)
        check_sql(&sql);
    else
        RV_ASSERT(err.code == RV_E_INVALID && err.text[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int ready;
    rv_err err = RV_ERR_INIT;
    struct rv_filter filter;

    if (!ready)
        RV_ASSERT(rv_model_init(&err) == 0);
    ready = 1;
    struct rv_arena *arena = rv_arena_new(0);
    char *text = rv_arena_strndup(arena, (const char *)data, size);
    if (rv_filter_parse(&filter, arena, text, &err) == 0) {
        try_kind("container_group", &filter, arena);
        try_kind("provider", &filter, arena);
        try_kind("vm", &filter, arena);
        if (rv_filter_is_wildcard(&filter))
            RV_ASSERT(strlen(rv_filter_like(&filter, arena)) >= strlen(filter.value));
    }
    rv_arena_free(arena);
    return 0;
}
