/* SPDX-License-Identifier: Apache-2.0
 *
 * Provider types: a plugin's name and ManageIQ's class for it. What is installed says so in its
 * manifest; core knows the names of some that are not.
 */
#ifndef RV_API_TYPES_H
#define RV_API_TYPES_H

#include "api/api_internal.h"
#include "base/mem.h"

/* List of manifests; NULL when nobody knows. */
const cJSON *rv_types_list(const struct rv_api *api);
/* Class of a plugin's name, NULL when it has none. */
const char *rv_types_class(const struct rv_api *api, const char *name);
/* Plugin's name of a name or class; NULL when unknown. Installed or not. */
const char *rv_types_name(const struct rv_api *api, const char *name_or_class);
/* The installed plugin's name, or INVALID with the nearest and the list of what there is. */
int rv_types_installed(const struct rv_api *api, const char *name_or_class, const char **name,
                       rv_err *err);

/* The shown members of a manifest as one object. */
void rv_types_write(rv_json_writer *w, const cJSON *type);

#endif
