/* SPDX-License-Identifier: Apache-2.0
 *
 * Kinds that providers bring along, kept as descriptions in table
 * provider_kinds, so that every process knows them without the module.
 */
#include "schema_internal.h"

#include <string.h>
#include "base/json.h"
#include "model/model.h"
#include "store_internal.h"

#define DESCRIPTION_MAX_BYTES (1 << 20)
#define ALL_MAX_BYTES (64u << 20)

static int
add_described(const char *text, size_t len, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    struct reeve_kind *def = NULL;

    if (rv_json_parse(&json, text, len, DESCRIPTION_MAX_BYTES, 0, err) < 0 ||
        rv_kind_from_json(&def, json, err) < 0)
        return err->code;
    int rc = rv_model_add(def, err);
    rv_kind_def_free(def);
    return rc;
}

/* All texts first, one after another with their NUL: rows may not stay open on PostgreSQL. */
static int
read_descriptions(rv_buf *out, struct rv_store *store, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;

    if (rv_store_query(store, &rows, "SELECT description FROM provider_kinds ORDER BY number", NULL,
                       0, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        rv_buf_add(out, row[0].v.text, (size_t)row[0].len + 1);
    return more < 0 ? more : rv_buf_check(out, err);
}

int
rv_provider_kinds_load(struct rv_store *store, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf texts = rv_buf_limited(ALL_MAX_BYTES);

    if (read_descriptions(&texts, store, err) < 0)
        return rv_wrap(err, "read kinds of providers");
    for (size_t at = 0; at < texts.len;) {
        size_t len = strlen(texts.data + at);
        if (add_described(texts.data + at, len, err) < 0)
            return rv_wrap(err, "read kinds of providers");
        at += len + 1;
    }
    return 0;
}

static int
describe(char **out, const struct rv_kind *kind, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(DESCRIPTION_MAX_BYTES);
    RV_AUTO_JSON cJSON *json = rv_kind_to_json(kind->def);

    rv_json_canonical(&text, json);
    if (rv_buf_check(&text, err) < 0)
        return err->code;
    *out = rv_buf_take_string(&text);
    return 0;
}

static int
is_described(struct rv_store *store, const struct rv_kind *kind, const char *text, rv_err *err)
{
    rv_value out;
    int found =
        rv_store_one(store, &out, 1, "SELECT description FROM provider_kinds WHERE name = $1",
                     (rv_value[]){ rv_vtext(kind->name) }, 1, err);

    return found < 0 ? found : found && strcmp(out.v.text, text) == 0;
}

static int
write_kind(struct rv_store *store, const char *provider, const struct rv_kind *kind,
           const char *text, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(DESCRIPTION_MAX_BYTES);
    struct rv_catalogue catalogue;

    if (rv_store_lock(store, "reeve/schema", err) < 0 ||
        rv_catalogue_load(&catalogue, store, err) < 0)
        return err->code;
    rv_schema_kind_ddl(&sql, store, &catalogue, kind);
    rv_catalogue_free(&catalogue);
    if (rv_buf_check(&sql, err) < 0 ||
        (sql.len && rv_store_script(store, rv_buf_text(&sql), err) < 0))
        return err->code;
    rv_value params[] = { rv_vtext(kind->name), rv_vtext(provider), rv_vtext(text) };
    return rv_store_exec(store, NULL,
                         "INSERT INTO provider_kinds (name, provider, description)"
                         " VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE"
                         " SET provider = excluded.provider, description = excluded.description",
                         params, 3, err);
}

int
rv_schema_add_kind(struct rv_store *store, const char *provider, const struct rv_kind *kind,
                   rv_err *err)
{
    RV_AUTO_FREE char *text = NULL;

    /* Every start of a worker comes by here: the usual case is one look. */
    if (describe(&text, kind, err) < 0)
        return err->code;
    int known = is_described(store, kind, text, err);
    if (known != 0)
        return known < 0 ? known : 0;
    if (rv_store_begin(store, err) < 0)
        return err->code;
    if (write_kind(store, provider, kind, text, err) == 0 && rv_store_commit(store, err) == 0)
        return 0;
    rv_store_rollback(store);
    return rv_wrap(err, "add kind %s", kind->name);
}
