/* SPDX-License-Identifier: Apache-2.0
 *
 * The words in which the built-in kinds are written (kinds_*.c): one line a column,
 * with its help, and the groups of columns that many kinds share. Only for those files.
 */
#ifndef RV_MODEL_COLUMNS_H
#define RV_MODEL_COLUMNS_H

#include <stddef.h>
#include "reeve/kind.h"

/* STRING("phase", "..."), and with flags STRING_F(INDEX, "name", "..."). */
#define INDEX REEVE_COL_INDEX
#define REQUIRED REEVE_COL_REQUIRED
#define VOLATILE REEVE_COL_VOLATILE
#define SECRET REEVE_COL_SECRET
#define INTERNAL REEVE_COL_INTERNAL
#define CORE REEVE_COL_CORE

#define COLUMN_(type, flags, name, help)                                                           \
    {                                                                                              \
        name, type, flags, NULL, help                                                              \
    }
#define STRING(name, help) COLUMN_(REEVE_STRING, 0, name, help)
#define INT(name, help) COLUMN_(REEVE_INT, 0, name, help)
#define DOUBLE(name, help) COLUMN_(REEVE_DOUBLE, 0, name, help)
#define FLAG(name, help) COLUMN_(REEVE_FLAG, 0, name, help)
#define TIME(name, help) COLUMN_(REEVE_TIME, 0, name, help)
#define JSON(name, help) COLUMN_(REEVE_JSON, 0, name, help)
#define STRING_F(flags, name, help) COLUMN_(REEVE_STRING, flags, name, help)
#define INT_F(flags, name, help) COLUMN_(REEVE_INT, flags, name, help)
#define TIME_F(flags, name, help) COLUMN_(REEVE_TIME, flags, name, help)

/* A reference is what relations and joins go by, so it always has an index. */
#define REF(name, target, help) REF_F(0, name, target, help)
#define REF_F(flags, name, target, help)                                                           \
    {                                                                                              \
        name, REEVE_REF, (flags) | REEVE_COL_INDEX, target, help                                   \
    }
/* Two columns, NAME_type and NAME_id. kinds: what it may point to, blanks between; NULL: any. */
#define POLY(name, kinds, help) POLY_F(0, name, kinds, help)
#define POLY_F(flags, name, kinds, help)                                                           \
    { name "_type", REEVE_STRING, flags, kinds, "Kind that " name "_id points to" },               \
    {                                                                                              \
        name "_id", REEVE_REF, (flags) | REEVE_COL_INDEX, NULL, help                               \
    }

#define LIST(...)                                                                                  \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
/* The key of a child that its owner has at most once. */
#define ONE_PER_OWNER                                                                              \
    (const char *const[])                                                                          \
    {                                                                                              \
        NULL                                                                                       \
    }

/* KIND(container_group, .table = ...): its columns are container_group_columns. */
#define KIND(kind, ...)                                                                            \
    {                                                                                              \
        .size = sizeof(struct reeve_kind), .name = #kind, .columns = kind##_columns, __VA_ARGS__   \
    }
#define KINDS_END                                                                                  \
    {                                                                                              \
        .size = 0                                                                                  \
    }

/* What every Kubernetes object has. */
#define KUBERNETES_COLUMNS                                                                         \
    STRING_F(REQUIRED, "ems_ref", "Unique id (uid) that the cluster gave it"),                     \
        STRING_F(INDEX, "name", "Name"),                                                           \
        TIME("ems_created_on", "When it was made, as the cluster says"),                           \
        STRING_F(VOLATILE, "resource_version", "Version of the object in the cluster")
#define NAMESPACED_COLUMNS                                                                         \
    KUBERNETES_COLUMNS, STRING_F(INDEX, "namespace", "Namespace"),                                 \
        REF("container_project_id", "container_project", "Its namespace, or project on OpenShift")

/* What infrastructure and clouds have in common. */
#define CLASS STRING("type", "Class of its provider, as ManageIQ names it")
#define MANAGED_COLUMNS                                                                            \
    STRING_F(REQUIRED, "ems_ref", "Id that the provider knows it by"),                             \
        STRING_F(INDEX, "name", "Name"), CLASS
#define MANAGED_KEY .key = LIST("ems_ref")
/* For what a person sets a date to, at which it is taken out of use. */
#define RETIREMENT_COLUMNS                                                                         \
    TIME_F(CORE, "retires_on", "When it is to be retired"),                                        \
        COLUMN_(REEVE_FLAG, CORE, "retired", "Whether it is retired"),                             \
        STRING_F(CORE, "retirement_state", "initializing, retiring, retired or error"),            \
        STRING_F(CORE, "retirement_requester", "Who asked for it"),                                \
        INT_F(CORE, "retirement_warn", "Days before it that its owner is warned"),                 \
        TIME_F(CORE, "retirement_last_warn", "When its owner was last warned")
#define OWNERSHIP_COLUMNS                                                                          \
    REF_F(CORE, "evm_owner_id", "user", "Whose it is"),                                            \
        INT_F(CORE, "miq_group_id", "Group that it belongs to"),                                   \
        INT_F(CORE, "tenant_id", "Tenant that it belongs to")

#define CLUSTER_KEYS .key = LIST("ems_ref"), .name_key = LIST("name")
#define NAMESPACED_KEYS .key = LIST("ems_ref"), .name_key = LIST("namespace", "name")

/* Kinds that declare their own stamps (those of the server). */
#define CREATED_ON TIME_F(CORE, "created_on", "When the row was made")
#define UPDATED_ON TIME_F(CORE, "updated_on", "When the row was last changed")
#define CREATED_AT TIME_F(CORE, "created_at", "When the row was made")
#define UPDATED_AT TIME_F(CORE, "updated_at", "When the row was last changed")

#endif
