/* SPDX-License-Identifier: Apache-2.0
 *
 * Running an expression: one SELECT, and its rows as a value.
 */
#include "automate/expression.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "query/condition.h"
#include "query/expression.h"

enum { TOLD_MAX_BYTES = 500 };

enum wanted { DIALOG_HASH, HASH, ARRAY, SIMPLE, COUNT };

struct finding {
    struct rv_live *live;
    struct rv_arena *arena;
    const struct rv_ae_value *inputs;
    enum wanted wanted;
    int distinct;
    struct rv_expression *expression;
    struct rv_select select;
    struct rv_ref refs[RV_EXPRESSION_ATTRIBUTES_MAX + 1]; /* of a dialog_hash the key comes first */
    const char *names[RV_EXPRESSION_ATTRIBUTES_MAX + 1];
    int count;
    struct rv_sql sql;
};

/* NULL when it is not given or blank; the arena's. */
static const char *
text_input(const struct finding *finding, const char *name)
{
    const struct rv_ae_value *value = rv_ae_get(finding->inputs, name);
    if (value == NULL || rv_ae_is_blank(value))
        return NULL;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_FILTER_BYTES_MAX);
    rv_ae_show(&text, value);
    return rv_arena_strdup(finding->arena, rv_buf_text(&text));
}

/* -1 when it is none of them. */
static int
one_of(const char *const *words, const char *text)
{
    for (int i = 0; words[i]; i++)
        if (rv_strcaseeq(words[i], text))
            return i;
    return -1;
}

static int
word_input(int *out, const struct finding *finding, const char *name, const char *const *words,
           rv_err *err)
{
    const char *text = text_input(finding, name);
    *out = text ? one_of(words, text) : 0;
    if (*out >= 0)
        return 0;
    rv_fail(err, RV_E_INVALID, "%s: '%.100s' means nothing", name, text);
    const char *near = rv_nearest(text, words);
    return near ? rv_hint(err, "did you mean '%s'?", near) : err->code;
}

static int
add_attribute(struct finding *finding, const char *name, rv_err *err)
{
    if (finding->count > RV_EXPRESSION_ATTRIBUTES_MAX)
        return rv_fail(err, RV_E_LIMIT, "more than %d attributes", RV_EXPRESSION_ATTRIBUTES_MAX);
    struct rv_ref *ref = &finding->refs[finding->count];
    if (rv_select_resolve(&finding->select, name, ref, err) < 0)
        return err->code;
    if (ref->virtual && ref->virtual->sql == NULL)
        return rv_fail(err, RV_E_INVALID, "attribute '%.200s' cannot be read here", name);
    finding->names[finding->count++] = name;
    return 0;
}

/* A list, or a text with commas; what says nothing is the name. */
static int
add_attributes(struct finding *finding, rv_err *err)
{
    const struct rv_ae_value *list = rv_ae_get(finding->inputs, "distinct");
    finding->distinct = list && !rv_ae_is_blank(list);
    if (!finding->distinct)
        list = rv_ae_get(finding->inputs, "attributes");
    if (list == NULL || rv_ae_is_blank(list))
        return add_attribute(finding, "name", err);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_FILTER_BYTES_MAX);
    for (int i = 0; list->type == RV_AE_LIST && i < list->len; i++) {
        rv_ae_show(&text, &list->v.items[i]);
        rv_buf_add_char(&text, ',');
    }
    if (list->type != RV_AE_LIST)
        rv_ae_show(&text, list);
    if (rv_buf_check(&text, err) < 0)
        return rv_wrap(err, "attributes");
    char *rest = rv_arena_strdup(finding->arena, rv_buf_text(&text));
    for (char *name; (name = strsep(&rest, ", ")) != NULL;)
        if (*name && add_attribute(finding, name, err) < 0)
            return err->code;
    return 0;
}

