/* SPDX-License-Identifier: Apache-2.0
 *
 * Pieces of an operation in the OpenAPI document. Who begins one ends its object.
 */
#ifndef RV_API_OPENAPI_OPERATION_H
#define RV_API_OPENAPI_OPERATION_H

#include "base/json.h"

/* What an operation can answer beside its 200. */
enum {
    RV_OPENAPI_ANYONE = 0,
    RV_OPENAPI_LOGIN = 1,
    RV_OPENAPI_ID = 2,
};

/* A member of a path: method, operationId (NULL: several paths share it), summary, and whether a
 * login is needed. */
void rv_openapi_begin(rv_json_writer *w, const char *method, const char *id, const char *summary,
                      int flags);
/* "responses" with one 200 of this type, up to where its schema stands; and from there to the end,
 * with the errors. */
void rv_openapi_begin_responses(rv_json_writer *w, const char *type);
void rv_openapi_end_responses(rv_json_writer *w, int flags);
/* "responses" with one 200 of this type and schema, and the errors. schema NULL: any text. */
void rv_openapi_responses(rv_json_writer *w, const char *type, const char *schema,
                          const char *suffix, int flags);
/* "responses" of a DELETE. */
void rv_openapi_gone(rv_json_writer *w);
/* Members of "responses". */
void rv_openapi_errors(rv_json_writer *w, int flags);

#endif
