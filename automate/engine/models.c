/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns and associations of one row. The last rows that were looked at are kept: a method asks
 * for one column after the other.
 */
#include "automate/models_internal.h"

#include <stdlib.h>
#include <string.h>
#include "query/kinds.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

enum { JSON_MAX_BYTES = 4 << 20 };

struct rv_models *
rv_models_new(struct rv_store *store)
{
    struct rv_models *models = rv_alloc(sizeof(*models));
    models->store = store;
    models->run = 1;
    return models;
}

void
rv_models_drop(struct rv_model_row *row)
{
    for (int i = 0; row->values && i < row->kind->column_count; i++)
        if (row->values[i].type == RV_TEXT)
            free((void *)(uintptr_t)row->values[i].v.text); /* ours */
    free(row->values);
    *row = (struct rv_model_row){ 0 };
}

void
rv_models_free(struct rv_models *models)
{
    if (models == NULL)
        return;
    rv_models_forget(models, NULL, 0);
    rv_models_ahead_drop(models);
    for (int i = 0; i < models->statement_count; i++)
        free(models->statements[i]);
    free(models->statements);
    free(models);
}

void
rv_models_forget(struct rv_models *models, const struct rv_kind *kind, int64_t id)
{
    for (int i = 0; i < RV_MODEL_ROWS_KEPT; i++)
        if (id == 0 || (models->rows[i].kind == kind && models->rows[i].id == id))
            rv_models_drop(&models->rows[i]);
    for (int i = 0; i < models->ahead_count && id; i++)
        if (models->ahead[i].kind == kind && models->ahead[i].id == id)
            rv_models_drop(&models->ahead[i]);
    models->run += id == 0;
}

int
rv_models_shows(const struct rv_column *column)
{
    return !(column->flags & (REEVE_COL_SECRET | REEVE_COL_INTERNAL));
}

/* Made once a kind: the store keeps statements by their text. */
const char *
rv_models_select(struct rv_models *models, const struct rv_kind *kind)
{
    if (kind->index >= models->statement_count) {
        int count = rv_model_count();
        models->statements = rv_realloc(models->statements, (size_t)count, sizeof(char *));
        for (int i = models->statement_count; i < count; i++)
            models->statements[i] = NULL;
        models->statement_count = count;
    }
    if (models->statements[kind->index])
        return models->statements[kind->index];
    rv_buf sql = rv_buf_limited(1 << 16);
    rv_buf_add_string(&sql, "SELECT ");
    for (int i = 0; i < kind->column_count; i++) {
        if (i)
            rv_buf_add_string(&sql, ", ");
        if (rv_models_shows(&kind->columns[i]))
            rv_buf_addf(&sql, "\"%s\"", kind->columns[i].name);
        else
            rv_buf_add_string(&sql, "NULL");
    }
    rv_buf_addf(&sql, " FROM \"%s\" WHERE id = $1", kind->table);
    return models->statements[kind->index] = rv_buf_take_string(&sql);
}

void
rv_models_keep(struct rv_model_row *row, const struct rv_kind *kind, const rv_value *values)
{
    rv_models_drop(row);
    row->kind = kind;
    row->id = values[0].v.i;
    row->values = rv_alloc((size_t)kind->column_count * sizeof(rv_value));
    for (int i = 0; i < kind->column_count; i++) {
        row->values[i] = values[i];
        if (values[i].type == RV_TEXT)
            row->values[i].v.text = rv_strndup(values[i].v.text, (size_t)values[i].len);
    }
}

static const struct rv_model_row *
known_row(struct rv_models *models, const struct rv_kind *kind, int64_t id)
{
    for (int i = 0; i < RV_MODEL_ROWS_KEPT; i++)
        if (models->rows[i].kind == kind && models->rows[i].id == id)
            return &models->rows[i];
    return rv_models_ahead_row(models, kind, id);
}

/* 1 with *out, 0 when there is no such row. */
static int
load_row(struct rv_models *models, const struct rv_kind *kind, int64_t id,
         const struct rv_model_row **out, rv_err *err)
{
    const rv_value param = rv_vint(id);
    const rv_value *values = NULL;
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    *out = known_row(models, kind, id);
    if (*out)
        return 1;
    if (rv_store_query(models->store, &rows, rv_models_select(models, kind), &param, 1, err))
        return err->code;
    int found = rv_rows_next(rows, &values, err);
    if (found <= 0)
        return found;
    struct rv_model_row *row = &models->rows[models->next++ % RV_MODEL_ROWS_KEPT];
    rv_models_keep(row, kind, values);
    *out = row;
    return 1;
}

