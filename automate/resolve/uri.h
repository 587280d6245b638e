/* SPDX-License-Identifier: Apache-2.0
 *
 * The paths of automate: "miqaedb:///System/Process/Event?event_id=12#create".
 */
#ifndef RV_RESOLVE_URI_H
#define RV_RESOLVE_URI_H

#include <stddef.h>
#include "base/err.h"

enum { RV_WS_URI_MAX = 64 << 10, RV_WS_URI_PARTS_MAX = 64, RV_WS_URI_ARGS_MAX = 256 };

enum rv_ws_scheme {
    RV_WS_DATASTORE = 0, /* miqaedb, or none */
    RV_WS_WORKSPACE,     /* miqaews, miqae: an object that is there */
    RV_WS_METHOD,        /* miqaemethod, method: of the current object's class */
};

struct rv_ws_arg {
    const char *name, *value;
};

/* All texts lie in `text`. */
struct rv_ws_uri {
    char *text;
    int scheme;
    const char *class_path; /* "System/Process"; NULL when the path has one part */
    const char *name;       /* the instance or method; NULL: the path ends with a slash */
    int is_pattern;         /* the name has a * that was not encoded */
    struct rv_ws_arg *args;
    size_t arg_count;
    int has_query;       /* "?" was there; without it the caller's arguments are inherited */
    const char *message; /* lower case; NULL: the caller's */
};

/* %XX is decoded everywhere, + is a blank in the query. INVALID with what is wrong, LIMIT. */
int rv_ws_uri_parse(struct rv_ws_uri *out, const char *text, rv_err *err);
void rv_ws_uri_free(struct rv_ws_uri *uri);
#define RV_AUTO_WS_URI __attribute__((cleanup(rv_ws_uri_free)))

#endif
