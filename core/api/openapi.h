/* SPDX-License-Identifier: Apache-2.0
 *
 * The pieces of the OpenAPI document (3.1), all made from the dictionary and the table of actions.
 */
#ifndef RV_API_OPENAPI_H
#define RV_API_OPENAPI_H

#include "api/request.h"
#include "model/model.h"

/* "ContainerGroup" of container_group; out holds 128 bytes. */
void rv_openapi_name(char out[128], const char *kind_name);
void rv_openapi_pair(rv_json_writer *w, const char *name, const char *text);
/* A value that is JSON already. */
void rv_openapi_json(rv_json_writer *w, const char *json);
/* {"$ref": "#/components/SECTION/NAME"} as a value. */
void rv_openapi_ref(rv_json_writer *w, const char *section, const char *name);

/* Members of "components.schemas": of all kinds, and those that do not depend on the dictionary. */
void rv_openapi_schemas(struct rv_request *req, rv_json_writer *w);
void rv_openapi_common(rv_json_writer *w);
/* Those of request bodies: KindIdentifier for each kind, and what actions take. */
void rv_openapi_bodies(struct rv_request *req, rv_json_writer *w);
/* Members of "components.parameters". */
void rv_openapi_parameters(struct rv_request *req, rv_json_writer *w);

/* Items of "parameters" of a GET: of a list of rows of this kind, or of one. */
enum { RV_OPENAPI_LIST = 1, RV_OPENAPI_ONE = 2 };
void rv_openapi_query(rv_json_writer *w, const struct rv_kind *kind, int form);
/* Schema of the body that a method of a collection or resource takes, as a value. */
void rv_openapi_body(rv_json_writer *w, const struct rv_kind *kind, int scope, int method);
/* Members of "paths": those of settings. */
void rv_openapi_settings(rv_json_writer *w);
/* Members of "paths": those of the datastore of automate. */
void rv_openapi_automate(rv_json_writer *w);
/* Member of components.schemas: what settings answer. */
void rv_openapi_settings_schema(rv_json_writer *w);

#endif
