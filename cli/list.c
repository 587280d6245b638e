/* SPDX-License-Identifier: Apache-2.0
 *
 * Listings over as many pages as it takes, and one object by name or id.
 */
#include <string.h>
#include "cli.h"

#define PAGE 1000

static void
add_parameter(rv_buf *out, const char *name, const char *value)
{
    RV_AUTO_FREE char *escaped = cli_escape(value);

    rv_buf_addf(out, "%c%s=%s", strchr(rv_buf_text(out), '?') ? '&' : '?', name, escaped);
}

char *
cli_query_path(const struct cli_query *query)
{
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1 << 20);

    rv_buf_addf(&out, "/api/%s", query->collection);
    for (int i = 0; query->filters && query->filters[i]; i++)
        add_parameter(&out, "filter[]", query->filters[i]);
    if (query->attributes)
        add_parameter(&out, "attributes", query->attributes);
    if (query->sort_by)
        add_parameter(&out, "sort_by", query->sort_by);
    if (query->sort_order)
        add_parameter(&out, "sort_order", query->sort_order);
    if (query->archived)
        add_parameter(&out, "archived", "true");
    return rv_buf_take_string(&out);
}

/* Pages by "id greater than the last one" neither repeat nor skip rows while others come and go;
 * but an "or" filter would stand beside that condition instead of under it. */
static int
pages_by_id(const struct cli_query *query)
{
    if (query->sort_by)
        return 0;
    for (int i = 0; query->filters && query->filters[i]; i++)
        if (strncmp(query->filters[i], "or ", 3) == 0)
            return 0;
    return 1;
}

static char *
page_path(const struct cli_query *query, int64_t offset, int64_t limit, const char *last_id)
{
    RV_AUTO_FREE char *path = cli_query_path(query);
    RV_AUTO_FREE char *after = last_id ? rv_format("id>%s", last_id) : NULL;
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1 << 20);

    rv_buf_add_string(&out, path);
    add_parameter(&out, "expand", "resources");
    rv_buf_addf(&out, "&limit=%lld", (long long)limit);
    if (pages_by_id(query)) {
        add_parameter(&out, "sort_by", "id");
        if (after)
            add_parameter(&out, "filter[]", after);
    } else {
        rv_buf_addf(&out, "&offset=%lld", (long long)offset);
    }
    return rv_buf_take_string(&out);
}

static int64_t
total_of(const cJSON *page)
{
    return rv_json_int(page, "subquery_count", rv_json_int(page, "count", 0));
}

int
cli_list(struct cli_client *client, const struct cli_query *query, cJSON **out, int64_t *total,
         rv_err *err)
{
    RV_AUTO_JSON cJSON *rows = cJSON_CreateArray();
    RV_AUTO_FREE char *last_id = NULL;
    int64_t got = 0, limit = query->limit < 0 ? INT64_MAX : query->limit;
    int first = 1;

    while (got < limit) {
        int64_t want = limit - got < PAGE ? limit - got : PAGE, count = 0;
        RV_AUTO_FREE char *path = page_path(query, got, want, last_id);
        RV_AUTO_JSON cJSON *page = NULL;
        cJSON *resources;

        if (cli_get(client, path, &page, err) < 0)
            return err->code;
        if (first && total)
            *total = total_of(page);
        first = 0;
        resources = cJSON_GetObjectItemCaseSensitive(page, "resources");
        while (resources && resources->child) {
            cJSON *row = cJSON_DetachItemFromArray(resources, 0);

            free(last_id);
            last_id = rv_strdup(rv_json_string(row, "id"));
            cJSON_AddItemToArray(rows, row);
            count++;
        }
        got += count;
        if (count < want || !last_id)
            break;
    }
    *out = rows;
    rows = NULL;
    return 0;
}

static char *
quoted_filter(const char *column, const char *text)
{
    return rv_format(strchr(text, '"') ? "%s='%s'" : "%s=\"%s\"", column, text);
}

static int
by_id(struct cli_client *client, const struct cli_kind *kind, const char *id, cJSON **out,
      rv_err *err)
{
    RV_AUTO_FREE char *path = rv_format("/api/%s/%s", kind->collection, id);

    return cli_get(client, path, out, err);
}

int
cli_find(struct cli_client *client, const struct cli_kind *kind, const char *name,
         const char *namespace, int archived, cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *by_name = quoted_filter("name", name);
    RV_AUTO_FREE char *in = namespace ? quoted_filter("namespace", namespace) : NULL;
    const char *filters[] = { by_name, in ? in : kind->filter, in ? kind->filter : NULL, NULL };
    struct cli_query query = {
        .collection = kind->collection, .filters = filters, .limit = 2, .archived = archived
    };
    RV_AUTO_JSON cJSON *rows = NULL;

    if (strspn(name, "0123456789") == strlen(name) && strlen(name) < 20) {
        if (by_id(client, kind, name, out, err) == 0)
            return 0;
        if (err->code != RV_E_NOT_FOUND)
            return err->code;
        rv_err_clear(err);
    }
    if (cli_list(client, &query, &rows, NULL, err) < 0)
        return err->code;
    if (cJSON_GetArraySize(rows) == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "%s '%s' not found", kind->name, name);
    if (cJSON_GetArraySize(rows) > 1) {
        rv_fail(err, RV_E_CONFLICT, "more than one %s is called '%s'", kind->name, name);
        return rv_hint(err, "say which with --namespace, or by its id");
    }
    *out = cJSON_DetachItemFromArray(rows, 0);
    return 0;
}
