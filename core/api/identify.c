/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading identifiers and looking names up.
 */
#include "api/identify.h"

#include <stdio.h>
#include <string.h>
#include "api/request.h"
#include "query/sql.h"
#include "base/text.h"

/* Columns that may name a row, the first that is given counts. */
static const char *const columns[] = { "guid", "userid", "name", "description" };

/* ".../providers/1000000000001", absolute or not, with or without version. */
static int
read_href(const struct rv_kind *kind, const char *href, int64_t *id, rv_err *err)
{
    const char *slash = strrchr(href, '/');
    size_t len = strlen(kind->api_name);

    if (slash && (size_t)(slash - href) >= len && strncmp(slash - len, kind->api_name, len) == 0 &&
        (slash - len == href || slash[-(long)len - 1] == '/') &&
        rv_request_id(id, slash + 1, err) == 0)
        return 0;
    rv_err_clear(err);
    return rv_fail(err, RV_E_INVALID, "href '%.200s' is none of %s", href, kind->api_name);
}

int
rv_id_read(int64_t *id, const cJSON *value, rv_err *err)
{
    if (cJSON_IsString(value))
        return rv_request_id(id, value->valuestring, err);
    if (cJSON_IsNumber(value) && value->valuedouble >= 1 &&
        value->valuedouble <= 9007199254740991.0 &&
        value->valuedouble == (double)(int64_t)value->valuedouble) {
        *id = (int64_t)value->valuedouble;
        return 0;
    }
    return rv_fail(err, RV_E_INVALID, "an id is a string of digits");
}

/* An href of some collection or other. */
static int
check_href(const char *href, rv_err *err)
{
    const char *slash = strrchr(href, '/'), *from = slash;
    char name[128];
    int64_t id;

    while (from && from > href && from[-1] != '/')
        from--;
    if (slash)
        snprintf(name, sizeof(name), "%.*s", (int)(slash - from), from);
    if (slash && rv_model_collection(name) && rv_request_id(&id, slash + 1, err) == 0)
        return 0;
    rv_err_clear(err);
    return rv_fail(err, RV_E_INVALID, "href '%.200s' is none of a row", href);
}

int
rv_identifier_check(const cJSON *entry, rv_err *err)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(entry, "id"), *item;
    const char *href = rv_json_string(entry, "href");

    if (id && !cJSON_IsString(id) && !cJSON_IsNumber(id))
        return rv_fail(err, RV_E_INVALID, "an id is a string of digits");
    cJSON_ArrayForEach(item, entry)
    {
        int is_text = rv_streq(item->string, "href");
        for (size_t i = 0; i < RV_COUNT(columns); i++)
            is_text |= rv_streq(item->string, columns[i]);
        if (is_text && !cJSON_IsString(item) && !cJSON_IsNull(item))
            return rv_fail(err, RV_E_INVALID, "'%s' must be a text", item->string);
    }
    return href ? check_href(href, err) : 0;
}

int
rv_identifier_check_kind(const struct rv_kind *kind, const cJSON *entry, rv_err *err)
{
    const char *href = rv_json_string(entry, "href");
    int64_t ignored;

    return href ? read_href(kind, href, &ignored, err) : 0;
}

int
rv_identifier_read(struct rv_identifier *out, const struct rv_kind *kind, const cJSON *entry,
                   rv_err *err)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(entry, "id");
    const char *href = rv_json_string(entry, "href");

    *out = (struct rv_identifier){ 0 };
    if (id)
        return rv_id_read(&out->id, id, err);
    if (href)
        return read_href(kind, href, &out->id, err);
    for (size_t i = 0; i < RV_COUNT(columns); i++) {
        const char *text = rv_json_string(entry, columns[i]);
        int column = rv_kind_column(kind, columns[i]);
        if (!text || column < 0 || kind->columns[column].type != REEVE_STRING)
            continue;
        out->column = columns[i];
        out->text = text;
        return 0;
    }
    return rv_fail(err, RV_E_INVALID, "an entry names its row by id, href, guid or name");
}

/* Ids of those that are named by this column. */
static int
find_by(struct rv_store *store, const struct rv_kind *kind, const char *column,
        struct rv_identifier *identifiers, int count, rv_err *err)
{
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;

    rv_sql_addf(&sql, "SELECT \"id\", \"%s\" FROM \"%s\" WHERE \"%s\" IN (", column, kind->table,
                column);
    for (int i = 0; i < count; i++) {
        if (identifiers[i].column != column)
            continue;
        rv_sql_add(&sql, sql.count ? ", " : "");
        rv_sql_param(&sql, rv_vtext(identifiers[i].text));
    }
    if (sql.count == 0)
        return 0;
    rv_sql_add(&sql, ") ORDER BY ");
    if (kind->archived)
        rv_sql_add(&sql, "CASE WHEN \"deleted_on\" IS NULL THEN 0 ELSE 1 END, ");
    rv_sql_add(&sql, "\"id\"");
    int rc = rv_store_query(store, &rows, rv_buf_text(&sql.text), sql.params, sql.count, err);
    while (rc >= 0 && (rc = rv_rows_next(rows, &row, err)) == 1) {
        for (int i = 0; i < count; i++) {
            struct rv_identifier *one = &identifiers[i];
            if (one->column == column && !one->id && row[1].type == RV_TEXT &&
                rv_streq(one->text, row[1].v.text))
                one->id = row[0].v.i;
        }
    }
    return rc < 0 ? rc : 0;
}

int
rv_identifier_find(struct rv_store *store, const struct rv_kind *kind,
                   struct rv_identifier *identifiers, int count, rv_err *err)
{
    for (size_t i = 0; i < RV_COUNT(columns); i++) {
        int rc = find_by(store, kind, columns[i], identifiers, count, err);
        if (rc < 0)
            return rc;
    }
    for (int i = 0; i < count; i++) {
        if (!identifiers[i].id)
            return rv_fail(err, RV_E_NOT_FOUND, "Couldn't find %s with '%s'=%.200s",
                           kind->def->class_name ? kind->def->class_name : kind->name,
                           identifiers[i].column, identifiers[i].text);
    }
    return 0;
}

int
rv_kind_by_guid(const struct rv_kind *kind)
{
    return rv_streq(kind->name, "automate_workspace");
}

int
rv_guid_find(int64_t *id, struct rv_store *store, const struct rv_kind *kind, const char *guid,
             rv_err *err)
{
    char sql[160];
    rv_value row, param = rv_vtext(guid);

    snprintf(sql, sizeof(sql), "SELECT \"id\" FROM \"%s\" WHERE \"guid\" = $1", kind->table);
    int found = rv_store_one(store, &row, 1, sql, &param, 1, err);
    if (found == 0)
        return rv_fail(err, RV_E_NOT_FOUND, "Couldn't find %s with 'guid'=%.40s",
                       kind->def->class_name, guid);
    *id = found > 0 ? row.v.i : 0;
    return found < 0 ? found : 0;
}
