/* SPDX-License-Identifier: Apache-2.0
 *
 * How kinds hang together: which rows point to a row (relations), which are at the other side of
 * a table of pairs (joins), and what a row points to (associations). Worked out from the
 * references when first asked for.
 */
#include "model/model_internal.h"
#include <string.h>
#include "base/text.h"

/* Kinds that only pair two others, with the columns that do. */
static const struct {
    const char *kind, *left, *right;
} pairings[] = {
    { "container_service_group", "container_service_id", "container_group_id" },
    { "assigned_server_role", "miq_server_id", "server_role_id" },
    { "tagging", "taggable_id", "tag_id" },
    { "host_storage", "host_id", "storage_id" },
    { "host_switch", "host_id", "switch_id" },
    { "storage_profile_storage", "storage_profile_id", "storage_id" },
    { "storage_vm", "vm_or_template_id", "storage_id" },
    { "host_aggregate_host", "host_aggregate_id", "host_id" },
    { "cloud_tenant_flavor", "flavor_id", "cloud_tenant_id" },
    { "key_pair_vm", "vm_id", "authentication_id" },
    { "security_group_vm", "vm_id", "security_group_id" },
    { "network_port_security_group", "network_port_id", "security_group_id" },
    { "cloud_subnet_network_port", "network_port_id", "cloud_subnet_id" },
    { "load_balancer_listener_pool", "load_balancer_listener_id", "load_balancer_pool_id" },
    { "load_balancer_pool_member_pool", "load_balancer_pool_id", "load_balancer_pool_member_id" },
    { "load_balancer_health_check_member", "load_balancer_health_check_id",
      "load_balancer_pool_member_id" },
    { "configuration_location_profile", "configuration_profile_id", "configuration_location_id" },
    { "configuration_organization_profile", "configuration_profile_id",
      "configuration_organization_id" },
    { "configuration_profile_tag", "configuration_profile_id", "configuration_tag_id" },
    { "configuration_tag_system", "configured_system_id", "configuration_tag_id" },
    { "customization_script_flavor", "operating_system_flavor_id", "customization_script_id" },
};

/* What a reference to "any kind" may point to: what has a life of its own. */
static int
stands_alone(const struct rv_kind *kind)
{
    if (kind->server)
        return rv_streq(kind->name, "provider");
    return !kind->child || kind->archived;
}

int
rv_kind_accepts(const struct rv_kind *kind, int column, const struct rv_kind *target)
{
    const struct rv_column *ref = &kind->columns[column];

    if (ref->type != REEVE_REF)
        return 0;
    if (ref->target)
        return rv_streq(ref->target, target->name);
    const char *list = kind->columns[ref->type_column].target;
    return list ? rv_word_in(list, target->name) : stands_alone(target);
}

static int
has_relation(const struct rv_entry *entry, const char *name)
{
    for (int i = 0; i < entry->relation_count; i++) {
        if (rv_streq(entry->relations[i].name, name))
            return 1;
    }
    return 0;
}

/* Adds the relation over one column, unless it says what an earlier one of the same child does:
 * a polymorphic reference beside a plain one. */
static void
add_relation(struct rv_entry *entry, const struct rv_kind *child, int column,
             struct rv_arena *arena)
{
    const struct rv_column *ref = &child->columns[column];
    int single = child->owner_column == column && child->key_count == 0;
    const char *name = single ? child->name : child->api_name;

    if (has_relation(entry, name)) {
        if (!ref->target)
            return;
        name = rv_arena_format(arena, "%s_by_%.*s", child->api_name, (int)strlen(ref->name) - 3,
                               ref->name);
    }
    entry->relations[entry->relation_count++] = (struct rv_relation){
        .name = name,
        .parent = &entry->kind,
        .child = child,
        .column = column,
        .single = single,
    };
}

/* Plain references first, so that they get the plain name. */
static void
make_relations(struct rv_entry *entry, struct rv_arena *arena)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < rv_model_count(); k++) {
            const struct rv_kind *child = rv_model_at(k);
            for (int c = 0; c < child->column_count; c++) {
                int plain = child->columns[c].target != NULL;
                if (plain == (pass == 0) && rv_kind_accepts(child, c, &entry->kind))
                    add_relation(entry, child, c, arena);
            }
        }
    }
}

static int
count_references(const struct rv_kind *parent)
{
    int count = 0;

    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *child = rv_model_at(k);
        for (int c = 0; c < child->column_count; c++)
            count += rv_kind_accepts(child, c, parent);
    }
    return count;
}

/* The other side must be of one kind: a join to "whatever has this tag" is no collection. */
static void
add_join(struct rv_entry *entry, const struct rv_kind *via, const char *here, const char *there)
{
    int parent_column = rv_kind_column(via, here), child_column = rv_kind_column(via, there);

    if (!rv_kind_accepts(via, parent_column, &entry->kind) || !via->columns[child_column].target)
        return;
    const struct rv_kind *child = rv_model_kind(via->columns[child_column].target);
    /* A datastore's machines are those that name it, before those with a file in it. */
    if (has_relation(entry, child->api_name))
        return;
    entry->joins[entry->join_count++] = (struct rv_join){
        .name = child->api_name,
        .parent = &entry->kind,
        .child = child,
        .via = via,
        .parent_column = parent_column,
        .child_column = child_column,
    };
}

void
rv_relations_make(struct rv_entry *entry, struct rv_arena *arena)
{
    size_t references = (size_t)count_references(&entry->kind);

    entry->relation_count = entry->join_count = 0;
    entry->relations = rv_arena_alloc(arena, (references + 1) * sizeof(*entry->relations));
    entry->joins = rv_arena_alloc(arena, 2 * RV_COUNT(pairings) * sizeof(*entry->joins));
    make_relations(entry, arena);
    for (size_t i = 0; i < RV_COUNT(pairings); i++) {
        const struct rv_kind *via = rv_model_kind(pairings[i].kind);
        add_join(entry, via, pairings[i].left, pairings[i].right);
        add_join(entry, via, pairings[i].right, pairings[i].left);
    }
    entry->related = 1;
}

int
rv_kind_association(const struct rv_kind *kind, const char *name)
{
    char column[80];
    size_t len = strlen(name);

    if (rv_streq(name, "ext_management_system") || rv_streq(name, "provider"))
        return rv_kind_association(kind, "ems");
    if (len + 4 > sizeof(column))
        return -1;
    memcpy(column, name, len);
    memcpy(column + len, "_id", 4);
    int at = rv_kind_column(kind, column);
    return at >= 0 && kind->columns[at].type == REEVE_REF ? at : -1;
}
