/* SPDX-License-Identifier: Apache-2.0
 *
 * Provider types by name and ManageIQ's class: those of a list of manifests, and those that are
 * known where no module is at hand. types may be NULL.
 */
#ifndef RV_QUERY_TYPES_H
#define RV_QUERY_TYPES_H

#include <cjson/cJSON.h>
#include "base/mem.h"

/* Class of a plugin's name, NULL when it has none. */
const char *rv_query_type_class(const cJSON *types, const char *name);
/* Plugin's name of a name or class; NULL when unknown. */
const char *rv_query_type_name(const cJSON *types, const char *name_or_class);
/* Names of the types that have a class; ends with NULL; the arena's. */
const char **rv_query_type_names(const cJSON *types, struct rv_arena *arena);

#endif
