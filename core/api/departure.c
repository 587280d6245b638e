/* SPDX-License-Identifier: Apache-2.0
 *
 * The row as it was is put together from the feed (each change has the old values of the columns
 * that it changed) and, for columns that did not change, from the row; then the store is asked
 * whether the listing's own conditions hold for it. What the feed does not keep (long texts, the
 * rows of a sub-collection) is not known, and a condition on it is taken to have held.
 */
#include "api/departure.h"

#include <stdlib.h>
#include <string.h>
#include "api/api_internal.h"
#include "api/scope.h"
#include "base/text.h"

#define OLD_BYTES_MAX (1u << 24)
#define EXACT_MAX 9007199254740991.0 /* integers of JSON */
#define LATER_MAX 100                /* changes after this one that are looked at */

enum { OPEN, KNOWN, LOST };

/* A column that decides, before the change. */
struct was {
    const struct rv_column *column;
    rv_value value;
    int state;
    int long_or_null; /* KNOWN as NULL, or LOST as a long text: the feed has null for both */
};

struct past {
    const struct rv_listing *listing;
    const struct rv_told *change;
    struct rv_arena *arena;
    struct was *columns;
    int count;
    int touched;   /* the change is about one of them */
    int tags_lost; /* it took a tag away */
};

static int
is_about_class(const struct rv_column *column, const struct rv_listing *listing)
{
    return rv_streq(column->name,
                    rv_scope_class_column(listing->kind, listing->params.collection_class));
}

static int
decides(const struct rv_listing *listing, const struct rv_column *column)
{
    const struct rv_list_params *params = &listing->params;

    if (!rv_column_public(column) || rv_streq(column->name, "id"))
        return 0;
    if (params->collection_class && is_about_class(column, listing))
        return 1;
    for (int i = 0; i < params->filter_count; i++) {
        if (rv_condition_uses(listing->kind, &params->filters[i], column->name))
            return 1;
    }
    return 0;
}

static void
choose_columns(struct past *past)
{
    const struct rv_kind *kind = past->listing->kind;

    past->columns =
        rv_arena_alloc(past->arena, ((size_t)kind->column_count + 1) * sizeof(*past->columns));
    for (int i = 0; i < kind->column_count; i++) {
        const struct rv_column *column = &kind->columns[i];
        if (!decides(past->listing, column))
            continue;
        struct was *was = &past->columns[past->count++];
        *was = (struct was){ .column = column };
        if (rv_streq(column->name, "ems_id") && past->change->ems_id) {
            was->value = rv_vint(past->change->ems_id);
            was->state = KNOWN;
        }
    }
}

static struct was *
find_column(struct past *past, const char *name)
{
    for (int i = 0; i < past->count; i++) {
        if (rv_streq(past->columns[i].column->name, name))
            return &past->columns[i];
    }
    return NULL;
}

static void
take_value(struct past *past, struct was *was, const cJSON *item)
{
    int32_t type = was->column->type;
    double number = item->valuedouble;

    was->state = KNOWN;
    if (type == REEVE_JSON)
        was->state = LOST; /* its text is not kept as it was */
    else if (cJSON_IsString(item))
        was->value = rv_vtext(rv_arena_strdup(past->arena, item->valuestring));
    else if (cJSON_IsBool(item))
        was->value = rv_vint(cJSON_IsTrue(item));
    else if (cJSON_IsNumber(item) && type == REEVE_DOUBLE)
        was->value = rv_vdouble(number);
    else if (cJSON_IsNumber(item) && number >= -EXACT_MAX && number <= EXACT_MAX)
        was->value = rv_vint((int64_t)number);
    else if (cJSON_IsNull(item))
        was->long_or_null = type == REEVE_STRING;
    else
        was->state = LOST;
}

/* The columns that are still open take what this change says; all of them are lost when it does not
 * say. */
static void
take_old(struct past *past, const char *old_values)
{
    RV_AUTO_JSON cJSON *old = NULL;
    rv_err ignored = RV_ERR_INIT;
    const cJSON *item;

    if (!old_values ||
        rv_json_parse(&old, old_values, strlen(old_values), OLD_BYTES_MAX, 0, &ignored) < 0) {
        past->touched = 1;
        for (int i = 0; i < past->count; i++) {
            if (past->columns[i].state == OPEN)
                past->columns[i].state = LOST;
        }
        return;
    }
    cJSON_ArrayForEach(item, old)
    {
        struct was *was = find_column(past, item->string);
        past->touched |= was != NULL;
        if (was && was->state == OPEN)
            take_value(past, was, item);
    }
}

static int
is_of_others(const struct past *past, const struct rv_filter *filter)
{
    const struct rv_virtual *virtual = rv_virtual_find(past->listing->kind, filter->attribute);

    if (!rv_condition_of_others(past->listing->kind, filter))
        return 0;
    if (past->change->op == RV_DELETED)
        return 1;
    /* What a virtual attribute is made from has changes of its own. */
    return virtual ? rv_streq(virtual->of, past->change->beside) : !past->change->beside;
}

