/* SPDX-License-Identifier: Apache-2.0
 *
 * What a filter means for the type of its attribute.
 *
 * Times: a value stands for the span that its precision says (a date: its day; seconds: that
 * second), so "=" is "within". Without quotes only =, < and > are taken, as ManageIQ does.
 */
#include "query/condition.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "query/relative.h"
#include "query/types.h"

#define DAY_MS (24LL * 3600 * 1000)

struct operand {
    const struct rv_select *select;
    struct rv_ref ref;
    int32_t type;
    int provider_type;  /* the plugin's name: class names are taken as well */
    int provider_class; /* shown as the class: what is not equality compares that */
    int kind_name; /* of what a polymorphic reference points to: other words for it are taken, too
                    */
};

static const char *
sql_operator(enum rv_filter_op op)
{
    return op == RV_NE ? "<>" : rv_filter_op_text(op);
}

static int
bad_value(const struct rv_filter *filter, const char *what, rv_err *err)
{
    return rv_fail(err, RV_E_INVALID, "filter on '%.200s': '%.200s' is not %s", filter->attribute,
                   filter->value, what);
}

static int
bad_operator(const struct rv_filter *filter, const char *why, rv_err *err)
{
    return rv_fail(err, RV_E_INVALID, "filter on '%.200s': operator %s is not possible %s",
                   filter->attribute, rv_filter_op_text(filter->op), why);
}

/* The class of the plugin's name that the column holds, as documents show it. */
static void
class_expression(struct rv_sql *sql, const struct operand *operand)
{
    const struct rv_select *select = operand->select;
    const char **names = rv_query_type_names(select->types, select->arena);

    rv_sql_add(sql, "(CASE ");
    rv_select_expression(select, sql, &operand->ref);
    for (; *names; names++) {
        rv_sql_add(sql, " WHEN ");
        rv_sql_param(sql, rv_vtext(*names));
        rv_sql_add(sql, " THEN ");
        rv_sql_param(sql, rv_vtext(rv_query_type_class(select->types, *names)));
    }
    rv_sql_add(sql, " ELSE ");
    rv_select_expression(select, sql, &operand->ref);
    rv_sql_add(sql, " END)");
}

static void
compare(struct rv_sql *sql, const struct operand *operand, const char *op, rv_value value)
{
    if (operand->provider_class)
        class_expression(sql, operand);
    else
        rv_select_expression(operand->select, sql, &operand->ref);
    rv_sql_addf(sql, " %s ", op);
    rv_sql_param(sql, value);
}

static int
null_condition(struct rv_sql *sql, const struct operand *operand, const struct rv_filter *filter,
               rv_err *err)
{
    if (filter->op != RV_EQ && filter->op != RV_NE)
        return bad_operator(filter, "with NULL", err);
    rv_select_expression(operand->select, sql, &operand->ref);
    rv_sql_add(sql, filter->op == RV_EQ ? " IS NULL" : " IS NOT NULL");
    return 0;
}

/* The kind that a word or a class of ManageIQ means; the word itself when it is none. */
static const char *
name_of_kind(const char *word)
{
    const struct rv_kind *kind = rv_model_lookup(word);

    if (kind == NULL)
        kind = rv_model_class(word);
    return kind ? kind->name : word;
}

static int
text_condition(struct rv_sql *sql, const struct operand *operand, const struct rv_filter *filter)
{
    struct rv_arena *arena = operand->select->arena;

    if (rv_filter_is_wildcard(filter)) {
        compare(sql, operand, filter->op == RV_EQ ? "LIKE" : "NOT LIKE",
                rv_vtext(rv_filter_like(filter, arena)));
        rv_sql_add(sql, " ESCAPE '\\'");
        return 0;
    }
    const char *value = filter->value;
    struct operand by_name = *operand;
    if (operand->provider_type && (filter->op == RV_EQ || filter->op == RV_NE) &&
        rv_query_type_name(operand->select->types, value)) {
        value = rv_query_type_name(operand->select->types, value);
        by_name.provider_class = 0;
    }
    if (operand->kind_name)
        value = name_of_kind(value);
    compare(sql, &by_name, sql_operator(filter->op), rv_vtext(value));
    return 0;
}

