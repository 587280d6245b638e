/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/database: what `reeved db status` tells on the server's machine, for who is elsewhere.
 */
#include <string.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/handlers.h"
#include "keeping/keeping.h"

/* A worker that reads more of a SQLite file than this keeps others waiting. */
#define WALK_MAX_BYTES (256LL << 20)

/* As in all answers of the API. */
static void
drop_nulls(cJSON *json)
{
    cJSON *next = NULL;

    for (cJSON *one = json->child; one; one = next) {
        next = one->next;
        if (cJSON_IsNull(one))
            cJSON_Delete(cJSON_DetachItemViaPointer(json, one));
        else
            drop_nulls(one);
    }
}

int
rv_get_database(struct rv_request *req, rv_err *err)
{
    RV_AUTO_JSON cJSON *report = NULL;

    if (rv_request_check_params(req, err) < 0 ||
        rv_keep_status(&report, req->api->config.store, WALK_MAX_BYTES, err) < 0)
        return err->code;
    drop_nulls(report);
    rv_json_writer w = rv_answer_json(req, 200);
    RV_AUTO_FREE char *text = cJSON_PrintUnformatted(report);
    rv_jw_raw(&w, text, strlen(text));
    return rv_buf_check(&req->answer.body, err);
}