/* A label that was taken away is a tag less, told in the same batch. */
static int
lost_a_tag(const struct past *past, const struct rv_batch *batch)
{
    for (int i = 0; i < batch->count; i++) {
        const struct rv_told *told = &batch->changes[i];
        RV_AUTO_JSON cJSON *old = NULL;
        rv_err ignored = RV_ERR_INIT;
        if (told->op != RV_DELETED || !told->old_values || !rv_streq(told->kind->name, "tagging") ||
            rv_json_parse(&old, told->old_values, strlen(told->old_values), OLD_BYTES_MAX, 0,
                          &ignored) < 0)
            continue;
        if (rv_json_int(old, "taggable_id", 0) == past->change->id &&
            rv_streq(rv_json_string(old, "taggable_type"), past->listing->kind->name))
            return 1;
    }
    return 0;
}

/* Whether the change can have made the difference. */
static int
concerns(struct past *past, const struct rv_batch *batch)
{
    const struct rv_list_params *params = &past->listing->params;

    if (past->change->op == RV_DELETED)
        return 1;
    past->tags_lost = params->by_tag && lost_a_tag(past, batch);
    past->touched |= past->tags_lost;
    for (int i = 0; i < params->filter_count; i++)
        past->touched |= is_of_others(past, &params->filters[i]);
    return past->touched;
}

static int
is_open(const struct past *past)
{
    for (int i = 0; i < past->count; i++) {
        if (past->columns[i].state == OPEN)
            return 1;
    }
    return 0;
}

static rv_value
copy_of(const struct past *past, const rv_value *value)
{
    return value->type == RV_TEXT ? rv_vtext(rv_arena_strdup(past->arena, value->v.text)) : *value;
}

/* 1 when the row is there: its values as they are now. */
static int
read_row(const struct past *past, rv_value *now, rv_err *err)
{
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    const struct rv_listing *listing = past->listing;
    rv_value *row = rv_arena_alloc(past->arena, (1 + (size_t)past->count) * sizeof(*row));

    rv_sql_add(&sql, "SELECT \"id\"");
    for (int i = 0; i < past->count; i++)
        rv_sql_addf(&sql, ", \"%s\"", past->columns[i].column->name);
    rv_sql_addf(&sql, " FROM \"%s\" WHERE \"id\" = ", listing->kind->table);
    rv_sql_param(&sql, rv_vint(past->change->id));
    int rc = rv_store_one(listing->req->api->config.store, row, 1 + past->count,
                          rv_buf_text(&sql.text), sql.params, sql.count, err);
    for (int i = 0; rc == 1 && i < past->count; i++)
        now[i] = copy_of(past, &row[1 + i]);
    return rc;
}

static int
read_later_changes(struct past *past, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row, params[] = { rv_vint(past->change->id), rv_vint(past->change->number),
                                      rv_vtext(past->listing->kind->name), rv_vint(LATER_MAX) };
    int rc = rv_store_query(past->listing->req->api->config.store, &rows,
                            "SELECT \"columns\" FROM changes WHERE row_id = $1 AND number > $2 AND "
                            "kind = $3 ORDER BY number LIMIT $4",
                            params, 4, err);

    while (rc >= 0 && (rc = rv_rows_next(rows, &row, err)) == 1 && is_open(past))
        take_old(past, row[0].type == RV_TEXT ? row[0].v.text : NULL);
    return rc < 0 ? rc : 0;
}

/* Columns that the change left alone: what they are now, unless a later change says what they were.
 * The row is read first, so that no change between goes unseen. */
static int
complete(struct past *past, rv_err *err)
{
    rv_value *now = rv_arena_alloc(past->arena, (size_t)past->count * sizeof(*now) + 1);

    if (!is_open(past))
        return 0;
    int there = past->change->op == RV_DELETED ? 0 : read_row(past, now, err);
    int rc = there < 0 ? there : read_later_changes(past, err);
    for (int i = 0; i < past->count; i++) {
        struct was *was = &past->columns[i];
        if (was->state != OPEN)
            continue;
        was->state = there == 1 ? KNOWN : LOST;
        was->value = there == 1 ? now[i] : RV_VNULL;
    }
    return rc;
}

/* Whether it can be said from the row alone if the filter held. */
static int
is_known(const struct past *past, const struct rv_filter *filter)
{
    const struct rv_kind *kind = past->listing->kind;

    if (is_of_others(past, filter) ||
        (past->change->op == RV_DELETED && strchr(filter->attribute, '.')))
        return 0;
    for (int i = 0; i < past->count; i++) {
        const struct was *was = &past->columns[i];
        if (!rv_condition_uses(kind, filter, was->column->name))
            continue;
        /* No value of a filter is as long as a text that the feed does not keep. */
        int cannot_be =
            filter->op == RV_EQ && !rv_filter_is_null(filter) && !rv_filter_is_wildcard(filter);
        if (was->state == LOST || (was->long_or_null && !cannot_be))
            return 0;
    }
    return 1;
}