static int
number_condition(struct rv_sql *sql, const struct operand *operand, const struct rv_filter *filter,
                 rv_err *err)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t whole;
    double real;

    if (rv_parse_int(&whole, filter->value, &ignored) == 0) {
        compare(sql, operand, sql_operator(filter->op), rv_vint(whole));
        return 0;
    }
    if (operand->type != REEVE_DOUBLE)
        return bad_value(filter, "a whole number of 64 bits", err);
    if (rv_parse_double(&real, filter->value, &ignored) < 0)
        return bad_value(filter, "a number", err);
    compare(sql, operand, sql_operator(filter->op), rv_vdouble(real));
    return 0;
}

static int
flag_condition(struct rv_sql *sql, const struct operand *operand, const struct rv_filter *filter,
               rv_err *err)
{
    static const char *const yes[] = { "true", "t", "1", "yes" };
    static const char *const no[] = { "false", "f", "0", "no" };

    for (int i = 0; i < (int)RV_COUNT(yes); i++) {
        int is_yes = rv_strcaseeq(filter->value, yes[i]);
        if (is_yes || rv_strcaseeq(filter->value, no[i])) {
            compare(sql, operand, sql_operator(filter->op), rv_vint(is_yes));
            return 0;
        }
    }
    return bad_value(filter, "true or false", err);
}

/* ms that a time text stands for. */
static int64_t
span_of(const char *text)
{
    if (!strpbrk(text, "Tt: "))
        return DAY_MS;
    return strpbrk(text, ".,") ? 1 : 1000;
}

static int
time_condition(struct rv_sql *sql, const struct operand *operand, const struct rv_filter *filter,
               rv_err *err)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t from, to;

    if (!filter->quoted && (filter->op == RV_NE || filter->op == RV_LE || filter->op == RV_GE)) {
        bad_operator(filter, "on a time without quotes", err);
        return rv_hint(err, "= < > are taken; with quotes around the time all six are");
    }
    if (!filter->now_ms || !rv_relative_span(&from, &to, filter->value, filter->now_ms)) {
        if (rv_parse_time(&from, filter->value, &ignored) < 0)
            return bad_value(filter, "a time such as 2026-11-22T10:00:00Z", err);
        to = from + span_of(filter->value);
    }
    switch (filter->op) {
    case RV_LT:
    case RV_GE:
        compare(sql, operand, rv_filter_op_text(filter->op), rv_vint(from));
        break;
    case RV_LE:
    case RV_GT:
        compare(sql, operand, filter->op == RV_LE ? "<" : ">=", rv_vint(to));
        break;
    default:
        rv_sql_add(sql, "(");
        compare(sql, operand, filter->op == RV_EQ ? ">=" : "<", rv_vint(from));
        rv_sql_add(sql, filter->op == RV_EQ ? " AND " : " OR ");
        compare(sql, operand, filter->op == RV_EQ ? "<" : ">=", rv_vint(to));
        rv_sql_add(sql, ")");
    }
    return 0;
}

/* Nothing there: of texts an empty one, too. */
static int
empty_condition(struct rv_sql *sql, const struct operand *operand, const struct rv_filter *filter,
                rv_err *err)
{
    int is_text = operand->type == REEVE_STRING || operand->type == REEVE_JSON;

    rv_sql_add(sql, "(");
    if (null_condition(sql, operand, filter, err) < 0)
        return err->code;
    if (is_text) {
        rv_sql_add(sql, filter->op == RV_EQ ? " OR " : " AND ");
        rv_select_expression(operand->select, sql, &operand->ref);
        rv_sql_addf(sql, " %s ''", sql_operator(filter->op));
    }
    rv_sql_add(sql, ")");
    return 0;
}