/* arg1, arg2 ... in the order of what is open. */
static int
open_values(const char **out, const struct finding *finding, rv_err *err)
{
    for (int i = 0; i < rv_expression_input_count(finding->expression); i++) {
        char name[16];
        snprintf(name, sizeof(name), "arg%d", i + 1);
        const struct rv_ae_value *value = rv_ae_get(finding->inputs, name);
        if (value == NULL)
            return rv_fail(err, RV_E_INVALID, "the expression leaves %d values open: no input '%s'",
                           rv_expression_input_count(finding->expression), name);
        if (value->type == RV_AE_LIST || value->type == RV_AE_MAP || value->type == RV_AE_SECRET)
            return rv_fail(err, RV_E_INVALID, "input '%s' is no single value", name);
        RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_FILTER_BYTES_MAX);
        if (value->type == RV_AE_ROW)
            rv_buf_addf(&text, "%lld", (long long)value->v.row.id);
        else
            rv_ae_show(&text, value);
        if (rv_buf_check(&text, err) < 0)
            return rv_wrap(err, "input '%s'", name);
        out[i] = rv_arena_strdup(finding->arena, rv_buf_text(&text));
    }
    return 0;
}

static void
add_list(struct rv_sql *sql, const struct finding *finding)
{
    for (int i = 0; i < finding->count; i++) {
        const struct rv_ref *ref = &finding->refs[i];
        rv_sql_add(sql, i ? ", " : "");
        if (ref->whole)
            rv_sql_column(sql, finding->select.hops[ref->hop].alias, "id");
        else
            rv_select_expression(&finding->select, sql, ref);
    }
}

/* All before the condition, whose values are the only ones that are bound. */
static void
write_head(struct rv_sql *sql, const struct finding *finding)
{
    const struct rv_kind *kind = rv_expression_kind(finding->expression);
    if (finding->wanted == COUNT)
        rv_sql_add(sql, finding->distinct ? "SELECT COUNT(*) FROM (" : "SELECT COUNT(*)");
    if (finding->wanted != COUNT || finding->distinct) {
        rv_sql_add(sql, finding->distinct ? "SELECT DISTINCT " : "SELECT ");
        add_list(sql, finding);
    }
    rv_select_from_sql(&finding->select, sql);
    rv_sql_add(sql, " WHERE ");
    if (kind->archived && !rv_expression_about_life(finding->expression))
        rv_sql_add(sql, "t.\"deleted_on\" IS NULL AND ");
}

static void
write_tail(struct rv_sql *sql, const struct finding *finding)
{
    if (finding->wanted == COUNT) {
        rv_sql_add(sql, finding->distinct ? ") d" : "");
        return;
    }
    rv_sql_add(sql, finding->distinct ? " ORDER BY " : " ORDER BY t.\"id\"");
    for (int i = 0; finding->distinct && i < finding->count; i++)
        rv_sql_addf(sql, "%s%d NULLS LAST", i ? ", " : "", i + 1);
    int one = finding->wanted == HASH || finding->wanted == SIMPLE;
    rv_sql_addf(sql, " LIMIT %d", one ? 1 : RV_MODEL_ROWS_MAX + 1);
}

/* Joins are only known when attributes and condition are. */
static int
write_sql(struct finding *finding, rv_err *err)
{
    const char *open[RV_EXPRESSION_INPUTS_MAX] = { NULL };
    RV_AUTO_SQL struct rv_sql head = rv_sql_new();
    RV_AUTO_SQL struct rv_sql condition = rv_sql_new();
    if (open_values(open, finding, err) < 0 ||
        rv_expression_add(&condition, &finding->select, finding->expression, open, rv_now_ms(),
                          err) < 0)
        return err->code;
    write_head(&head, finding);
    if (rv_buf_check(&head.text, err) < 0 || rv_buf_check(&condition.text, err) < 0)
        return err->code;
    rv_sql_begin_with(&finding->sql, rv_buf_text(&head.text), &condition);
    write_tail(&finding->sql, finding);
    return rv_buf_check(&finding->sql.text, err);
}

