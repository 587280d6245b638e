/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the mock: those that the world was told of. A column that was not given is nil when the
 * dictionary knows it, and an error when nobody does; any verb may be called.
 */
#include "script/mock_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

const char *
rv_mock_kind(struct rv_mock *mock, const char *name)
{
    for (size_t i = 0; i < mock->kind_count; i++)
        if (rv_strcaseeq(mock->kinds[i], name))
            return mock->kinds[i];
    mock->kinds = rv_realloc(mock->kinds, mock->kind_count + 1, sizeof(*mock->kinds));
    mock->kinds[mock->kind_count] = rv_strdup(name);
    return mock->kinds[mock->kind_count++];
}

struct rv_mock_row *
rv_mock_row(struct rv_mock *mock, const char *kind, int64_t id)
{
    for (size_t i = 0; i < mock->row_count; i++)
        if (mock->rows[i].id == id && strcmp(mock->rows[i].kind, kind) == 0)
            return &mock->rows[i];
    return NULL;
}

void
rv_mock_drop_rows(struct rv_mock *mock)
{
    for (size_t i = 0; i < mock->row_count; i++) {
        free(mock->rows[i].kind);
        rv_ae_clear(&mock->rows[i].columns);
        rv_ae_clear(&mock->rows[i].tags);
    }
    free(mock->rows);
    mock->rows = NULL;
    mock->row_count = 0;
}

/* In the order of their ids, as a database gives them. */
static struct rv_mock_row *
make_row(struct rv_mock *mock, int64_t id)
{
    size_t at = mock->row_count++;
    mock->rows = rv_realloc(mock->rows, mock->row_count, sizeof(*mock->rows));
    for (; at > 0 && mock->rows[at - 1].id > id; at--)
        mock->rows[at] = mock->rows[at - 1];
    return &mock->rows[at];
}

/* Takes the columns. One that was told of before gets what is new. */
static void
add_row(struct rv_mock *mock, const char *kind, int64_t id, struct rv_ae_value *columns)
{
    struct rv_mock_row *row = rv_mock_row(mock, kind, id);
    if (!row) {
        row = make_row(mock, id);
        *row = (struct rv_mock_row){
            .kind = rv_strdup(kind), .id = id, .columns = rv_ae_vmap(), .tags = rv_ae_vlist()
        };
    }
    const struct rv_ae_value *tags = rv_ae_get(columns, "tags");
    if (tags && tags->type == RV_AE_LIST) {
        rv_ae_clear(&row->tags);
        row->tags = rv_ae_copy(tags);
    }
    for (int32_t i = 0; i < columns->len; i++) {
        struct rv_ae_value copy = rv_ae_copy(&columns->v.items[i]);
        rv_ae_set(&row->columns, columns->v.items[i].key, &copy);
    }
    rv_ae_clear(columns);
}

int
rv_mock_take_rows(struct rv_mock *mock, struct rv_ae_value *value, rv_err *err)
{
    if (value->type != RV_AE_MAP && value->type != RV_AE_LIST)
        return 0;
    for (int32_t i = 0; i < value->len; i++)
        if (rv_mock_take_rows(mock, &value->v.items[i], err))
            return err->code;
    const struct rv_ae_value *kind = rv_ae_get(value, "kind"), *id = rv_ae_get(value, "id");
    if (!kind || !id || kind->type != RV_AE_TEXT || id->type != RV_AE_INT)
        return 0;
    const char *name = rv_mock_kind(mock, kind->v.text);
    int64_t number = id->v.i;
    char *key = value->key;
    value->key = NULL;
    add_row(mock, name, number, value);
    *value = rv_ae_vrow(name, number);
    value->key = key;
    return 0;
}

static int
model(void *arg, const char *name, const char **kind, rv_err *err)
{
    struct rv_mock *mock = arg;
    for (size_t i = 0; i < mock->row_count; i++) {
        if (rv_strcaseeq(mock->rows[i].kind, name)) {
            *kind = rv_mock_kind(mock, mock->rows[i].kind);
            return 0;
        }
    }
    const struct rv_kind *known = rv_model_count() ? rv_model_lookup(name) : NULL;
    if (!known)
        return rv_fail(err, RV_E_NOT_FOUND, "no kind '%s' in the model, nor in evm.mock", name);
    *kind = rv_mock_kind(mock, known->name);
    return 0;
}

static int
is_one_of(const struct rv_ae_value *value, const struct rv_ae_value *wanted)
{
    RV_AUTO_BUF rv_buf a = rv_buf_limited(1 << 20), b = rv_buf_limited(1 << 20);
    if (wanted->type == RV_AE_LIST) {
        for (int32_t i = 0; i < wanted->len; i++)
            if (is_one_of(value, &wanted->v.items[i]))
                return 1;
        return 0;
    }
    if (!value || value->type == RV_AE_NIL || wanted->type == RV_AE_NIL)
        return (!value || value->type == RV_AE_NIL) && wanted->type == RV_AE_NIL;
    rv_ae_show(&a, value);
    rv_ae_show(&b, wanted);
    return strcmp(rv_buf_text(&a), rv_buf_text(&b)) == 0;
}

