/* SPDX-License-Identifier: Apache-2.0
 *
 * What the YAML files share among themselves.
 */
#ifndef RV_YAML_INTERNAL_H
#define RV_YAML_INTERNAL_H

#include <yaml.h>
#include "base/json.h"

/* The value of a scalar event by the core schema; NULL and *wrong for a tag that is unknown or
 * does not fit the text. */
cJSON *rv_yaml_scalar(const yaml_event_t *event, const char **wrong);

#endif