static void
json_value(struct rv_ae_value *out, const rv_value *value)
{
    RV_AUTO_JSON cJSON *json = NULL;
    rv_err ignored = RV_ERR_INIT;
    if (rv_json_parse(&json, value->v.text, (size_t)value->len, JSON_MAX_BYTES, 0, &ignored) ||
        rv_ae_from_plain_json(out, json, &ignored)) {
        rv_ae_clear(out);
        *out = rv_ae_vtext_len(value->v.text, (size_t)value->len);
    }
}

void
rv_models_value(struct rv_ae_value *out, const struct rv_column *column, const rv_value *value)
{
    *out = RV_AE_VNIL;
    if (value->type == RV_INT && column->type == REEVE_FLAG)
        *out = rv_ae_vbool(value->v.i != 0);
    else if (value->type == RV_INT && column->type == REEVE_TIME)
        *out = rv_ae_vstamp(value->v.i);
    else if (value->type == RV_INT)
        *out = rv_ae_vint(value->v.i);
    else if (value->type == RV_DOUBLE)
        *out = rv_ae_vdouble(value->v.d);
    else if (value->type == RV_TEXT && column->type == REEVE_JSON)
        json_value(out, value);
    else if (value->type == RV_TEXT)
        *out = rv_ae_vtext_len(value->v.text, (size_t)value->len);
}

static int
gone(const struct rv_kind *kind, int64_t id, rv_err *err)
{
    return rv_fail(err, RV_E_NOT_FOUND, "%s %lld is not there any more", kind->name, (long long)id);
}

/* To-one: the column holds the id, the one beside it the kind of a polymorphic one. */
static int
to_one(struct rv_models *models, const struct rv_model_row *row, int at, struct rv_ae_value *out,
       rv_err *err)
{
    const struct rv_column *column = &row->kind->columns[at];
    const char *target = column->target;
    if (row->values[at].type != RV_INT)
        return 0;
    if (column->type_column >= 0)
        target = row->values[column->type_column].type == RV_TEXT
                     ? row->values[column->type_column].v.text
                     : NULL;
    const struct rv_kind *kind = target ? rv_query_kind(target) : NULL;
    int found = kind ? rv_models_find(models, kind, row->values[at].v.i, out, err) : 0;
    return found < 0 ? found : 0;
}

static const struct rv_relation *
relation_of(const struct rv_kind *kind, const char *name)
{
    int count = 0;
    const struct rv_relation *relations = rv_kind_relations(kind, &count);
    for (int i = 0; i < count; i++)
        if (rv_streq(relations[i].name, name))
            return &relations[i];
    for (int i = 0; i < count; i++) /* ManageIQ's: the table's name, where the API has another */
        if (rv_streq(relations[i].child->table, name))
            return &relations[i];
    return NULL;
}

static const struct rv_join *
join_of(const struct rv_kind *kind, const char *name)
{
    int count = 0;
    const struct rv_join *joins = rv_kind_joins(kind, &count);
    for (int i = 0; i < count; i++)
        if (rv_streq(joins[i].name, name))
            return &joins[i];
    return NULL;
}

static int
to_many(struct rv_models *models, const struct rv_relation *relation, int64_t id,
        struct rv_ae_value *out, rv_err *err)
{
    const struct rv_kind *child = relation->child;
    const struct rv_column *column = &child->columns[relation->column];
    rv_value params[2] = { rv_vint(id), rv_vtext(relation->parent->name) };
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(4096);
    rv_buf_addf(&sql, "SELECT id FROM \"%s\" WHERE \"%s\" = $1", child->table, column->name);
    if (column->type_column >= 0)
        rv_buf_addf(&sql, " AND \"%s\" = $2", child->columns[column->type_column].name);
    if (child->archived)
        rv_buf_add_string(&sql, " AND deleted_on IS NULL");
    rv_buf_addf(&sql, " ORDER BY id LIMIT %d", relation->single ? 1 : RV_MODEL_ROWS_MAX + 1);
    return rv_models_list(models, child, rv_buf_text(&sql), params,
                          column->type_column >= 0 ? 2 : 1, relation->single, out, err);
}