static int
matches(const struct rv_mock_row *row, const struct rv_ae_value *where)
{
    for (int32_t i = 0; where && where->type == RV_AE_MAP && i < where->len; i++) {
        const struct rv_ae_value *wanted = &where->v.items[i];
        struct rv_ae_value id = rv_ae_vint(row->id);
        int is_id = strcmp(wanted->key, "id") == 0;
        if (!is_one_of(is_id ? &id : rv_ae_get(&row->columns, wanted->key), wanted))
            return 0;
    }
    return 1;
}

static int
rows(void *arg, const char *kind, const char *verb, const struct rv_ae_value *query,
     struct rv_ae_value *out, rv_err *err)
{
    struct rv_mock *mock = arg;
    const struct rv_ae_value *where = rv_ae_get(query, "where"), *id = rv_ae_get(query, "id");
    const struct rv_ae_value *limit = rv_ae_get(query, "limit");
    (void)err;
    *out = rv_ae_vlist();
    for (size_t i = 0; i < mock->row_count; i++) {
        struct rv_mock_row *row = &mock->rows[i];
        if (strcmp(row->kind, kind) != 0 || (id && row->id != id->v.i) || !matches(row, where))
            continue;
        struct rv_ae_value found = rv_ae_vrow(kind, row->id);
        if (!limit || out->len < limit->v.i)
            rv_ae_append(out, &found);
    }
    if (strcmp(verb, "count") == 0) {
        int64_t count = out->len;
        rv_ae_clear(out);
        *out = rv_ae_vint(count);
    } else if (strcmp(verb, "first") == 0 || strcmp(verb, "find") == 0) {
        struct rv_ae_value first = out->len ? rv_ae_copy(&out->v.items[0]) : RV_AE_VNIL;
        rv_ae_clear(out);
        *out = first;
    }
    return 0;
}

static int
column(void *arg, const char *kind, int64_t id, const char *name, struct rv_ae_value *out,
       rv_err *err)
{
    const struct rv_mock_row *row = rv_mock_row(arg, kind, id);
    const struct rv_ae_value *value = row ? rv_ae_get(&row->columns, name) : NULL;
    const struct rv_kind *known = rv_model_count() ? rv_model_kind(kind) : NULL;
    *out = RV_AE_VNIL;
    if (value)
        *out = rv_ae_copy(value);
    else if (strcmp(name, "id") == 0 && row)
        *out = rv_ae_vint(id);
    else if (!row)
        return rv_fail(err, RV_E_NOT_FOUND, "%s %lld is not there", kind, (long long)id);
    else if (!known || (rv_kind_column(known, name) < 0 && rv_kind_association(known, name) < 0))
        return rv_fail(err, RV_E_NOT_FOUND, "%s has no '%s'", kind, name);
    return 0;
}

/* A tag is "category/name", or "/managed/category/name". */
static const char *
tag_of(const struct rv_ae_value *args)
{
    if (args->type != RV_AE_LIST || args->len == 0 || args->v.items[0].type != RV_AE_TEXT)
        return "";
    const char *tag = args->v.items[0].v.text;
    return strncmp(tag, "/managed/", 9) == 0 ? tag + 9 : tag;
}

static int
find_tag(const struct rv_mock_row *row, const char *tag)
{
    for (int32_t i = 0; i < row->tags.len; i++)
        if (row->tags.v.items[i].type == RV_AE_TEXT &&
            strcmp(row->tags.v.items[i].v.text, tag) == 0)
            return i;
    return -1;
}

static void
list_tags(const struct rv_mock_row *row, const char *category, struct rv_ae_value *out)
{
    size_t len = strlen(category);
    *out = rv_ae_vlist();
    for (int32_t i = 0; i < row->tags.len; i++) {
        const char *tag = row->tags.v.items[i].v.text;
        if (len && (strncmp(tag, category, len) != 0 || tag[len] != '/'))
            continue;
        struct rv_ae_value text = rv_ae_vtext(len ? tag + len + 1 : tag);
        rv_ae_append(out, &text);
    }
}

