/* SPDX-License-Identifier: Apache-2.0
 *
 * What a namespace may use: quotas and limit ranges.
 */
#include "model/kinds.h"
#include "model/columns.h"

static const struct reeve_column container_quota_columns[] = {
    NAMESPACED_COLUMNS,
    STRING("requests", "Requests used of allowed, as kubectl shows them"),
    STRING("limits", "Limits used of allowed, as kubectl shows them"),
    JSON("scope_selector", "Which pods it counts, when more than scopes say it"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_quota_item_columns[] = {
    REF_F(REQUIRED, "container_quota_id", "container_quota", "Its quota"),
    STRING_F(REQUIRED, "resource", "What is limited: cpu, requests.memory, count/pods, ..."),
    DOUBLE("quota_desired", "Limit that is asked for"),
    DOUBLE("quota_enforced", "Limit in force"),
    DOUBLE("quota_observed", "What is used"),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_quota_scope_columns[] = {
    REF_F(REQUIRED, "container_quota_id", "container_quota", "Its quota"),
    STRING_F(REQUIRED, "scope", "Which pods count: Terminating, BestEffort, ..."),
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_limit_columns[] = {
    NAMESPACED_COLUMNS,
    REEVE_COLUMNS_END,
};

static const struct reeve_column container_limit_item_columns[] = {
    REF_F(REQUIRED, "container_limit_id", "container_limit", "Its limit range"),
    STRING_F(REQUIRED, "resource", "What is limited: cpu, memory, storage"),
    STRING_F(REQUIRED, "item_type", "Whose use: Container, Pod, PersistentVolumeClaim"),
    STRING("max", "Most"),
    STRING("min", "Least"),
    STRING("default", "Limit of those that ask for none"),
    STRING("default_request", "Request of those that make none"),
    STRING("max_limit_request_ratio", "How far a limit may be above its request"),
    REEVE_COLUMNS_END,
};

const struct reeve_kind rv_kinds_quota[] = {
    KIND(container_quota, .table = "container_quotas", .api_name = "container_quotas",
         .title = "Resource quota", .help = "What a namespace may use in all",
         .archive = REEVE_ARCHIVE, NAMESPACED_KEYS, .class_name = "ContainerQuota",
         .aliases = LIST("quota", "quotas", "resourcequota", "resourcequotas")),
    KIND(container_quota_item, .table = "container_quota_items",
         .api_name = "container_quota_items", .title = "Quota item",
         .help = "One resource of a quota", .flags = REEVE_KIND_CHILD, .key = LIST("resource"),
         .owner_column = "container_quota_id", .class_name = "ContainerQuotaItem"),
    KIND(container_quota_scope, .table = "container_quota_scopes",
         .api_name = "container_quota_scopes", .title = "Quota scope",
         .help = "Restricts a quota to some pods", .flags = REEVE_KIND_CHILD, .key = LIST("scope"),
         .owner_column = "container_quota_id", .class_name = "ContainerQuotaScope"),
    KIND(container_limit, .table = "container_limits", .api_name = "container_limits",
         .title = "Limit range", .help = "What one pod, container or claim may use",
         NAMESPACED_KEYS, .class_name = "ContainerLimit",
         .aliases = LIST("limits", "limitrange", "limitranges")),
    KIND(container_limit_item, .table = "container_limit_items",
         .api_name = "container_limit_items", .title = "Limit item",
         .help = "One resource of a limit range", .flags = REEVE_KIND_CHILD,
         .key = LIST("resource", "item_type"), .owner_column = "container_limit_id",
         .class_name = "ContainerLimitItem"),
    KINDS_END,
};
