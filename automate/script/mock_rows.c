/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the mock: those that the world was told of. A column that was not given is nil when the
 * dictionary knows it, and an error when nobody does; a verb that the server refuses is refused.
 */
#include "script/mock_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "script/verbs.h"

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

/* "category/name" of one text or two; the caller's. */
static char *
tag_of(const struct rv_ae_value *args)
{
    const char *first = args->len ? args->v.items[0].v.text : "";
    if (strncmp(first, "/managed/", 9) == 0)
        first += 9;
    return args->len > 1 ? rv_format("%s/%s", first, args->v.items[1].v.text) : rv_strdup(first);
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

static void
remove_tag(struct rv_mock_row *row, int at)
{
    struct rv_ae_value kept = rv_ae_vlist();
    for (int i = 0; i < row->tags.len; i++)
        if (i != at)
            rv_ae_append(&kept, &row->tags.v.items[i]);
    rv_ae_clear(&row->tags);
    row->tags = kept;
}

static void
do_tags(struct rv_mock_row *row, enum rv_verb verb, const struct rv_ae_value *args,
        struct rv_ae_value *out)
{
    RV_AUTO_FREE char *tag = tag_of(args);
    int at = find_tag(row, tag);
    struct rv_ae_value text = rv_ae_vtext(tag);
    if (verb == RV_VERB_TAGS)
        list_tags(row, tag, out);
    else
        *out = rv_ae_vbool(verb == RV_VERB_TAG_ASSIGN || at >= 0);
    if (verb == RV_VERB_TAG_ASSIGN && at < 0)
        rv_ae_append(&row->tags, &text);
    if (verb == RV_VERB_TAG_UNASSIGN && at >= 0)
        remove_tag(row, at);
    rv_ae_clear(&text);
}

static void
add_name(struct rv_ae_value *out, const char *name)
{
    struct rv_ae_value text = rv_ae_vtext(name);
    rv_ae_append(out, &text);
}

#define CUSTOM "custom:" /* what a column is called that holds a custom attribute */

static void
do_custom(struct rv_mock_row *row, enum rv_verb verb, const struct rv_ae_value *args,
          struct rv_ae_value *out)
{
    RV_AUTO_FREE char *key = rv_format(CUSTOM "%s", args->len ? args->v.items[0].v.text : "");
    const struct rv_ae_value *held = rv_ae_get(&row->columns, key);
    struct rv_ae_value value = args->len > 1 ? rv_ae_copy(&args->v.items[1]) : RV_AE_VNIL;
    if (verb == RV_VERB_CUSTOM_SET)
        rv_ae_set(&row->columns, key, &value);
    else if (verb == RV_VERB_CUSTOM_GET && held)
        *out = rv_ae_copy(held);
    else if (verb == RV_VERB_CUSTOM_KEYS)
        *out = rv_ae_vlist();
    for (int32_t i = 0; verb == RV_VERB_CUSTOM_KEYS && i < row->columns.len; i++) {
        const struct rv_ae_value *one = &row->columns.v.items[i];
        if (strncmp(one->key, CUSTOM, strlen(CUSTOM)) == 0 && one->type != RV_AE_NIL)
            add_name(out, one->key + strlen(CUSTOM));
    }
    rv_ae_clear(&value);
}

/* As the server would: what is none of its verbs, has wrong arguments, or is an operation of a
 * provider that no answer of the world stands for. */
static int
check(const char *kind, int64_t id, enum rv_verb verb, const char *given,
      const struct rv_ae_value *args, rv_err *err)
{
    const struct rv_kind *known = rv_model_count() ? rv_model_kind(kind) : NULL;
    if (verb == RV_VERB_NONE)
        return rv_verb_fail_unknown(kind, given, err);
    if (verb == RV_VERB_OPERATION)
        return rv_fail(err, RV_E_UNSUPPORTED, "%s %lld: '%s' is not offered", kind, (long long)id,
                       given);
    if (verb == RV_VERB_REFRESH && known && strcmp(kind, "provider") != 0 &&
        rv_kind_column(known, "ems_id") < 0)
        return rv_fail(err, RV_E_UNSUPPORTED, "%s %lld has no provider to be refreshed by", kind,
                       (long long)id);
    if (verb == RV_VERB_SET_OWNER && known && rv_kind_column(known, "evm_owner_id") < 0)
        return rv_fail(err, RV_E_UNSUPPORTED, "a %s has no column 'evm_owner_id'", kind);
    return rv_verb_check(verb, kind, given, args, err);
}

static int
act(void *arg, const char *kind, int64_t id, const char *verb, const struct rv_ae_value *args,
    struct rv_ae_value *out, rv_err *err)
{
    struct rv_mock *mock = arg;
    struct rv_mock_row *row = rv_mock_row(mock, kind, id);
    enum rv_verb which = rv_verb_find(kind, verb);
    *out = RV_AE_VNIL;
    if (!row)
        return rv_fail(err, RV_E_NOT_FOUND, "%s %lld is not there", kind, (long long)id);
    RV_AUTO_FREE char *on = rv_format("%s::%lld", kind, (long long)id);
    RV_AUTO_FREE char *name = rv_format("%s.%s", kind, verb);
    rv_mock_write_down(mock, verb, on, args);
    if (which != RV_VERB_NONE && rv_mock_answer(mock, name, out, err))
        return err->code;
    if (check(kind, id, which, verb, args, err))
        return err->code;
    if (which == RV_VERB_TAGS || which == RV_VERB_TAG_ASSIGN || which == RV_VERB_TAG_UNASSIGN ||
        which == RV_VERB_TAGGED_WITH)
        do_tags(row, which, args, out);
    else if (which == RV_VERB_REFRESH || which == RV_VERB_REFRESH_EMS)
        *out = rv_ae_vbool(1);
    else
        do_custom(row, which, args, out);
    return 0;
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

static int
names(void *arg, const char *kind, const char *what, struct rv_ae_value *out, rv_err *err)
{
    (void)err;
    *out = rv_ae_vlist();
    if (strcmp(what, "columns") == 0)
        add_columns(arg, kind, out);
    else if (strcmp(what, "associations") == 0)
        add_name(out, "tags");
    else if (strcmp(what, "verbs") == 0)
        rv_verb_names(kind, out);
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
