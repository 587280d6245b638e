/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries as paths, pages, and look-ups by name.
 */
#include "list.h"

#include <string.h>
#include "table.h"

#define PAGE 1000
#define PATH_LIMIT (1u << 20)
#define SAME_NAME_MAX 50

void
cli_query_order(struct cli_query *query, const struct cli_kind *kind)
{
    const char *namespace = cli_kind_namespace(kind);
    int count = 0;

    query->order[0] = NULL;
    /* Tasks, messages and workers come and go: their ids tell the order of time. */
    if (!kind->kind || rv_kind_column(kind->kind, "name") < 0 ||
        (kind->kind->server && strcmp(kind->kind->name, "provider") != 0))
        return;
    if (namespace)
        query->order[count++] = namespace;
    query->order[count++] = "name";
    query->order[count] = NULL;
}

static void
add_parameter(rv_buf *out, const char *name, const char *value)
{
    RV_AUTO_FREE char *escaped = cli_escape(value);

    rv_buf_addf(out, "%c%s=%s", strchr(rv_buf_text(out), '?') ? '&' : '?', name, escaped);
}

static void
add_query(rv_buf *out, const struct cli_query *query)
{
    rv_buf_addf(out, "/api/%s", query->collection);
    for (int i = 0; query->filters && query->filters[i]; i++)
        add_parameter(out, "filter[]", query->filters[i]);
    if (query->attributes)
        add_parameter(out, "attributes", query->attributes);
    if (query->archived)
        add_parameter(out, "archived", "true");
    if (query->under)
        add_parameter(out, "under", query->under);
    if (query->above)
        add_parameter(out, "above", query->above);
    if (query->tree)
        add_parameter(out, "tree", query->tree);
    if (query->levels)
        add_parameter(out, "levels", query->levels);
}

char *
cli_query_path(const struct cli_query *query)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(PATH_LIMIT);

    add_query(&out, query);
    return rv_buf_take_string(&out);
}

/* sort_by, and sort_order once for each of its keys. */
static void
add_order(rv_buf *out, const struct cli_query *query)
{
    RV_AUTO_BUF rv_buf keys = rv_buf_limited(1u << 12);
    RV_AUTO_BUF rv_buf orders = rv_buf_limited(1u << 12);

    for (int i = 0; !query->sort_by && query->order[i]; i++)
        rv_buf_addf(&keys, "%s%s", i ? "," : "", query->order[i]);
    if (query->sort_by)
        rv_buf_add_string(&keys, query->sort_by);
    if (keys.len == 0)
        rv_buf_add_string(&keys, "id");
    for (const char *at = rv_buf_text(&keys); at; at = strchr(at + 1, ','))
        rv_buf_add_string(&orders, orders.len ? ",desc" : "desc");
    add_parameter(out, "sort_by", rv_buf_text(&keys));
    if (query->descending || query->latest)
        add_parameter(out, "sort_order", rv_buf_text(&orders));
}

char *
cli_page_path(const struct cli_query *query, int64_t offset, int64_t limit, const char *last_id)
{
    RV_AUTO_FREE char *after = last_id && *last_id ? rv_format("id>%s", last_id) : NULL;
    RV_AUTO_BUF rv_buf out = rv_buf_limited(PATH_LIMIT);

    add_query(&out, query);
    add_parameter(&out, "expand", "resources");
    rv_buf_addf(&out, "&limit=%lld", (long long)limit);
    if (last_id) {
        add_parameter(&out, "sort_by", "id");
        if (after)
            add_parameter(&out, "filter[]", after);
    } else {
        add_order(&out, query);
        if (offset > 0)
            rv_buf_addf(&out, "&offset=%lld", (long long)offset);
    }
    return rv_buf_take_string(&out);
}

/* Pages by "id greater than the last one" neither repeat nor skip rows while others come and go.
 * That is worth it for a whole list; a first part is wanted in order. And an "or" filter would
 * stand beside the condition on the id instead of under it. */
static int
pages_by_id(const struct cli_query *query)
{
    if (query->sort_by || query->descending || query->latest || query->limit >= 0)
        return 0;
    for (int i = 0; query->filters && query->filters[i]; i++)
        if (strncasecmp(query->filters[i] + strspn(query->filters[i], " \t"), "or ", 3) == 0)
            return 0;
    return 1;
}