static void
take_value(struct rv_ae_value *out, const struct finding *finding, int at, const rv_value *value)
{
    const struct rv_ref *ref = &finding->refs[at];
    const struct rv_kind *kind = finding->select.hops[ref->hop].kind;
    const struct rv_column of_type = { .type = rv_select_type(&finding->select, ref) };
    if (!ref->whole)
        rv_models_value(out, &of_type, value);
    else
        *out = value->type == RV_INT ? rv_ae_vrow(kind->name, value->v.i) : RV_AE_VNIL;
}

static void
take_list(struct rv_ae_value *out, const struct finding *finding, const rv_value *row)
{
    *out = rv_ae_vlist();
    for (int i = 0; i < finding->count; i++) {
        struct rv_ae_value value;
        take_value(&value, finding, i, &row[i]);
        rv_ae_append(out, &value);
    }
}

static void
take_map(struct rv_ae_value *out, const struct finding *finding, const rv_value *row)
{
    *out = rv_ae_vmap();
    for (int i = 0; i < finding->count; i++) {
        struct rv_ae_value value;
        take_value(&value, finding, i, &row[i]);
        rv_ae_set(out, finding->names[i], &value);
    }
}

/* One row of many: an item of the list, or under its key. */
static void
take_row(struct rv_ae_value *out, const struct finding *finding, const rv_value *row)
{
    struct rv_ae_value value;
    if (finding->wanted == ARRAY && finding->count > 1)
        take_list(&value, finding, row);
    else
        take_value(&value, finding, finding->wanted == DIALOG_HASH,
                   &row[finding->wanted == DIALOG_HASH]);
    if (finding->wanted == ARRAY) {
        rv_ae_append(out, &value);
        return;
    }
    RV_AUTO_AE_VALUE struct rv_ae_value key = RV_AE_VNIL;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_FILTER_BYTES_MAX);
    take_value(&key, finding, 0, &row[0]);
    rv_ae_show(&text, &key);
    rv_ae_put(out, rv_buf_text(&text), &value);
}

/* *found: how many rows there are. */
static int
read_rows(struct rv_ae_value *out, const struct finding *finding, int *found, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    size_t bytes = 0;
    int more;
    *out = finding->wanted == ARRAY ? rv_ae_vlist() : rv_ae_vmap();
    if (rv_store_query(finding->live->store, &rows, rv_buf_text(&finding->sql.text),
                       finding->sql.params, finding->sql.count, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        if (++*found > RV_MODEL_ROWS_MAX)
            return rv_fail(err, RV_E_LIMIT, "more than %d rows of %s: ask for fewer",
                           RV_MODEL_ROWS_MAX, rv_expression_kind(finding->expression)->name);
        if (finding->wanted == SIMPLE)
            take_value(out, finding, 0, &row[0]);
        else if (finding->wanted == COUNT)
            *out = rv_ae_vint(row[0].v.i);
        else if (finding->wanted == HASH)
            take_map(out, finding, row);
        else
            take_row(out, finding, row);
        if (finding->wanted == ARRAY || finding->wanted == DIALOG_HASH)
            bytes += rv_ae_bytes(&out->v.items[out->len - 1]);
        if (bytes > RV_EXPRESSION_RESULT_MAX)
            return rv_fail(err, RV_E_LIMIT, "more than %d bytes of rows: ask for fewer",
                           RV_EXPRESSION_RESULT_MAX);
    }
    if (more == 0 && finding->wanted == DIALOG_HASH)
        rv_ae_keep_last(out);
    return more;
}

/* What was found, as far as a line of the trace has room for it. */
static void
tell(const struct finding *finding, const char *name, const struct rv_ae_value *value)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(TOLD_MAX_BYTES);
    rv_buf_addf(&text, "%s = ", name);
    int whole = rv_ae_show(&text, value) == 0;
    size_t len = rv_utf8_prefix(rv_buf_text(&text), text.len);
    RV_AUTO_FREE char *line = rv_format("%.*s%s", (int)len, rv_buf_text(&text), whole ? "" : "...");
    rv_trace_log(finding->live->trace, "info", line);
}

