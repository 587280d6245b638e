/* SPDX-License-Identifier: Apache-2.0
 *
 * Trees: what lies under or above a row. under=folders/5 and above=vms/7 go by the relationships
 * of the dictionary (folders, or with tree=genealogy clones), or for kinds whose rows name a
 * parent of their own kind (stacks, tenants, snapshots) by that.
 */
#ifndef RV_API_TREE_H
#define RV_API_TREE_H

#include "api/params.h"

#define RV_TREE_LEVELS_MAX 20

/* Reads under, above, tree and levels. INVALID names the parameter, and what could stand there. */
int rv_tree_read(struct rv_tree_params *out, struct rv_request *req, const struct rv_kind *kind,
                 rv_err *err);
/* Conditions on alias t. */
void rv_tree_add(struct rv_sql *sql, const struct rv_kind *kind,
                 const struct rv_tree_params *params);
/* Whether rows of `kind` can lie under (direction RV_TREE_UNDER) or above one of `from`. */
enum rv_tree_direction { RV_TREE_UNDER, RV_TREE_ABOVE };
int rv_tree_accepts(const struct rv_kind *kind, const struct rv_kind *from,
                    enum rv_tree_direction direction);

#endif
