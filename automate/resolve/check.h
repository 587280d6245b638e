/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be told of definitions without resolving anything, for who writes them.
 */
#ifndef RV_RESOLVE_CHECK_H
#define RV_RESOLVE_CHECK_H

#include "tree/read.h"

/* Of one value of a field, the class's own or an instance's. INVALID with what is wrong. */
int rv_ws_check_value(const struct rv_ae_field *field, const char *value, rv_err *err);

/* All values of a tree, each for itself: what cannot be read is told as an error. */
void rv_ws_check_tree(const struct rv_ae_tree *tree, const struct rv_ae_notes *notes);

#endif
