/* SPDX-License-Identifier: Apache-2.0
 *
 * What all operations of the OpenAPI document have: how they begin, and what they answer.
 */
#include "api/openapi_operation.h"

#include <stdio.h>
#include "api/openapi.h"
#include "base/text.h"

#define JSON(...) #__VA_ARGS__

static void
write_schema(rv_json_writer *w, const char *name, const char *suffix)
{
    char whole[200];

    snprintf(whole, sizeof(whole), "%s%s", name, suffix);
    rv_openapi_ref(w, "schemas", whole);
}

/* Two statuses that clients tell apart have their own; the others are described together. */
void
rv_openapi_errors(rv_json_writer *w, int flags)
{
    if (flags & RV_OPENAPI_LOGIN) {
        rv_jw_name(w, "401");
        rv_openapi_ref(w, "responses", "Unauthorized");
    }
    if (flags & RV_OPENAPI_ID) {
        rv_jw_name(w, "404");
        rv_openapi_ref(w, "responses", "NotFound");
    }
    rv_jw_name(w, "default");
    rv_openapi_ref(w, "responses", "Error");
}

void
rv_openapi_begin_responses(rv_json_writer *w, const char *type)
{
    rv_jw_name(w, "responses");
    rv_jw_object(w);
    rv_jw_name(w, "200");
    rv_jw_object(w);
    rv_openapi_pair(w, "description", "OK");
    rv_jw_name(w, "content");
    rv_jw_object(w);
    rv_jw_name(w, type);
    rv_jw_object(w);
    rv_jw_name(w, "schema");
}

void
rv_openapi_end_responses(rv_json_writer *w, int flags)
{
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
    rv_openapi_errors(w, flags);
    rv_jw_end_object(w);
}

void
rv_openapi_responses(rv_json_writer *w, const char *type, const char *schema, const char *suffix,
                     int flags)
{
    rv_openapi_begin_responses(w, type);
    if (schema)
        write_schema(w, schema, suffix);
    else
        rv_openapi_json(w, rv_streq(type, "application/json") ? JSON({ "type" : "object" })
                                                              : JSON({ "type" : "string" }));
    rv_openapi_end_responses(w, flags);
}

void
rv_openapi_begin(rv_json_writer *w, const char *method, const char *id, const char *summary,
                 int flags)
{
    rv_jw_name(w, method);
    rv_jw_object(w);
    if (id)
        rv_openapi_pair(w, "operationId", id);
    rv_openapi_pair(w, "summary", summary);
    if (!(flags & RV_OPENAPI_LOGIN)) {
        rv_jw_name(w, "security");
        rv_jw_array(w);
        rv_jw_end_array(w);
    }
}

void
rv_openapi_gone(rv_json_writer *w)
{
    static const char done[] = JSON({ "description" : "Done, or on its way" });

    rv_jw_name(w, "responses");
    rv_jw_object(w);
    rv_jw_name(w, "204");
    rv_openapi_json(w, done);
    rv_openapi_errors(w, RV_OPENAPI_LOGIN | RV_OPENAPI_ID);
    rv_jw_end_object(w);
}
