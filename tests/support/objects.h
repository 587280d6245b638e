/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects for tests of the inventory, without a provider: built by column name,
 * values as text, and handed to a sink. What fails in building ends the program.
 */
#ifndef RV_TEST_OBJECTS_H
#define RV_TEST_OBJECTS_H

#include "host/object.h"

struct rv_test_object;

struct rv_test_object *rv_test_object(const char *kind, const char *ref);
struct rv_test_object *rv_test_child(struct rv_test_object *owner, const char *kind);
/* value as text: a number, "true", or what it is; NULL unsets. */
void rv_test_set(struct rv_test_object *object, const char *column, const char *value);
void rv_test_link(struct rv_test_object *object, const char *column, const char *kind,
                  const char *ref);
void rv_test_link_name(struct rv_test_object *object, const char *column, const char *kind,
                       const char *scope, const char *name);
/* For short tests: a label, an environment variable. */
void rv_test_label(struct rv_test_object *object, const char *name, const char *value);

const struct rv_object *rv_test_object_get(const struct rv_test_object *object);
void rv_test_object_free(struct rv_test_object *object);
/* Emit and free; returns what the sink does. */
int rv_test_emit(const struct rv_sink *sink, struct rv_test_object *object, rv_err *err);

#endif
