/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/counts: how many rows each collection of inventory shows its caller, in one statement.
 * What is counted for monitoring, once for all who ask, is in gauges.c.
 */
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/handlers.h"
#include "api/listing.h"
#include "api/scope.h"
#include "base/text.h"
#include "store/schema.h"

/* One more SELECT, of what the collection itself would show. */
static int
add_kind(struct rv_sql *sql, struct rv_request *req, const struct rv_kind *kind, rv_err *err)
{
    struct rv_listing listing = { .req = req, .kind = kind, .scope = *sql };

    rv_sql_addf(&listing.scope, "%sSELECT '%s' AS name, COUNT(*) AS n FROM \"%s\" t",
                sql->text.len ? " UNION ALL " : "", kind->api_name, kind->table);
    int rc = rv_scope_make(&listing, err);
    *sql = listing.scope;
    return rc;
}

static int
make_statement(struct rv_sql *sql, struct rv_request *req, rv_err *err)
{
    for (int i = 0; i < rv_model_count(); i++) {
        const struct rv_kind *kind = rv_model_at(i);
        if (!kind->server && !kind->child && add_kind(sql, req, kind, err) < 0)
            return err->code;
    }
    rv_sql_add(sql, " ORDER BY name");
    return rv_buf_check(&sql->text, err);
}

int
rv_get_counts(struct rv_request *req, rv_err *err)
{
    struct rv_store *store = req->api->config.store;
    RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    int more;

    /* A provider's module may have brought kinds since the last time. */
    if (rv_request_check_params(req, err) < 0 || rv_provider_kinds_load(store, err) < 0 ||
        make_statement(&sql, req, err) < 0 ||
        rv_store_query(store, &rows, rv_buf_text(&sql.text), sql.params, sql.count, err) < 0)
        return err->code;
    rv_json_writer w = rv_answer_json(req, 200);
    rv_jw_object(&w);
    rv_jw_name(&w, "counts");
    rv_jw_object(&w);
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        rv_jw_name(&w, row[0].v.text);
        rv_jw_int(&w, row[1].v.i);
    }
    rv_jw_end_object(&w);
    rv_jw_end_object(&w);
    return more < 0 ? rv_wrap(err, "count the inventory") : rv_buf_check(&req->answer.body, err);
}
