/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client says about a provider, in ManageIQ's form (connection_configurations, or
 * credentials beside hostname and port) or in Reeve's own (options by name), made into one: the
 * options that are given to the plugin.
 */
#ifndef RV_API_PROVIDER_FORM_H
#define RV_API_PROVIDER_FORM_H

#include "api/request.h"

struct rv_provider_form {
    const char *name; /* NULL: not given; the request's */
    const char *type; /* as given */
    int64_t zone_id;  /* 0: not given */
    cJSON *given;     /* options, null for one to take away (never in a CREATE); NULL: none were
                       * given. The form's */
    int given_count;  /* how often an option was given, the same one too */
    cJSON *columns;   /* other columns of the provider: name to value, borrowed items. The form's */
};

enum { RV_FORM_CREATE, RV_FORM_EDIT, RV_FORM_VERIFY };

/* Nothing is read from the store. INVALID names the key, and the nearest one for an unknown. */
int rv_provider_form_read(struct rv_provider_form *out, const cJSON *body, int purpose,
                          rv_err *err);
/* The id of the zone that the body names, 0 for none; NOT_FOUND. */
int rv_provider_form_zone(struct rv_request *req, const cJSON *body, int64_t *zone_id, rv_err *err);
void rv_provider_form_free(struct rv_provider_form *form); /* wipes */
/* The object that a PATCH list stands for; the caller's. */
int rv_provider_form_patch(cJSON **out, const cJSON *list, rv_err *err);
/* Overwrite every string, then delete. */
void rv_wipe_json(cJSON *json);

#endif
