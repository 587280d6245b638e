/* SPDX-License-Identifier: Apache-2.0
 *
 * What a tree says that cannot be right, or does nothing: for authors, who are told with file and
 * line.
 */
#ifndef RV_AE_CHECK_H
#define RV_AE_CHECK_H

#include "tree/read.h"

/* Looks at all of `tree`; `others` (count of them) are known beside it: what it refers to may lie
 * there. An error is what an import refuses or a run meets for sure; a warning what is probably not
 * meant:
 *   values of fields that the class has not (error), a method that is nowhere (error),
 *   relationships and embedded paths that lead to nothing here, methods that nothing calls, states
 *   at which nothing happens, and states that a text names and the class has not (warnings). */
void rv_ae_tree_check(const struct rv_ae_tree *tree, const struct rv_ae_tree *const *others,
                      size_t count, const struct rv_ae_notes *notes);

#endif
