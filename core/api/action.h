/* SPDX-License-Identifier: Apache-2.0
 *
 * The one table of actions. Routes, the `actions` of documents and the OpenAPI document come from
 * it; job.c runs what it names.
 */
#ifndef RV_API_ACTION_H
#define RV_API_ACTION_H

#include "api/job.h"
#include "model/model.h"

enum { RV_ON_COLLECTION = 1, RV_ON_RESOURCE = 2 };

struct rv_action {
    const char *kind; /* NULL: every kind; RV_ACTION_INVENTORY */
    int scope;        /* RV_ON_COLLECTION, RV_ON_RESOURCE or both */
    int method;       /* RV_M_POST ... */
    const char *name;
    const char *feature; /* what a role must hold */
    const char *help;
    /* Offered for rows where this holds: "enabled=1", "state!=Finished",
     * "domain.source=user|remote"; NULL: always. */
    const char *test;
    int flags;
    rv_action_run run;
    rv_action_run_all run_all; /* in place of run */
    const char *body;   /* name of the request's schema in the OpenAPI document, NULL: none */
    const char *result; /* likewise of its result, NULL: the kind's own */
};
/* Every kind that providers fill. */
#define RV_ACTION_INVENTORY "*"
/* Errors are the answer's, also when several were given. */
#define RV_ACTION_STRICT (1 << 0)
/* Works on the whole collection: entries need no row that exists. */
#define RV_ACTION_NO_ROW (1 << 1)
/* What it is to do stands in its body: it has no form without. */
#define RV_ACTION_BODY (1 << 2)

/* Those of a kind and scope, in the table's order: start with *at = 0, ends with NULL. */
const struct rv_action *rv_action_next(const struct rv_kind *kind, int scope, int *at);
/* Those of all kinds. */
const struct rv_action *rv_action_any(int *at);
/* name NULL: the first of that method. */
const struct rv_action *rv_action_find(const struct rv_kind *kind, int scope, int method,
                                       const char *name);
/* RV_M_... of all actions there are. */
int rv_action_methods(const struct rv_kind *kind, int scope);

#endif