/* 1: it was about tags. */
static int
do_tags(struct rv_mock_row *row, const char *verb, const struct rv_ae_value *args,
        struct rv_ae_value *out)
{
    const char *tag = tag_of(args);
    int at = find_tag(row, tag);
    if (strcmp(verb, "tags") == 0) {
        list_tags(row, tag, out);
    } else if (strcmp(verb, "tagged_with") == 0) {
        const struct rv_ae_value *name = args->len > 1 ? &args->v.items[1] : NULL;
        RV_AUTO_FREE char *both = name ? rv_format("%s/%s", tag, name->v.text) : rv_strdup(tag);
        *out = rv_ae_vbool(find_tag(row, both) >= 0);
    } else if (strcmp(verb, "tag_assign") == 0) {
        struct rv_ae_value text = rv_ae_vtext(tag);
        if (at < 0)
            rv_ae_append(&row->tags, &text);
        rv_ae_clear(&text);
    } else if (strcmp(verb, "tag_unassign") == 0) {
        struct rv_ae_value kept = rv_ae_vlist();
        for (int32_t i = 0; i < row->tags.len; i++)
            if (i != at)
                rv_ae_append(&kept, &row->tags.v.items[i]);
        rv_ae_clear(&row->tags);
        row->tags = kept;
    } else {
        return 0;
    }
    return 1;
}

static int
act(void *arg, const char *kind, int64_t id, const char *verb, const struct rv_ae_value *args,
    struct rv_ae_value *out, rv_err *err)
{
    struct rv_mock *mock = arg;
    struct rv_mock_row *row = rv_mock_row(mock, kind, id);
    *out = RV_AE_VNIL;
    if (!row)
        return rv_fail(err, RV_E_NOT_FOUND, "%s %lld is not there", kind, (long long)id);
    RV_AUTO_FREE char *on = rv_format("%s::%lld", kind, (long long)id);
    RV_AUTO_FREE char *name = rv_format("%s.%s", kind, verb);
    rv_mock_write_down(mock, verb, on, args);
    if (do_tags(row, verb, args, out) || rv_mock_answer(mock, name, out, err))
        return err->code;
    if (strcmp(verb, "custom_set") == 0 && args->len == 2 && args->v.items[0].type == RV_AE_TEXT) {
        struct rv_ae_value copy = rv_ae_copy(&args->v.items[1]);
        RV_AUTO_FREE char *key = rv_format("custom:%s", args->v.items[0].v.text);
        rv_ae_set(&row->columns, key, &copy);
    } else if (strcmp(verb, "custom_get") == 0 && args->len == 1 &&
               args->v.items[0].type == RV_AE_TEXT) {
        RV_AUTO_FREE char *key = rv_format("custom:%s", args->v.items[0].v.text);
        const struct rv_ae_value *held = rv_ae_get(&row->columns, key);
        *out = held ? rv_ae_copy(held) : RV_AE_VNIL;
    }
    return 0;
}

static void
add_name(struct rv_ae_value *out, const char *name)
{
    struct rv_ae_value text = rv_ae_vtext(name);
    rv_ae_append(out, &text);
}

static void
add_columns(struct rv_mock *mock, const char *kind, struct rv_ae_value *out)
{
    const struct rv_kind *known = rv_model_count() ? rv_model_kind(kind) : NULL;
    for (int i = 0; known && i < known->column_count; i++)
        add_name(out, known->columns[i].name);
    for (size_t r = 0; !known && r < mock->row_count; r++) {
        const struct rv_ae_value *columns = &mock->rows[r].columns;
        for (int32_t i = 0; strcmp(mock->rows[r].kind, kind) == 0 && i < columns->len; i++)
            add_name(out, columns->v.items[i].key);
        if (strcmp(mock->rows[r].kind, kind) == 0)
            return;
    }
}

/* The server's table of verbs is not here: the names that it has, for any kind. */
static int
names(void *arg, const char *kind, const char *what, struct rv_ae_value *out, rv_err *err)
{
    static const char *const verbs[] = { "custom_get", "custom_set", "custom_keys", "group=",
                                         "owner=",     "refresh",    "refresh_ems", "scan",
                                         "start",      "stop",       "suspend" };
    struct rv_mock *mock = arg;
    (void)err;
    *out = rv_ae_vlist();
    if (strcmp(what, "columns") == 0)
        add_columns(mock, kind, out);
    else if (strcmp(what, "associations") == 0)
        add_name(out, "tags");
    else if (strcmp(what, "verbs") == 0) {
        for (size_t i = 0; i < RV_COUNT(verbs); i++)
            add_name(out, verbs[i]);
        RV_AUTO_FREE char *prefix = rv_format("%s.", kind);
        for (int32_t i = 0; i < mock->answers.len; i++)
            if (strncmp(mock->answers.v.items[i].key, prefix, strlen(prefix)) == 0)
                add_name(out, mock->answers.v.items[i].key + strlen(prefix));
    }
    return 0;
}

void
rv_mock_fill_rows(struct rv_script_host *host)
{
    host->model = model;
    host->rows = rows;
    host->column = column;
    host->act = act;
    host->names = names;
}
