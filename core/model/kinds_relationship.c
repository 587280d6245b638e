/* SPDX-License-Identifier: Apache-2.0
 *
 * Trees: what lies in which folder, datacenter, cluster and resource pool, and what was made from
 * what. ManageIQ keeps the whole path of each node as text; here each says its parent alone, so
 * that moving a folder is one row, and trees are asked for with a recursive query.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column relationship_columns[] = {
    POLY("resource", "ems_folder ems_cluster resource_pool host vm storage", "What lies there"),
    STRING_F(REQUIRED, "relationship", "Which tree: ems_metadata (folders) or genealogy (clones)"),
    POLY("parent", "ems_folder ems_cluster resource_pool host vm", "What it lies in"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_relationship[] = {
    KIND(relationship, .table = "relationships", .api_name = "relationships",
         .title = "Relationship", .help = "Says what an object lies in or was made from",
         .flags = REEVE_KIND_CHILD, .key = LIST("relationship", "parent_type"),
         .owner_column = "resource_id", .class_name = "Relationship"),
    KINDS_END,
};
