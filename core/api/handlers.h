/* SPDX-License-Identifier: Apache-2.0
 *
 * The handlers that the route table names.
 */
#ifndef RV_API_HANDLERS_H
#define RV_API_HANDLERS_H

#include "api/request.h"

int rv_get_entry(struct rv_request *req, rv_err *err); /* /api */
int rv_options_entry(struct rv_request *req, rv_err *err);
int rv_get_ping(struct rv_request *req, rv_err *err);
int rv_get_product_info(struct rv_request *req, rv_err *err);
int rv_get_auth(struct rv_request *req, rv_err *err);
int rv_delete_auth(struct rv_request *req, rv_err *err);
int rv_get_provider_types(struct rv_request *req, rv_err *err);
int rv_get_diagnostics(struct rv_request *req, rv_err *err);
int rv_get_database(struct rv_request *req, rv_err *err);
int rv_get_counts(struct rv_request *req, rv_err *err);
int rv_get_openapi(struct rv_request *req, rv_err *err);
int rv_get_healthz(struct rv_request *req, rv_err *err);
int rv_get_readyz(struct rv_request *req, rv_err *err);
int rv_get_metrics(struct rv_request *req, rv_err *err);

int rv_post_hook(struct rv_request *req, rv_err *err); /* /hooks/{name} */
int rv_options_hook(struct rv_request *req, rv_err *err);

int rv_get_settings(struct rv_request *req, rv_err *err); /* /api/settings and .../ID/settings */
int rv_patch_settings(struct rv_request *req, rv_err *err);
int rv_delete_settings(struct rv_request *req, rv_err *err);

int rv_get_automate(struct rv_request *req, rv_err *err); /* /api/automate[/PATH] */
int rv_get_automate_export(struct rv_request *req, rv_err *err);

int rv_get_collection(struct rv_request *req, rv_err *err);   /* /api/{collection} */
int rv_write_collection(struct rv_request *req, rv_err *err); /* POST */
int rv_options_collection(struct rv_request *req, rv_err *err);
int rv_get_resource(struct rv_request *req, rv_err *err);   /* /api/{collection}/{id} */
int rv_write_resource(struct rv_request *req, rv_err *err); /* POST, PUT, PATCH, DELETE */
int rv_get_sub_collection(struct rv_request *req, rv_err *err);
int rv_options_sub_collection(struct rv_request *req, rv_err *err);
int rv_get_sub_resource(struct rv_request *req, rv_err *err);

#endif