/* Only the filters that can be answered; none when the others suffice. */
static void
keep_known(const struct past *past, struct rv_list_params *params)
{
    struct rv_filter *known =
        rv_arena_alloc(past->arena, (size_t)params->filter_count * sizeof(*known) + 1);
    int count = 0, plain = 0, plain_known = 0, or_lost = 0;

    for (int i = 0; i < params->filter_count; i++) {
        const struct rv_filter *filter = &params->filters[i];
        int is = is_known(past, filter);
        plain += !filter->is_or;
        plain_known += is && !filter->is_or;
        or_lost |= !is && filter->is_or;
        if (is)
            known[count++] = *filter;
    }
    params->filters = known;
    params->filter_count = or_lost || plain_known < (plain > 0) ? 0 : count;
}

/* The provider may be gone by now, and its type with it. */
static int
knows_class(const struct past *past, rv_err *err)
{
    rv_value found;

    for (int i = 0; i < past->count; i++) {
        const struct was *was = &past->columns[i];
        if (!is_about_class(was->column, past->listing))
            continue;
        if (was->state == LOST || was->long_or_null)
            return 0;
        if (rv_streq(was->column->name, "type"))
            return 1;
        return rv_store_one(past->listing->req->api->config.store, &found, 1,
                            "SELECT id FROM ext_management_systems WHERE id = $1", &was->value, 1,
                            err);
    }
    return 1;
}

static const char *
sql_type(const struct rv_column *column)
{
    if (column->type == REEVE_STRING || column->type == REEVE_JSON)
        return "TEXT";
    return column->type == REEVE_DOUBLE ? "DOUBLE PRECISION" : "BIGINT";
}

/* " FROM (the row as it was) t": its columns are the table's, and so are their types. */
static void
from_past(const struct past *past, struct rv_sql *sql)
{
    rv_sql_add(sql, " FROM (SELECT \"id\"");
    for (int i = 0; i < past->count; i++)
        rv_sql_addf(sql, ", \"%s\"", past->columns[i].column->name);
    rv_sql_addf(sql, " FROM \"%s\" WHERE 1 = 0 UNION ALL SELECT CAST(", past->listing->kind->table);
    rv_sql_param(sql, rv_vint(past->change->id));
    rv_sql_add(sql, " AS BIGINT)");
    for (int i = 0; i < past->count; i++) {
        rv_sql_add(sql, ", CAST(");
        rv_sql_param(sql, past->columns[i].value);
        rv_sql_addf(sql, " AS %s)", sql_type(past->columns[i].column));
    }
    rv_sql_add(sql, ") t");
}

static int
ask(const struct past *past, struct rv_listing *then, rv_err *err)
{
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    struct rv_sql params = { .params = then->filtered.params, .count = then->filtered.count };
    rv_value found;

    rv_sql_begin_with(&sql, "", &params);
    rv_sql_add(&sql, "SELECT 1");
    from_past(past, &sql);
    rv_select_joins_sql(&then->select, &sql);
    rv_sql_add(&sql, rv_buf_text(&then->filtered.text));
    int rc = rv_buf_check(&sql.text, err);
    return rc < 0 ? rc
                  : rv_store_one(then->req->api->config.store, &found, 1, rv_buf_text(&sql.text),
                                 sql.params, sql.count, err);
}

/* The listing's conditions, as far as they can be answered. */
static int
held(const struct past *past, rv_err *err)
{
    const struct rv_listing *listing = past->listing;
    RV_AUTO_LISTING struct rv_listing then = { .req = listing->req,
                                               .kind = listing->kind,
                                               .params = listing->params,
                                               .scope = rv_sql_new(),
                                               .filtered = rv_sql_new() };
    int rc = then.params.collection_class ? knows_class(past, err) : 0;

    if (rc < 0)
        return rc;
    if (rc == 0)
        then.params.collection_class = NULL;
    if (past->tags_lost || past->change->op == RV_DELETED)
        then.params.by_tag = NULL;
    then.params.gone_too = 1;
    keep_known(past, &then.params);
    rv_select_init(&then.select, past->arena, listing->kind, "t");
    then.select.types = listing->select.types;
    rc = rv_listing_restrict(&then, err);
    return rc < 0 ? rc : ask(past, &then, err);
}

int
rv_departure_find(const struct rv_listing *listing, const struct rv_batch *batch,
                  const struct rv_told *change, rv_err *err)
{
    const struct rv_list_params *params = &listing->params;
    struct past past = { .listing = listing, .change = change, .arena = listing->req->arena };

    if (params->filter_count == 0 && !params->collection_class && !params->by_tag)
        return change->op == RV_DELETED;
    choose_columns(&past);
    if (!change->beside)
        take_old(&past, change->old_values);
    if (!concerns(&past, batch))
        return 0;
    int rc = complete(&past, err);
    return rc < 0 ? rc : held(&past, err);
}