/* Move a page's rows behind those that are there; returns how many. */
static int64_t
take_rows(cJSON *rows, cJSON *page, char **last_id)
{
    cJSON *resources = cJSON_GetObjectItemCaseSensitive(page, "resources");
    int64_t count = 0;

    while (resources && resources->child) {
        cJSON *row = cJSON_DetachItemFromArray(resources, 0);

        free(*last_id);
        *last_id = rv_strdup(rv_json_string(row, "id"));
        cJSON_AddItemToArray(rows, row);
        count++;
    }
    return count;
}

/* Rows without a value come last, as from the server. */
static int
compare_texts(const char *a, const char *b)
{
    if (!a || !b)
        return (a == NULL) - (b == NULL);
    return strcmp(a, b);
}

static int
compare_rows(const void *left, const void *right, void *order)
{
    const cJSON *a = *(const cJSON *const *)left, *b = *(const cJSON *const *)right;
    const char *const *keys = order;
    const char *a_id = rv_json_string(a, "id"), *b_id = rv_json_string(b, "id");
    int result = 0;

    for (int i = 0; result == 0 && keys[i]; i++)
        result = compare_texts(cJSON_GetStringValue(cli_value_at(a, keys[i])),
                               cJSON_GetStringValue(cli_value_at(b, keys[i])));
    if (result == 0 && a_id && b_id) /* numbers without leading zeros */
        result = (strlen(a_id) > strlen(b_id)) - (strlen(a_id) < strlen(b_id));
    return result ? result : compare_texts(a_id, b_id);
}

static void
sort_rows(cJSON *rows, const char *const *order)
{
    size_t count = (size_t)cJSON_GetArraySize(rows);
    const cJSON **all = rv_alloc((count + 1) * sizeof(cJSON *));

    for (size_t i = 0; i < count; i++)
        all[i] = cJSON_DetachItemFromArray(rows, 0);
    qsort_r(all, count, sizeof(cJSON *), compare_rows, (void *)(uintptr_t)order);
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(rows, (cJSON *)(uintptr_t)all[i]);
    free(all);
}

static void
reverse(cJSON *rows)
{
    cJSON *first = rows->child;
    while (first && first->next) /* the next one goes before all that were passed */
        cJSON_InsertItemInArray(rows, 0, cJSON_DetachItemViaPointer(rows, first->next));
}

/* Rows from this page on, as the server counts them. */
static int64_t
rows_left(const cJSON *page, int64_t offset)
{
    return rv_json_int(page, "subquery_count", rv_json_int(page, "count", 0)) - offset;
}

/* The server may give fewer rows in a page than were asked for: how many there are tells the end.
 */
int
cli_list(struct cli_client *client, const struct cli_query *query, cJSON **out, int64_t *total,
         rv_err *err)
{
    RV_AUTO_JSON cJSON *rows = cJSON_CreateArray();
    RV_AUTO_FREE char *last_id = rv_strdup("");
    int64_t got = 0, limit = query->limit < 0 ? INT64_MAX : query->limit, count = 1, left = 1;
    int by_id = pages_by_id(query);

    while (got < limit && count > 0 && left > 0 && last_id) {
        int64_t want = limit - got < PAGE ? limit - got : PAGE;
        RV_AUTO_FREE char *path = cli_page_path(query, got, want, by_id ? last_id : NULL);
        RV_AUTO_JSON cJSON *page = NULL;

        if (cli_get(client, path, &page, err) < 0)
            return err->code;
        if (got == 0 && total)
            *total = rows_left(page, 0);
        left = rows_left(page, by_id ? 0 : got);
        count = take_rows(rows, page, &last_id);
        left -= count;
        got += count;
    }
    if (by_id && query->order[0])
        sort_rows(rows, query->order);
    if (query->latest)
        reverse(rows);
    *out = rows;
    rows = NULL;
    return 0;
}

/* The grammar takes quotes off, and * and % in quotes stand for any text: without is exact, where
 * it can be said so. */
char *
cli_filter_equal(const char *column, const char *text)
{
    int needs_quotes = !*text || strchr("'\"=~ \t", text[0]) || text[strlen(text) - 1] == ' ' ||
                       rv_strcaseeq(text, "null") || rv_strcaseeq(text, "nil");

    return rv_format(needs_quotes ? "%s=\"%s\"" : "%s=%s", column, text);
}

const char *
cli_name_attribute(const struct cli_kind *kind)
{
    const struct rv_kind *known = kind->kind;

    if (known && strcmp(known->name, "user") == 0)
        return "userid"; /* what one logs in with; the name is for greetings */
    if (!known || rv_kind_column(known, "name") >= 0)
        return "name";
    return rv_kind_column(known, "guid") >= 0 ? "guid" : NULL;
}

