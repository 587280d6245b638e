/* SPDX-License-Identifier: Apache-2.0
 *
 * Expressions of automate: whatever is taken becomes SQL whose every value is bound, with no byte
 * that an author chose freely.
 */
#include "sql.h"

#include <string.h>
#include "query/expression.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int ready;
    const char *open[RV_EXPRESSION_INPUTS_MAX];
    struct rv_expression *expression = NULL;
    struct rv_select select;
    rv_err err = RV_ERR_INIT;
    if (!ready)
        RV_ASSERT(rv_model_init(&err) == 0);
    ready = 1;
    struct rv_arena *arena = rv_arena_new(0);
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    if (rv_expression_parse(&expression, arena, (const char *)data, size, &err) == 0) {
        for (size_t i = 0; i < RV_COUNT(open); i++)
            open[i] = "%' $1;";
        RV_ASSERT(rv_expression_input_count(expression) <= RV_EXPRESSION_INPUTS_MAX);
        rv_select_init(&select, arena, rv_expression_kind(expression), "t");
        if (rv_expression_add(&sql, &select, expression, open, 1790000000000LL, &err) == 0)
            check_sql(&sql);
    }
    if (err.code)
        RV_ASSERT(err.text[0]);
    rv_arena_free(arena);
    return 0;
}
