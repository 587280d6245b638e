/* SPDX-License-Identifier: Apache-2.0
 *
 * An expression as a condition: leaves are filters, what joins them is written here.
 */
#include "query/expression_internal.h"

#include <string.h>
#include "base/text.h"
#include "query/condition.h"

struct writing {
    struct rv_sql *sql;
    struct rv_select *select;
    const char *const *inputs; /* NULL: only what stands in it is looked at */
    int64_t now_ms;
};

static const char *
text_of(const struct writing *out, const struct expression_value *value)
{
    return value->text ? value->text : out->inputs ? out->inputs[value->input] : NULL;
}

/* The pattern of LIKE that finds this text. */
static const char *
pattern_of(const struct writing *out, const struct expression_op *op, const char *text)
{
    char *escaped = rv_arena_alloc(out->select->arena, 2 * strlen(text) + 1);
    RV_ASSERT(escaped);
    char *to = escaped;
    for (const char *c = text; *c; c++) {
        if (strchr("%_\\", *c))
            *to++ = '\\';
        *to++ = *c;
    }
    return rv_arena_format(out->select->arena, "%s%s%s", op->before, escaped, op->behind);
}

static int
add_filter(const struct writing *out, const struct expression_node *node, enum rv_filter_op op,
           const struct expression_value *value, rv_err *err)
{
    const char *text = text_of(out, value);
    struct rv_filter filter = { .attribute = node->attribute,
                                .op = op,
                                .quoted = 1,
                                .match = RV_MATCH_LITERAL,
                                .now_ms = out->now_ms,
                                .value = text ? text : "" };
    if (node->op->sort == EXPRESSION_EMPTY)
        filter.match = RV_MATCH_EMPTY;
    else if (node->op->sort == EXPRESSION_NULL || text == NULL || value->is_null)
        filter.match = RV_MATCH_NULL;
    else if (node->op->sort == EXPRESSION_LIKE) {
        filter.match = RV_MATCH_LIKE;
        filter.value = pattern_of(out, node->op, text);
    }
    if (filter.match == RV_MATCH_NULL && op != RV_NE)
        filter.op = RV_EQ;
    return rv_condition_add(out->sql, out->select, &filter, 1, err);
}

static int
add_between(const struct writing *out, const struct expression_node *node, rv_err *err)
{
    rv_sql_add(out->sql, "(");
    if (add_filter(out, node, RV_GE, &node->value, err) < 0)
        return err->code;
    rv_sql_add(out->sql, " AND ");
    if (add_filter(out, node, RV_LE, &node->until, err) < 0)
        return err->code;
    rv_sql_add(out->sql, ")");
    return 0;
}

/* How many rows of an association there are. */
static int
add_count(const struct writing *out, const struct expression_node *node, rv_err *err)
{
    const char *text = text_of(out, &node->value);
    struct rv_sub sub;
    int64_t number = 0;
    if (!rv_sub_find(&sub, out->select->hops[0].kind, node->attribute))
        return rv_fail(err, RV_E_INVALID, "a %s has no '%.100s' to count",
                       out->select->hops[0].kind->name, node->attribute);
    if (text && rv_parse_int(&number, text, err) < 0)
        return rv_wrap(err, "count of %s", node->attribute);
    rv_sql_add(out->sql, "(SELECT COUNT(*)");
    rv_sub_of_row(out->sql, &sub, out->select->hops[0].alias, out->select->gone_too);
    rv_sql_addf(out->sql, ") %s ", node->op->op == RV_NE ? "<>" : rv_filter_op_text(node->op->op));
    rv_sql_param(out->sql, rv_vint(number));
    return 0;
}

static int
add_tag(const struct writing *out, const struct expression_node *node, rv_err *err)
{
    const char *text = text_of(out, &node->value);
    struct rv_ref ref = { 0 };
    if (*node->attribute && rv_select_resolve(out->select, node->attribute, &ref, err) < 0)
        return err->code;
    if (*node->attribute && !ref.whole)
        return rv_fail(err, RV_E_INVALID, "'%.200s' has no tags", node->attribute);
    const struct rv_hop *hop = &out->select->hops[ref.hop];
    rv_condition_tagged(
        out->sql, hop->kind, hop->alias,
        rv_arena_format(out->select->arena, "/managed/%s/%s", node->category, text ? text : ""));
    return 0;
}

static int
add_leaf(const struct writing *out, const struct expression_node *node, rv_err *err)
{
    if (node->category)
        return add_tag(out, node, err);
    if (node->counts)
        return add_count(out, node, err);
    if (node->op->sort == EXPRESSION_BETWEEN)
        return add_between(out, node, err);
    return add_filter(out, node, node->op->op, &node->value, err);
}

/* What is not known of a row (a column without a value) does not hold, and its NOT does. */
static int
add_node(const struct writing *out, const struct expression_node *node, rv_err *err)
{
    if (node->op->sort > EXPRESSION_NOT)
        return add_leaf(out, node, err);
    rv_sql_add(out->sql, node->op->sort == EXPRESSION_NOT ? "NOT COALESCE((" : "(");
    for (const struct expression_node *one = node->first; one; one = one->next) {
        if (add_node(out, one, err) < 0)
            return err->code;
        if (one->next)
            rv_sql_add(out->sql, node->op->sort == EXPRESSION_OR ? " OR " : " AND ");
    }
    rv_sql_add(out->sql, node->op->sort == EXPRESSION_NOT ? "), FALSE)" : ")");
    return 0;
}

int
rv_expression_add(struct rv_sql *sql, struct rv_select *select,
                  const struct rv_expression *expression, const char *const *inputs, int64_t now_ms,
                  rv_err *err)
{
    const struct writing out = { sql, select, inputs, now_ms };
    return add_node(&out, expression->root, err);
}

static int
is_about_life(const struct expression_node *node)
{
    const struct rv_filter filter = { .attribute = node->attribute };
    if (node->attribute && rv_condition_about_life(&filter, 1))
        return 1;
    for (const struct expression_node *one = node->first; one; one = one->next)
        if (is_about_life(one))
            return 1;
    return 0;
}

int
rv_expression_about_life(const struct rv_expression *expression)
{
    return is_about_life(expression->root);
}