static int
across(struct rv_models *models, const struct rv_join *join, int64_t id, struct rv_ae_value *out,
       rv_err *err)
{
    const struct rv_column *parent = &join->via->columns[join->parent_column];
    rv_value params[2] = { rv_vint(id), rv_vtext(join->parent->name) };
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(4096);
    rv_buf_addf(&sql,
                "SELECT id FROM \"%s\" WHERE id IN (SELECT \"%s\" FROM \"%s\" WHERE \"%s\" = $1",
                join->child->table, join->via->columns[join->child_column].name, join->via->table,
                parent->name);
    if (parent->type_column >= 0)
        rv_buf_addf(&sql, " AND \"%s\" = $2", join->via->columns[parent->type_column].name);
    rv_buf_addf(&sql, ") ORDER BY id LIMIT %d", RV_MODEL_ROWS_MAX + 1);
    return rv_models_list(models, join->child, rv_buf_text(&sql), params,
                          parent->type_column >= 0 ? 2 : 1, 0, out, err);
}

int
rv_models_column(struct rv_models *models, const struct rv_kind *kind, int64_t id, const char *name,
                 struct rv_ae_value *out, rv_err *err)
{
    const struct rv_model_row *row = NULL;
    const struct rv_relation *relation = NULL;
    const struct rv_join *join = NULL;
    int at = rv_kind_column(kind, name), one = -1;
    *out = RV_AE_VNIL;
    if (at < 0 && (one = rv_kind_association(kind, name)) < 0 &&
        (relation = relation_of(kind, name)) == NULL && (join = join_of(kind, name)) == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "a %s has no column or association '%s'", kind->name,
                       name);
    if (at >= 0 && !rv_models_shows(&kind->columns[at]))
        return rv_fail(err, RV_E_NOT_FOUND, "methods do not see column '%s' of a %s", name,
                       kind->name);
    if (relation)
        return to_many(models, relation, id, out, err);
    if (join)
        return across(models, join, id, out, err);
    int found = load_row(models, kind, id, &row, err);
    if (found <= 0)
        return found ? found : gone(kind, id, err);
    if (one >= 0)
        return to_one(models, row, one, out, err);
    rv_models_value(out, &kind->columns[at], &row->values[at]);
    return 0;
}

int
rv_models_find(struct rv_models *models, const struct rv_kind *kind, int64_t id,
               struct rv_ae_value *out, rv_err *err)
{
    const struct rv_model_row *row = NULL;
    int found = load_row(models, kind, id, &row, err);
    *out = found > 0 ? rv_ae_vrow(kind->name, id) : RV_AE_VNIL;
    return found;
}

static void
add_text(struct rv_ae_value *list, const char *text)
{
    struct rv_ae_value value = rv_ae_vtext(text);
    rv_ae_append(list, &value);
}

void
rv_models_columns(const struct rv_kind *kind, struct rv_ae_value *out)
{
    *out = rv_ae_vlist();
    for (int i = 0; i < kind->column_count; i++)
        if (rv_models_shows(&kind->columns[i]))
            add_text(out, kind->columns[i].name);
}

/* "container_node" of "container_node_id"; the provider has two names, of which this is ours. */
static void
add_one(struct rv_ae_value *list, const struct rv_column *column)
{
    size_t len = strlen(column->name);
    if (column->type != REEVE_REF || !rv_models_shows(column) || len < 4 ||
        strcmp(column->name + len - 3, "_id") != 0)
        return;
    RV_AUTO_FREE char *name = rv_strndup(column->name, len - 3);
    add_text(list, strcmp(name, "ems") == 0 ? "ext_management_system" : name);
}

void
rv_models_associations(const struct rv_kind *kind, struct rv_ae_value *out)
{
    int count = 0;
    *out = rv_ae_vlist();
    for (int i = 0; i < kind->column_count; i++)
        add_one(out, &kind->columns[i]);
    const struct rv_relation *relations = rv_kind_relations(kind, &count);
    for (int i = 0; i < count; i++)
        add_text(out, relations[i].name);
    const struct rv_join *joins = rv_kind_joins(kind, &count);
    for (int i = 0; i < count; i++)
        if (relation_of(kind, joins[i].name) == NULL)
            add_text(out, joins[i].name);
}
