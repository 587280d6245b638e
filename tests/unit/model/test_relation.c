/* SPDX-License-Identifier: Apache-2.0
 *
 * How kinds hang together: sub-collections, joins and associations.
 */
#include "support.h"
#include "base/text.h"

static const struct rv_relation *
relation(const char *kind, const char *name)
{
    int count;
    const struct rv_relation *relations = rv_kind_relations(rv_model_kind(kind), &count);

    for (int i = 0; i < count; i++) {
        if (rv_streq(relations[i].name, name))
            return &relations[i];
    }
    return NULL;
}

static const struct rv_join *
join(const char *kind, const char *name)
{
    int count;
    const struct rv_join *joins = rv_kind_joins(rv_model_kind(kind), &count);

    for (int i = 0; i < count; i++) {
        if (rv_streq(joins[i].name, name))
            return &joins[i];
    }
    return NULL;
}

static void
relations_lead_to_the_rows_that_point_here(void **state)
{
    static const struct {
        const char *parent, *name, *child, *column;
        int single;
    } cases[] = {
        { "container_group", "containers", "container", "container_group_id", 0 },
        { "container_group", "container_conditions", "container_condition", "container_entity_id",
          0 },
        { "container_group", "custom_attributes", "custom_attribute", "resource_id", 0 },
        { "container_group", "container_volumes", "container_volume", "parent_id", 0 },
        { "container_node", "container_groups", "container_group", "container_node_id", 0 },
        { "container_node", "computer_system", "computer_system", "managed_entity_id", 1 },
        { "computer_system", "hardware", "hardware", "resource_id", 1 },
        { "vm", "hardware", "hardware", "resource_id", 1 },
        { "vm", "container_nodes", "container_node", "lives_on_id", 0 },
        { "hardware", "disks", "disk", "hardware_id", 0 },
        { "container", "security_context", "security_context", "resource_id", 1 },
        { "provider", "container_groups", "container_group", "ems_id", 0 },
        { "provider", "vms", "vm", "ems_id", 0 },
        { "provider", "clusters", "ems_cluster", "ems_id", 0 },
        { "provider", "endpoints", "endpoint", "resource_id", 0 },
        { "provider", "authentications", "authentication", "resource_id", 0 },
        { "container_deployment", "container_replicators", "container_replicator", "owner_id", 0 },
        { "container_job", "container_groups", "container_group", "owner_id", 0 },
        { "zone", "providers", "provider", "zone_id", 0 },
        { "zone", "providers_by_zone_before_pause", "provider", "zone_before_pause_id", 0 },
        { "classification", "categories", "classification", "parent_id", 0 },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        const struct rv_relation *found = relation(cases[i].parent, cases[i].name);
        if (!found)
            fail_msg("%s has no %s", cases[i].parent, cases[i].name);
        assert_string_equal(found->parent->name, cases[i].parent);
        assert_string_equal(found->child->name, cases[i].child);
        assert_string_equal(found->child->columns[found->column].name, cases[i].column);
        assert_int_equal(found->single, cases[i].single);
    }
}

/* A replicator's pods point to it twice, by owner and by container_replicator_id. */
static void
a_plain_reference_wins_over_a_polymorphic_one(void **state)
{
    const struct rv_relation *pods = relation("container_replicator", "container_groups");

    (void)state;
    assert_non_null(pods);
    assert_string_equal(pods->child->columns[pods->column].name, "container_replicator_id");
    assert_null(relation("container_replicator", "container_groups_by_owner"));
}

static void
polymorphic_references_keep_to_their_list(void **state)
{
    (void)state;
    assert_null(relation("user", "custom_attributes"));
    assert_null(relation("container_secret", "container_conditions"));
    assert_null(relation("storage", "hardware"));
    assert_null(relation("container_env_var", "custom_attributes"));
    assert_null(relation("zone", "taggings"));
    assert_non_null(relation("container", "custom_attributes"));
    assert_non_null(relation("provider", "custom_attributes"));
}

static void
services_and_pods_find_each_other(void **state)
{
    const struct rv_join *pods = join("container_service", "container_groups");
    const struct rv_join *services = join("container_group", "container_services");

    (void)state;
    assert_non_null(pods);
    assert_string_equal(pods->child->name, "container_group");
    assert_string_equal(pods->via->table, "container_groups_container_services");
    assert_string_equal(pods->via->columns[pods->parent_column].name, "container_service_id");
    assert_string_equal(pods->via->columns[pods->child_column].name, "container_group_id");
    assert_non_null(services);
    assert_ptr_equal(services->via, pods->via);
    assert_int_equal(services->parent_column, pods->child_column);
}

