/* SPDX-License-Identifier: Apache-2.0
 *
 * Request bodies: JSON, the forms of a provider, PATCH lists, identifiers.
 */
#include "fuzz.h"

#include "api/identify.h"
#include "api/provider_form.h"

static void
try_forms(const cJSON *body)
{
    for (int purpose = RV_FORM_CREATE; purpose <= RV_FORM_VERIFY; purpose++) {
        struct rv_provider_form form;
        rv_err err = RV_ERR_INIT;
        int rc = rv_provider_form_read(&form, body, purpose, &err);
        RV_ASSERT(rc == 0 || (rc == RV_E_INVALID && err.text[0]));
        RV_ASSERT(rc < 0 || purpose != RV_FORM_CREATE || (form.name && form.type));
        rv_provider_form_free(&form);
    }
}

static void
try_patch(const cJSON *body)
{
    rv_err err = RV_ERR_INIT;
    cJSON *object = NULL;

    if (rv_provider_form_patch(&object, body, &err) == 0)
        try_forms(object);
    cJSON_Delete(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int ready;
    rv_err err = RV_ERR_INIT;
    struct rv_identifier identifier;
    const cJSON *body = NULL;

    if (!ready)
        RV_ASSERT(rv_model_init(&err) == 0);
    ready = 1;
    struct rv_request *req = rv_request_new(NULL);
    req->body = (const char *)data;
    req->body_len = size;
    if (rv_request_json(req, &body, &err) == 0 && body) {
        if (cJSON_IsArray(body))
            try_patch(body);
        else
            try_forms(body);
        rv_identifier_read(&identifier, rv_model_kind("provider"), body, &err);
    }
    rv_request_free(req);
    return 0;
}