static int
by_id(struct cli_client *client, const struct cli_kind *kind, const char *id,
      const struct cli_query *within, cJSON **out, rv_err *err)
{
    RV_AUTO_BUF rv_buf path = rv_buf_limited(PATH_LIMIT);

    rv_buf_addf(&path, "/api/%s/%s", kind->collection, id);
    if (within->attributes)
        add_parameter(&path, "attributes", within->attributes);
    return cli_get(client, rv_buf_text(&path), out, err);
}

/* Rows that a wildcard in the name has brought along. */
static void
drop_others(cJSON *rows, const char *attribute, const char *name)
{
    cJSON *next;

    for (cJSON *row = rows->child; row; row = next) {
        const char *is = cJSON_GetStringValue(cli_value_at(row, attribute));

        next = row->next;
        if (is && strcmp(is, name) != 0)
            cJSON_Delete(cJSON_DetachItemViaPointer(rows, row));
    }
}

/* "a/web (id 1), b/web (id 2)" */
static int
fail_ambiguous(const struct cli_kind *kind, const char *name, const cJSON *rows, rv_err *err)
{
    RV_AUTO_BUF rv_buf list = rv_buf_limited(1u << 10);
    const char *namespace = cli_kind_namespace(kind);
    const cJSON *row;

    cJSON_ArrayForEach(row, rows)
    {
        const char *in = namespace ? cJSON_GetStringValue(cli_value_at(row, namespace)) : NULL;

        if (list.len > 200)
            continue;
        rv_buf_addf(&list, "%s%s%s%s (id %s)", list.len ? ", " : "", in ? in : "", in ? "/" : "",
                    name, rv_json_string(row, "id"));
    }
    rv_fail(err, RV_E_CONFLICT, "more than one %s is called '%s': %s%s", cli_kind_word(kind), name,
            rv_buf_text(&list), list.len > 200 ? ", ..." : "");
    return rv_hint(err, namespace ? "say which with -n NAMESPACE, --provider NAME or its id"
                                  : "say which with --provider NAME or its id");
}

static int
by_name(struct cli_client *client, const struct cli_kind *kind, const char *name,
        const struct cli_query *within, cJSON **out, rv_err *err)
{
    const char *attribute = cli_name_attribute(kind), *filters[CLI_MAX_VALUES + 4];
    struct cli_query query = *within;
    RV_AUTO_FREE char *filter = attribute ? cli_filter_equal(attribute, name) : NULL;
    RV_AUTO_JSON cJSON *rows = NULL;
    size_t count = 0;

    if (!attribute) {
        rv_fail(err, RV_E_NOT_FOUND, "'%s' is no id, and %s have no names", name, kind->collection);
        return rv_hint(err, "reevectl get %s shows their ids", kind->collection);
    }
    for (; within->filters && within->filters[count] && count < CLI_MAX_VALUES + 2; count++)
        filters[count] = within->filters[count];
    filters[count++] = filter;
    filters[count] = NULL;
    query.filters = filters;
    query.limit = SAME_NAME_MAX;
    if (cli_list(client, &query, &rows, NULL, err) < 0)
        return err->code;
    drop_others(rows, attribute, name);
    if (!rows->child)
        return rv_fail(err, RV_E_NOT_FOUND, "no %s is called '%s'", cli_kind_word(kind), name);
    if (rows->child->next)
        return fail_ambiguous(kind, name, rows, err);
    *out = cJSON_DetachItemFromArray(rows, 0);
    return 0;
}

/* Workspaces of automate stand in no list: their GUID is all that leads to them. */
static int
is_guid_of(const struct cli_kind *kind, const char *name)
{
    return strcmp(kind->collection, "automate_workspaces") == 0 && strlen(name) == 36 &&
           strspn(name, "0123456789abcdef-") == 36;
}

int
cli_find(struct cli_client *client, const struct cli_kind *kind, const char *name,
         const struct cli_query *within, cJSON **out, rv_err *err)
{
    if (is_guid_of(kind, name))
        return by_id(client, kind, name, within, out, err);
    if (*name && strspn(name, "0123456789") == strlen(name) && strlen(name) < 19) {
        if (by_id(client, kind, name, within, out, err) == 0)
            return 0;
        if (err->code != RV_E_NOT_FOUND)
            return err->code;
        rv_err_clear(err);
    }
    return by_name(client, kind, name, within, out, err);
}