static void
whatever_can_be_tagged_has_tags(void **state)
{
    static const char *const tagged[] = { "provider", "vm", "host", "container_group",
                                          "container" };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(tagged); i++) {
        const struct rv_join *tags = join(tagged[i], "tags");
        assert_non_null(tags);
        assert_string_equal(tags->via->name, "tagging");
        const struct rv_column *column = &tags->via->columns[tags->parent_column];
        assert_string_equal(tags->via->columns[column->type_column].name, "taggable_type");
    }
    assert_null(join("worker", "tags"));
    int count;
    (void)rv_kind_joins(rv_model_kind("tag"), &count);
    assert_int_equal(count, 0);
}

/* Names of sub-collections are asked for beside columns and among each other. */
static void
names_of_sub_collections_are_unambiguous(void **state)
{
    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *kind = rv_model_at(k);
        int relation_count, join_count;
        const struct rv_relation *relations = rv_kind_relations(kind, &relation_count);
        const struct rv_join *joins = rv_kind_joins(kind, &join_count);
        for (int i = 0; i < relation_count; i++) {
            if (rv_kind_column(kind, relations[i].name) >= 0 ||
                rv_kind_association(kind, relations[i].name) >= 0 ||
                relation(kind->name, relations[i].name) != &relations[i])
                fail_msg("%s: %s", kind->name, relations[i].name);
        }
        for (int i = 0; i < join_count; i++) {
            if (relation(kind->name, joins[i].name) || rv_kind_column(kind, joins[i].name) >= 0)
                fail_msg("%s: %s", kind->name, joins[i].name);
        }
    }
}

static void
every_reference_is_a_relation_of_its_target(void **state)
{
    int plain = 0;

    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *child = rv_model_at(k);
        for (int c = 0; c < child->column_count; c++) {
            int count, found = 0;
            if (child->columns[c].type != REEVE_REF || !child->columns[c].target)
                continue;
            const struct rv_relation *relations =
                rv_kind_relations(rv_model_kind(child->columns[c].target), &count);
            for (int i = 0; i < count; i++)
                found += relations[i].child == child && relations[i].column == c;
            if (found != 1)
                fail_msg("%s.%s: %d relations", child->name, child->columns[c].name, found);
            plain++;
        }
    }
    assert_true(plain > rv_model_count());
}

static void
associations_go_by_the_columns_name(void **state)
{
    const struct rv_kind *pod = rv_model_kind("container_group");

    (void)state;
    assert_int_equal(rv_kind_association(pod, "container_node"),
                     rv_kind_column(pod, "container_node_id"));
    assert_int_equal(rv_kind_association(pod, "owner"), rv_kind_column(pod, "owner_id"));
    assert_int_equal(rv_kind_association(pod, "ext_management_system"),
                     rv_kind_column(pod, "ems_id"));
    assert_int_equal(rv_kind_association(pod, "provider"), rv_kind_column(pod, "ems_id"));
    assert_int_equal(rv_kind_association(pod, "name"), -1);
    assert_int_equal(rv_kind_association(pod, ""), -1);
    assert_int_equal(rv_kind_association(rv_model_kind("tag"), "provider"), -1);
    /* target_id of a message is a number, no reference */
    assert_int_equal(rv_kind_association(rv_model_kind("message"), "target"), -1);
    char longest[1000];
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(rv_kind_association(pod, longest), -1);
}

static void
a_providers_kind_gets_relations_too(void **state)
{
    rv_err err = RV_ERR_INIT;
    struct reeve_kind def = lamp();

    (void)state;
    assert_null(relation("host", "acme_lamps"));
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    assert_string_equal(relation("host", "acme_lamps")->child->name, "acme_lamp");
    assert_string_equal(relation("vm", "acme_lamps")->child->name, "acme_lamp");
    assert_null(relation("container_node", "acme_lamps"));
    assert_non_null(relation("provider", "acme_lamps"));
    assert_non_null(relation("acme_lamp", "custom_attributes"));
    assert_non_null(join("acme_lamp", "tags"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(relations_lead_to_the_rows_that_point_here),
        TEST(a_plain_reference_wins_over_a_polymorphic_one),
        TEST(polymorphic_references_keep_to_their_list),
        TEST(services_and_pods_find_each_other),
        TEST(whatever_can_be_tagged_has_tags),
        TEST(names_of_sub_collections_are_unambiguous),
        TEST(every_reference_is_a_relation_of_its_target),
        TEST(associations_go_by_the_columns_name),
        TEST(a_providers_kind_gets_relations_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
