/* SPDX-License-Identifier: Apache-2.0
 *
 * Request targets: path, query, and all that the parameters of a collection may say. A target that
 * is taken gives links that are taken as well.
 */
#include "fuzz.h"

#include "api/links.h"
#include "api/params.h"
#include "base/text.h"

static void
check_links(const struct rv_request *req)
{
    struct rv_request *again = rv_request_new(NULL);
    rv_err err = RV_ERR_INIT;

    RV_ASSERT(rv_request_parse(again, rv_links_target(req, 20), &err) == 0 ||
              err.code == RV_E_INVALID); /* may pass a ceiling */
    if (err.code == 0)
        RV_ASSERT(rv_streq(rv_request_param(again, "offset"), "20"));
    rv_request_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int ready;
    rv_err err = RV_ERR_INIT;
    struct rv_list_params params;
    struct rv_select select;

    if (!ready)
        RV_ASSERT(rv_model_init(&err) == 0);
    ready = 1;
    struct rv_request *req = rv_request_new(NULL);
    char *target = rv_arena_strndup(req->arena, (const char *)data, size);
    if (rv_request_parse(req, target, &err) == 0) {
        rv_select_init(&select, req->arena, rv_model_kind("container_group"), "t");
        if (rv_params_read(&params, req, &select, &err) == 0) {
            RV_AUTO_SQL struct rv_sql sql = rv_sql_new();
            RV_ASSERT(params.limit >= 1 && params.limit <= 1000 && params.offset >= 0);
            rv_condition_add(&sql, &select, params.filters, params.filter_count, &err);
            check_links(req);
        }
    }
    RV_ASSERT(err.code == 0 || err.text[0]);
    rv_request_free(req);
    return 0;
}
