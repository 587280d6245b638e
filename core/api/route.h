/* SPDX-License-Identifier: Apache-2.0
 *
 * Which path and method is answered by whom: one table. The router also says what is wrong with a
 * request before anybody works on it: version, path, method, login, Accept.
 */
#ifndef RV_API_ROUTE_H
#define RV_API_ROUTE_H

#include "api/request.h"

/* Fills req->answer and returns 0, parks the request, or fails: the error becomes the answer. */
typedef int (*rv_handler)(struct rv_request *req, rv_err *err);

enum {
    RV_ROUTE_OPEN = 1 << 0 /* no login */,
    RV_ROUTE_ANY_TYPE = 1 << 1 /* Accept is not looked at */,
    RV_ROUTE_LOCAL = 1 << 2 /* the home's local-token is as good as a login */
};

struct rv_route {
    const char *pattern; /* "/api/{collection}/{id}" */
    int flags;
    rv_handler get, post, put, patch, delete_, options;
};

const struct rv_route *rv_routes(int *count);
/* From the parsed target to the answer (or the parked request). Never fails. */
void rv_route_dispatch(struct rv_request *req);
/* Methods of a route; kind NULL for those without {collection}. */
int rv_route_methods(const struct rv_route *route, const struct rv_kind *kind);

#endif
