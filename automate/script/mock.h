/* SPDX-License-Identifier: Apache-2.0
 *
 * A host without a server: objects, rows and answers are told to it, what methods do to it is
 * written down. `reevectl automate test` and our own tests run methods on it.
 */
#ifndef RV_SCRIPT_MOCK_H
#define RV_SCRIPT_MOCK_H

#include "script/script.h"

struct rv_mock;

struct rv_mock *rv_mock_new(void);
void rv_mock_free(struct rv_mock *mock); /* NULL allowed */
const struct rv_script_host *rv_mock_host(struct rv_mock *mock);

/* Forgets all and takes a new world:
 *   path: the object's, "/Domain/Namespace/Class/instance"; message: "create"
 *   root, object, parent: attributes; a map with kind and id is a row, whose other members are its
 *     columns and associations. Without object, the root is the object.
 *   inputs, state_vars, service_vars: maps
 *   rows: a list of such rows, found by evm.vmdb beside those above
 *   answers: a map from the name of a call of evm ("instantiate", "http", "execute",
 *     "execute.send_email", "vm.start") to what it gives; {"error": text} makes it fail
 * INVALID for what is none of these. */
int rv_mock_set(struct rv_mock *mock, const struct rv_ae_value *world, rv_err *err);
/* The object; RV_MOCK_SELF is another number for it, which stays when the world changes. */
enum { RV_MOCK_SELF = 1000 };
int64_t rv_mock_self(const struct rv_mock *mock);
const struct rv_ae_value *rv_mock_inputs(const struct rv_mock *mock);
/* What was called: a list of {"name", "args", and "on" for rows}. What was logged: a list of
 * {"level", "text"}. */
const struct rv_ae_value *rv_mock_calls(const struct rv_mock *mock);
const struct rv_ae_value *rv_mock_lines(const struct rv_mock *mock);
const struct rv_ae_value *rv_mock_attributes(const struct rv_mock *mock, int64_t object);
const struct rv_ae_value *rv_mock_state_vars(const struct rv_mock *mock);

/* Where require and embedded paths are found; NULL: nowhere. */
typedef int (*rv_mock_library)(void *arg, const char *path, const struct rv_ae_method **out,
                               rv_err *err);
void rv_mock_libraries(struct rv_mock *mock, rv_mock_library fn, void *arg);
/* Asked before a call is written down: UNSUPPORTED leaves it to the mock. */
typedef int (*rv_mock_call)(void *arg, const char *name, const struct rv_ae_value *args,
                            struct rv_ae_value *out, rv_err *err);
void rv_mock_on_call(struct rv_mock *mock, rv_mock_call fn, void *arg);

#endif