static int
condition(struct rv_sql *sql, const struct operand *operand, const struct rv_filter *filter,
          rv_err *err)
{
    if (operand->ref.virtual && !operand->ref.virtual->sql)
        return rv_fail(err, RV_E_INVALID, "'%.200s' cannot be filtered by", filter->attribute);
    if (rv_filter_is_null(filter))
        return null_condition(sql, operand, filter, err);
    if (filter->match == RV_MATCH_EMPTY)
        return empty_condition(sql, operand, filter, err);
    if (filter->match == RV_MATCH_LIKE && operand->type != REEVE_STRING &&
        operand->type != REEVE_JSON)
        return rv_fail(err, RV_E_INVALID, "filter on '%.200s': that is no text to search in",
                       filter->attribute);
    switch (operand->type) {
    case REEVE_STRING:
    case REEVE_JSON:
        return text_condition(sql, operand, filter);
    case REEVE_FLAG:
        return flag_condition(sql, operand, filter, err);
    case REEVE_TIME:
        return time_condition(sql, operand, filter, err);
    default:
        return number_condition(sql, operand, filter, err);
    }
}

/* NAME_type of a NAME_id. */
static int
is_type_column(const struct rv_kind *kind, int column)
{
    return column + 1 < kind->column_count && kind->columns[column + 1].type == REEVE_REF &&
           kind->columns[column + 1].type_column == column;
}

static void
make_operand(struct operand *operand, const struct rv_select *select, const struct rv_ref *ref)
{
    const struct rv_kind *kind = select->hops[ref->hop].kind;
    const char *name = ref->virtual ? ref->virtual->name : kind->columns[ref->column].name;

    *operand = (struct operand){ .select = select, .ref = *ref };
    operand->type = rv_select_type(select, ref);
    operand->provider_type =
        rv_streq(kind->name, "provider") && (rv_streq(name, "type") || rv_streq(name, "emstype"));
    operand->provider_class = operand->provider_type && rv_streq(name, "type");
    operand->kind_name = !ref->virtual && is_type_column(kind, ref->column);
}

/* "containers.name": rows of which at least one such child fits. */
static int
many_condition(struct rv_sql *sql, const struct rv_select *outer, const struct rv_sub *sub,
               const char *attribute, const struct rv_filter *filter, rv_err *err)
{
    struct rv_select select;
    struct rv_ref ref;
    struct operand operand;

    rv_select_init(&select, outer->arena, sub->child, "c");
    select.types = outer->types;
    int rc = rv_select_resolve(&select, attribute, &ref, err);
    if (rc < 0)
        return rv_wrap(err, "filter on '%.200s'", filter->attribute);
    if (ref.hop > 0)
        return rv_fail(err, RV_E_INVALID, "filter on '%.200s': that is no attribute",
                       filter->attribute);
    make_operand(&operand, &select, &ref);
    rv_sql_add(sql, "EXISTS (SELECT 1");
    rv_sub_of_row(sql, sub, outer->hops[0].alias, outer->gone_too);
    rv_sql_add(sql, " AND ");
    rc = condition(sql, &operand, filter, err);
    rv_sql_add(sql, ")");
    return rc;
}

/* The to-many association that the attribute goes over; 0 when it goes over none. */
static int
find_many(struct rv_sub *sub, const struct rv_select *select, const struct rv_filter *filter)
{
    const char *dot = strchr(filter->attribute, '.');

    if (!dot)
        return 0;
    char *name =
        rv_arena_strndup(select->arena, filter->attribute, (size_t)(dot - filter->attribute));
    return rv_sub_find(sub, select->hops[0].kind, name) && !rv_sub_single(sub);
}

static int
one_filter(struct rv_sql *sql, struct rv_select *select, const struct rv_filter *filter,
           rv_err *err)
{
    const char *dot = strchr(filter->attribute, '.');
    struct rv_ref ref;
    struct operand operand;
    struct rv_sub sub;

    if (dot && strchr(dot + 1, '.'))
        return rv_fail(err, RV_E_INVALID, "filter on '%.200s' goes over more than one association",
                       filter->attribute);
    if (find_many(&sub, select, filter))
        return many_condition(sql, select, &sub, dot + 1, filter, err);
    int rc = rv_select_resolve(select, filter->attribute, &ref, err);
    if (rc < 0)
        return rv_wrap(err, "filter");
    if (ref.whole)
        return rv_fail(err, RV_E_INVALID,
                       "filter on '%.200s': that is an association, not an attribute",
                       filter->attribute);
    make_operand(&operand, select, &ref);
    return condition(sql, &operand, filter, err);
}