static int
put(struct rv_ws *ws, struct rv_ws_object *self, const struct finding *finding,
    struct rv_ae_value *value, rv_err *err)
{
    const char *path = text_input(finding, "result_obj");
    const char *name = text_input(finding, "result_attr");
    struct rv_ws_object *object = rv_ws_find(ws, self, path ? path : ".");
    if (object == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "result_obj: there is no object '%.200s'", path);
    RV_AUTO_FREE char *lower = rv_strdup(name ? name : "values");
    rv_lower(lower);
    tell(finding, lower, value);
    rv_ws_set(object, lower, value);
    return rv_ws_check(ws, err);
}

static void
end_with(struct rv_ws *ws, const char *result)
{
    struct rv_ae_value value = rv_ae_vtext(result);
    rv_ws_set(rv_ws_root(ws), "ae_result", &value);
}

/* No row fits. */
static int
be_empty(struct rv_ws *ws, struct rv_ws_object *self, const struct finding *finding, rv_err *err)
{
    static const char *const words[] = { "error", "warn", "abort", NULL };
    enum { ERROR, WARN, ABORT };
    const struct rv_ae_value *given = rv_ae_get(finding->inputs, "default");
    int how = 0;
    if (word_input(&how, finding, "on_empty", words, err) < 0)
        return err->code;
    rv_trace_log(finding->live->trace, how == WARN ? "warn" : "error",
                 "no row fits the expression");
    if (how == ABORT)
        return RV_WS_ABORT;
    end_with(ws, words[how]);
    if (how == ERROR || given == NULL)
        return RV_WS_OK;
    struct rv_ae_value value = rv_ae_copy(given);
    return put(ws, self, finding, &value, err);
}

static int
find(struct finding *finding, struct rv_ws *ws, struct rv_ws_object *self, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    int found = 0;
    if (read_rows(&value, finding, &found, err) < 0)
        return err->code;
    if (found == 0)
        return be_empty(ws, self, finding, err);
    if (put(ws, self, finding, &value, err) < 0)
        return err->code;
    end_with(ws, "ok");
    return RV_WS_OK;
}

static int
prepare(struct finding *finding, const struct rv_ae_method *method, rv_err *err)
{
    static const char *const types[] = { "dialog_hash", "hash", "array", "simple", "count", NULL };
    const char *key = text_input(finding, "key");
    int wanted = 0;
    if (rv_expression_parse(&finding->expression, finding->arena, method->data ? method->data : "",
                            method->data_len, err) < 0 ||
        word_input(&wanted, finding, "result_type", types, err) < 0)
        return err->code;
    finding->wanted = (enum wanted)wanted;
    rv_select_init(&finding->select, finding->arena, rv_expression_kind(finding->expression), "t");
    if ((finding->wanted == DIALOG_HASH && add_attribute(finding, key ? key : "id", err) < 0) ||
        add_attributes(finding, err) < 0)
        return err->code;
    return write_sql(finding, err);
}

int
rv_expression_run(struct rv_live *live, struct rv_ws *ws, struct rv_ws_object *self,
                  const struct rv_ae_method *method, const struct rv_ae_value *inputs, rv_err *err)
{
    struct finding finding = {
        .live = live, .arena = rv_arena_new(0), .inputs = inputs, .sql = rv_sql_new()
    };
    int code = prepare(&finding, method, err);
    if (code == 0)
        code = find(&finding, ws, self, err);
    rv_sql_free(&finding.sql);
    rv_arena_free(finding.arena);
    return code;
}
