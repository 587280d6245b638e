/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking for rows: find, where, all, first, count. A SELECT with bound values and a ceiling.
 */
#include "automate/models_internal.h"

#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

enum { SQL_MAX_BYTES = 1 << 18, PARAMS_MAX = 1000 };

struct asking {
    const struct rv_kind *kind;
    rv_buf sql;
    rv_value params[PARAMS_MAX];
    int count;
    int tells_deleted; /* deleted_on is asked for */
};

int
rv_models_list(struct rv_models *models, const struct rv_kind *kind, const char *sql,
               const rv_value *params, int count, int single, struct rv_ae_value *out, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;
    *out = single ? RV_AE_VNIL : rv_ae_vlist();
    if (rv_store_query(models->store, &rows, sql, params, count, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        struct rv_ae_value item = rv_ae_vrow(kind->name, row[0].v.i);
        if (single) {
            *out = item;
            return 0;
        }
        if (out->len == RV_MODEL_ROWS_MAX) {
            rv_ae_clear(out);
            return rv_fail(err, RV_E_LIMIT, "more than %d rows of %s: ask for fewer",
                           RV_MODEL_ROWS_MAX, kind->name);
        }
        rv_ae_append(out, &item);
    }
    return more;
}

static int
wrong(const struct rv_column *column, const char *wanted, rv_err *err)
{
    return rv_fail(err, RV_E_INVALID, "column '%s' is compared with %s", column->name, wanted);
}

static int
text_param(rv_value *out, const struct rv_column *column, const struct rv_ae_value *value,
           rv_err *err)
{
    int64_t number = 0;
    *out = rv_vtext_len(value->v.text, (size_t)value->len);
    if (column->type == REEVE_STRING)
        return 0;
    if (column->type == REEVE_TIME && rv_parse_time(&number, value->v.text, err) == 0)
        *out = rv_vint(number);
    else if (column->type == REEVE_DOUBLE && rv_parse_double(&out->v.d, value->v.text, err) == 0)
        out->type = RV_DOUBLE;
    else if ((column->type == REEVE_INT || column->type == REEVE_REF) &&
             rv_parse_int(&number, value->v.text, err) == 0)
        *out = rv_vint(number);
    else if (column->type == REEVE_FLAG && rv_parse_flag(&number, value->v.text, err) == 0)
        *out = rv_vint(number);
    else
        return err->code ? rv_wrap(err, "column '%s'", column->name)
                         : wrong(column, "nothing: it holds JSON", err);
    return 0;
}

static int
param_of(rv_value *out, const struct rv_column *column, const struct rv_ae_value *value,
         rv_err *err)
{
    switch (value->type) {
    case RV_AE_TEXT:
    case RV_AE_SYMBOL:
        return text_param(out, column, value, err);
    case RV_AE_BOOL:
        *out = rv_vint(value->v.i);
        return column->type == REEVE_FLAG ? 0 : wrong(column, "no flag", err);
    case RV_AE_STAMP:
        *out = rv_vint(value->v.i);
        return column->type == REEVE_TIME ? 0 : wrong(column, "no time", err);
    case RV_AE_ROW:
        *out = rv_vint(value->v.row.id);
        return column->type == REEVE_REF ? 0 : wrong(column, "no row", err);
    case RV_AE_DOUBLE:
        *out = rv_vdouble(value->v.d);
        return column->type == REEVE_DOUBLE ? 0 : wrong(column, "no fraction", err);
    case RV_AE_INT:
        *out = column->type == REEVE_DOUBLE ? rv_vdouble((double)value->v.i) : rv_vint(value->v.i);
        return column->type == REEVE_STRING || column->type == REEVE_JSON
                   ? wrong(column, "a text", err)
                   : 0;
    default:
        return wrong(column, "a text, number, flag, time or row, or a list of these", err);
    }
}

static int
add_param(struct asking *asking, const struct rv_column *column, const struct rv_ae_value *value,
          rv_err *err)
{
    if (asking->count == PARAMS_MAX)
        return rv_fail(err, RV_E_LIMIT, "a query compares with more than %d values", PARAMS_MAX);
    if (param_of(&asking->params[asking->count], column, value, err))
        return err->code;
    asking->count++;
    rv_buf_addf(&asking->sql, "$%d", asking->count);
    return 0;
}

static int
add_list(struct asking *asking, const struct rv_column *column, const struct rv_ae_value *list,
         rv_err *err)
{
    if (list->len == 0) {
        rv_buf_add_string(&asking->sql, "1 = 0");
        return 0;
    }
    rv_buf_addf(&asking->sql, "\"%s\" IN (", column->name);
    for (int i = 0; i < list->len; i++) {
        if (i)
            rv_buf_add_char(&asking->sql, ',');
        if (add_param(asking, column, &list->v.items[i], err))
            return err->code;
    }
    rv_buf_add_char(&asking->sql, ')');
    return 0;
}

static int
add_condition(struct asking *asking, const struct rv_ae_value *item, rv_err *err)
{
    int at = rv_kind_column(asking->kind, item->key);
    if (at < 0 || !rv_models_shows(&asking->kind->columns[at]))
        return rv_fail(err, RV_E_INVALID, "a %s has no column '%s'", asking->kind->name, item->key);
    const struct rv_column *column = &asking->kind->columns[at];
    asking->tells_deleted |= strcmp(column->name, "deleted_on") == 0;
    rv_buf_add_string(&asking->sql, " AND ");
    if (item->type == RV_AE_LIST)
        return add_list(asking, column, item, err);
    rv_buf_addf(&asking->sql, "\"%s\" %s", column->name,
                item->type == RV_AE_NIL ? "IS NULL" : "= ");
    return item->type == RV_AE_NIL ? 0 : add_param(asking, column, item, err);
}

static int
add_where(struct asking *asking, const struct rv_ae_value *where, rv_err *err)
{
    rv_buf_add_string(&asking->sql, " WHERE 1 = 1");
    if (where && where->type != RV_AE_MAP && where->len)
        return rv_fail(err, RV_E_INVALID, "where takes a table of columns and values");
    for (int i = 0; where && where->type == RV_AE_MAP && i < where->len; i++)
        if (add_condition(asking, &where->v.items[i], err))
            return err->code;
    if (asking->kind->archived && !asking->tells_deleted)
        rv_buf_add_string(&asking->sql, " AND deleted_on IS NULL");
    return 0;
}

static int
add_order(struct asking *asking, const struct rv_ae_value *order, rv_err *err)
{
    if (order && order->type == RV_AE_TEXT) {
        int at = rv_kind_column(asking->kind, order->v.text);
        if (at < 0 || !rv_models_shows(&asking->kind->columns[at]))
            return rv_fail(err, RV_E_INVALID, "a %s has no column '%s' to sort by",
                           asking->kind->name, order->v.text);
        rv_buf_addf(&asking->sql, " ORDER BY \"%s\" NULLS LAST, id", order->v.text);
    } else {
        rv_buf_add_string(&asking->sql, " ORDER BY id");
    }
    return 0;
}

static int
look(struct rv_models *models, struct asking *asking, const struct rv_ae_value *query, int single,
     struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ae_value *limit = query ? rv_ae_get(query, "limit") : NULL;
    int64_t most = single ? 1 : RV_MODEL_ROWS_MAX + 1;
    if (limit && limit->type == RV_AE_INT && limit->v.i >= 0 && limit->v.i < most)
        most = limit->v.i;
    rv_buf_addf(&asking->sql, "SELECT id FROM \"%s\"", asking->kind->table);
    if (add_where(asking, query ? rv_ae_get(query, "where") : NULL, err) ||
        add_order(asking, query ? rv_ae_get(query, "order") : NULL, err))
        return err->code;
    rv_buf_addf(&asking->sql, " LIMIT %lld", (long long)most);
    if (rv_buf_check(&asking->sql, err))
        return err->code;
    return rv_models_list(models, asking->kind, rv_buf_text(&asking->sql), asking->params,
                          asking->count, single, out, err);
}

static int
count_rows(struct rv_models *models, struct asking *asking, const struct rv_ae_value *query,
           struct rv_ae_value *out, rv_err *err)
{
    rv_value row[1];
    rv_buf_addf(&asking->sql, "SELECT COUNT(*) FROM \"%s\"", asking->kind->table);
    if (add_where(asking, query ? rv_ae_get(query, "where") : NULL, err) ||
        rv_buf_check(&asking->sql, err) ||
        rv_store_one(models->store, row, 1, rv_buf_text(&asking->sql), asking->params,
                     asking->count, err) < 0)
        return err->code;
    *out = rv_ae_vint(row[0].v.i);
    return 0;
}

static int
id_of(int64_t *out, const struct rv_ae_value *value, rv_err *err)
{
    if (value->type == RV_AE_INT)
        *out = value->v.i;
    else if (value->type == RV_AE_ROW)
        *out = value->v.row.id;
    else if (value->type != RV_AE_TEXT || rv_parse_int(out, value->v.text, err)) {
        rv_err_clear(err);
        return rv_fail(err, RV_E_INVALID, "find takes an id, or a list of ids");
    }
    return 0;
}

static int
find(struct rv_models *models, const struct rv_kind *kind, const struct rv_ae_value *query,
     struct rv_ae_value *out, rv_err *err)
{
    int64_t id = 0;
    const struct rv_ae_value *asked = query ? rv_ae_get(query, "id") : NULL;
    *out = RV_AE_VNIL;
    if (asked == NULL || asked->type == RV_AE_NIL)
        return 0;
    if (asked->type != RV_AE_LIST)
        return id_of(&id, asked, err) || rv_models_find(models, kind, id, out, err) < 0 ? err->code
                                                                                        : 0;
    *out = rv_ae_vlist();
    for (int i = 0; i < asked->len; i++) {
        struct rv_ae_value row = RV_AE_VNIL;
        if (id_of(&id, &asked->v.items[i], err) || rv_models_find(models, kind, id, &row, err) < 0)
            return err->code;
        if (row.type == RV_AE_ROW)
            rv_ae_append(out, &row);
    }
    return 0;
}

int
rv_models_rows(struct rv_models *models, const struct rv_kind *kind, const char *verb,
               const struct rv_ae_value *query, struct rv_ae_value *out, rv_err *err)
{
    struct asking *asking = NULL;
    int failed = 0;
    *out = RV_AE_VNIL;
    if (strcmp(verb, "find") == 0)
        return find(models, kind, query, out, err);
    asking = rv_alloc(sizeof(*asking));
    asking->kind = kind;
    asking->sql = rv_buf_limited(SQL_MAX_BYTES);
    if (strcmp(verb, "where") == 0 || strcmp(verb, "all") == 0)
        failed = look(models, asking, query, 0, out, err);
    else if (strcmp(verb, "first") == 0)
        failed = look(models, asking, query, 1, out, err);
    else if (strcmp(verb, "count") == 0)
        failed = count_rows(models, asking, query, out, err);
    else
        failed =
            rv_fail(err, RV_E_UNSUPPORTED,
                    "rows are looked for by find, where, all, first and count, not '%s'", verb);
    rv_buf_free(&asking->sql);
    free(asking);
    return failed;
}