static int
check_count(const struct rv_select *select, const struct rv_filter *filters, int count, rv_err *err)
{
    struct rv_sub sub;
    int many = 0;

    for (int i = 0; i < count; i++)
        many += find_many(&sub, select, &filters[i]);
    return many <= RV_FILTERS_OF_SUBS_MAX
               ? 0
               : rv_fail(err, RV_E_INVALID, "more than %d filters over sub-collections",
                         RV_FILTERS_OF_SUBS_MAX);
}

/* All filters of one sort (plain, or `or`), joined by word. */
static int
add_sort_of(struct rv_sql *sql, struct rv_select *select, const struct rv_filter *filters,
            int count, int is_or, const char *word, int *written, rv_err *err)
{
    for (int i = 0; i < count; i++) {
        if (filters[i].is_or != is_or)
            continue;
        if ((*written)++ > 0)
            rv_sql_add(sql, word);
        int rc = one_filter(sql, select, &filters[i], err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int
rv_condition_add(struct rv_sql *sql, struct rv_select *select, const struct rv_filter *filters,
                 int count, rv_err *err)
{
    int plain = 0;

    if (check_count(select, filters, count, err) < 0)
        return err->code;
    for (int i = 0; i < count; i++)
        plain += !filters[i].is_or;
    int written = 0, ors = plain > 0;
    if (plain > 0)
        rv_sql_add(sql, "(");
    int rc = add_sort_of(sql, select, filters, count, 0, " AND ", &written, err);
    if (plain > 0)
        rv_sql_add(sql, ")");
    if (rc < 0)
        return rc;
    return add_sort_of(sql, select, filters, count, 1, " OR ", &ors, err);
}

void
rv_condition_tagged(struct rv_sql *sql, const struct rv_kind *kind, const char *alias,
                    const char *tag)
{
    rv_sql_addf(sql,
                "EXISTS (SELECT 1 FROM \"taggings\" g JOIN \"tags\" n ON n.\"id\" = g.\"tag_id\""
                " WHERE g.\"taggable_id\" = %s.\"id\" AND g.\"taggable_type\" = ",
                alias);
    rv_sql_param(sql, rv_vtext(kind->name));
    rv_sql_add(sql, " AND n.\"name\" = ");
    rv_sql_param(sql, rv_vtext(tag));
    rv_sql_add(sql, ")");
}

/* The first part of the attribute's path; 0 when that is the attribute. */
static int
association_of(const struct rv_filter *filter, char out[64])
{
    size_t len = strcspn(filter->attribute, "./");

    snprintf(out, 64, "%.*s", (int)len, filter->attribute);
    return filter->attribute[len] != '\0';
}

int
rv_condition_uses(const struct rv_kind *kind, const struct rv_filter *filter, const char *column)
{
    char name[64];

    if (association_of(filter, name)) {
        int via = rv_kind_association(kind, name);
        return via >= 0 && rv_streq(kind->columns[via].name, column);
    }
    const struct rv_virtual *virtual = rv_virtual_find(kind, name);
    return virtual ? rv_virtual_uses(virtual, column) : rv_streq(name, column);
}

int
rv_condition_of_others(const struct rv_kind *kind, const struct rv_filter *filter)
{
    char name[64];

    if (association_of(filter, name))
        return rv_kind_association(kind, name) < 0;
    const struct rv_virtual *virtual = rv_virtual_find(kind, name);
    return virtual && virtual->of;
}

static int
speaks_of(const struct rv_filter *filters, int count, const char *attribute)
{
    for (int i = 0; i < count; i++) {
        if (rv_streq(filters[i].attribute, attribute))
            return 1;
    }
    return 0;
}

int
rv_condition_about_life(const struct rv_filter *filters, int count)
{
    return speaks_of(filters, count, "deleted_on") || speaks_of(filters, count, "archived") ||
           speaks_of(filters, count, "orphaned") || speaks_of(filters, count, "active");
}
