/* SPDX-License-Identifier: Apache-2.0
 *
 * What the API's unit tests share.
 */
#ifndef RV_API_UNIT_H
#define RV_API_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "api/request.h"
#include "model/model.h"

static inline int
start_model(void **state)
{
    rv_err err = RV_ERR_INIT;

    (void)state;
    return rv_model_init(&err);
}

static inline int
end_model(void **state)
{
    (void)state;
    rv_model_reset();
    return 0;
}

/* A request without connection or API, its target parsed. */
static inline struct rv_request *
request_of(const char *target)
{
    struct rv_request *req = rv_request_new(NULL);
    rv_err err = RV_ERR_INIT;

    req->root = "http://h";
    req->api_root = "http://h/api";
    if (rv_request_parse(req, target, &err) < 0)
        fail_msg("%s: %s", target, err.text);
    return req;
}

#endif
