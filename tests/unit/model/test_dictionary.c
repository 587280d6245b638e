/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of built-in kinds: what the model itself does not check, and what other parts and
 * ManageIQ's clients rely on.
 */
#include "support.h"
#include <ctype.h>
#include "base/text.h"

/* "..." at the end is an open list, not a full stop. */
static int
one_line_without_full_stop(const char *text)
{
    size_t len = strlen(text);

    if (len == 0 || len >= 100 || isspace((unsigned char)text[0]) || strpbrk(text, "\n|"))
        return 0;
    return text[len - 1] != '.' || (len > 3 && rv_streq(text + len - 3, "..."));
}

static void
every_kind_and_column_has_help_of_one_line(void **state)
{
    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *kind = rv_model_at(k);
        if (!one_line_without_full_stop(kind->def->help))
            fail_msg("%s: help '%s'", kind->name, kind->def->help);
        for (int c = 0; c < kind->column_count; c++) {
            if (!one_line_without_full_stop(kind->columns[c].help))
                fail_msg("%s.%s: help '%s'", kind->name, kind->columns[c].name,
                         kind->columns[c].help);
        }
    }
}

static void
references_are_named_id_and_have_an_index(void **state)
{
    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *kind = rv_model_at(k);
        for (int c = 0; c < kind->column_count; c++) {
            const struct rv_column *column = &kind->columns[c];
            size_t len = strlen(column->name);
            if (column->type != REEVE_REF)
                continue;
            if (len < 4 || !rv_streq(column->name + len - 3, "_id") ||
                !(column->flags & REEVE_COL_INDEX))
                fail_msg("%s.%s", kind->name, column->name);
            if (column->target)
                assert_non_null(rv_model_kind(column->target));
            else
                assert_true(column->type_column >= 0);
        }
    }
}

static void
all_polymorphic_targets_exist(void **state)
{
    int lists = 0;

    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *kind = rv_model_at(k);
        for (int c = 0; c < kind->column_count; c++) {
            const char *list = kind->columns[c].target;
            if (kind->columns[c].type != REEVE_STRING || !list)
                continue;
            lists++;
            char name[64];
            while (*list) {
                size_t len = strcspn(list, " ");
                assert_in_range(len, 1, sizeof(name) - 1);
                memcpy(name, list, len);
                name[len] = '\0';
                const struct rv_kind *target = rv_model_kind(name);
                if (!target)
                    fail_msg("%s.%s: no kind %s", kind->name, kind->columns[c].name, name);
                assert_true(rv_kind_accepts(kind, c + 1, target));
                list += len + strspn(list + len, " ");
            }
        }
    }
    assert_true(lists >= 10);
}

/* Two kinds may share a word only as alias against name; every kind must keep a word of its own. */
static void
every_kind_can_be_asked_for_and_aliases_are_unique(void **state)
{
    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *kind = rv_model_at(k);
        int reachable = rv_model_lookup(kind->name) == kind ||
                        rv_model_lookup(kind->table) == kind ||
                        rv_model_lookup(kind->api_name) == kind;
        for (const char *const *a = kind->def->aliases; a && *a; a++) {
            if (rv_model_lookup(*a) != kind)
                fail_msg("alias %s of %s means %s", *a, kind->name, rv_model_lookup(*a)->name);
            reachable = 1;
        }
        if (!reachable)
            fail_msg("no word leads to %s", kind->name);
    }
}

static void
names_leave_room_for_names_of_indices(void **state)
{
    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *kind = rv_model_at(k);
        assert_in_range(strlen(kind->table), 1, 55);
        for (int c = 0; c < kind->column_count; c++)
            assert_in_range(strlen(kind->columns[c].name), 1, 40);
    }
}

static void
core_columns_come_first_and_once(void **state)
{
    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *kind = rv_model_at(k);
        assert_string_equal(kind->columns[0].name, "id");
        if (kind->server) {
            assert_int_equal(rv_kind_column(kind, "content_hash"), -1);
            continue;
        }
        assert_int_equal(rv_kind_column(kind, "ems_id"), 1);
        assert_int_equal(rv_kind_column(kind, "content_hash") >= 0, !kind->child);
        assert_int_equal(rv_kind_column(kind, "deleted_on") >= 0, kind->archived);
        assert_true(rv_kind_column(kind, "created_on") > 0);
        assert_true(rv_kind_column(kind, "updated_on") > 0);
    }
}

static void
what_looks_like_a_secret_is_flagged(void **state)
{
    static const char *const secret[] = { "password",        "auth_key",     "client_key",
                                          "password_digest", "token_digest", "secret_options",
                                          "sealed_value" };
    int found[RV_COUNT(secret)] = { 0 };

    (void)state;
    for (int k = 0; k < rv_model_count(); k++) {
        const struct rv_kind *kind = rv_model_at(k);
        for (int c = 0; c < kind->column_count; c++) {
            int is_secret = (kind->columns[c].flags & REEVE_COL_SECRET) != 0, listed = 0;
            for (size_t s = 0; s < RV_COUNT(secret); s++)
                if (rv_streq(kind->columns[c].name, secret[s]))
                    listed = found[s] = 1;
            if (is_secret != listed)
                fail_msg("%s.%s", kind->name, kind->columns[c].name);
            /* Provider kinds hold nothing secret: what they emit goes into the feed. */
            assert_false(is_secret && !kind->server);
        }
    }
    for (size_t s = 0; s < RV_COUNT(secret); s++)
        assert_true(found[s]);
}

/* The values of config maps and secrets must have nowhere to go. */
static void
secrets_and_config_maps_have_no_column_for_values(void **state)
{
    static const char *const kinds[] = { "container_secret", "container_config_map" };
    static const char *const values[] = { "data", "value", "values", "string_data", "binary_data" };

    (void)state;
    for (size_t k = 0; k < RV_COUNT(kinds); k++) {
        const struct rv_kind *kind = rv_model_kind(kinds[k]);
        for (size_t v = 0; v < RV_COUNT(values); v++)
            assert_int_equal(rv_kind_column(kind, values[v]), -1);
        assert_true(rv_kind_column(kind, "data_keys") > 0);
    }
}

static void
kubernetes_kinds_share_their_columns_and_keys(void **state)
{
    static const char *const namespaced[] = {
        "container_group",           "container_deployment", "container_replicator",
        "container_stateful_set",    "container_daemon_set", "container_job",
        "container_cron_job",        "container_autoscaler", "container_service",
        "container_endpoint_set",    "container_ingress",    "container_network_policy",
        "persistent_volume_claim",   "container_config_map", "container_secret",
        "container_service_account", "container_quota",      "container_limit",
        "container_route",           "container_build",      "container_build_pod",
        "container_template",
    };
    static const char *const scoped[] = { "container_project", "container_node",
                                          "container_storage_class", "persistent_volume",
                                          "custom_resource_definition" };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(namespaced) + RV_COUNT(scoped); i++) {
        int in_namespace = i < RV_COUNT(namespaced);
        const char *name = in_namespace ? namespaced[i] : scoped[i - RV_COUNT(namespaced)];
        const struct rv_kind *kind = rv_model_kind(name);
        if (!kind)
            fail_msg("no kind %s", name);
        assert_int_equal(kind->key_count, 1);
        assert_string_equal(kind->columns[kind->key[0]].name, "ems_ref");
        assert_true(kind->columns[kind->key[0]].flags & REEVE_COL_REQUIRED);
        assert_true(kind->columns[rv_kind_column(kind, "resource_version")].flags &
                    REEVE_COL_VOLATILE);
        assert_int_equal(kind->columns[rv_kind_column(kind, "ems_created_on")].type, REEVE_TIME);
        assert_int_equal(kind->name_key_count, in_namespace ? 2 : 1);
        assert_string_equal(kind->columns[kind->name_key[in_namespace]].name, "name");
        assert_int_equal(rv_kind_column(kind, "container_project_id") > 0, in_namespace);
    }
}

static void
what_manageiq_archives_is_archived(void **state)
{
    static const char *const archived[] = { "container_project",
                                            "container_node",
                                            "container_group",
                                            "container",
                                            "container_image",
                                            "container_quota",
                                            "vm",
                                            "host",
                                            "ems_cluster",
                                            "storage" };
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < RV_COUNT(archived); i++)
        assert_true(rv_model_kind(archived[i])->archived);
    for (int k = 0; k < rv_model_count(); k++)
        count += (size_t)rv_model_at(k)->archived;
    assert_int_equal(count, RV_COUNT(archived));
}

static void
images_live_as_long_as_containers_use_them(void **state)
{
    const struct rv_kind *image, *container;

    (void)state;
    image = rv_model_kind("container_image");
    container = rv_model_kind("container");
    assert_int_equal(image->kept_by_kind, container->index);
    assert_int_equal(image->kept_by_column, rv_kind_column(container, "container_image_id"));
    assert_string_equal(image->columns[image->key[0]].name, "image_ref");
    assert_int_equal(rv_model_kind("container_group")->kept_by_kind, -1);
}

/* Columns of ManageIQ's tables that its clients read, one table each. */
static void
manageiqs_columns_are_there(void **state)
{
    static const struct {
        const char *table;
        const char *columns; /* blanks between */
    } cases[] = {
        { "container_groups", "ems_ref phase reason message restart_policy dns_policy ipaddress "
                              "container_node_id container_replicator_id container_project_id "
                              "container_build_pod_id deleted_on ems_created_on" },
        { "container_nodes", "identity_infra identity_machine identity_system lives_on_id "
                             "lives_on_type kubernetes_kubelet_version kubernetes_proxy_version "
                             "container_runtime_version max_container_groups deleted_on" },
        { "containers", "backing_ref image image_pull_policy state last_state restart_count "
                        "request_cpu_cores limit_memory_bytes container_image_id "
                        "container_group_id privileged run_as_user run_as_non_root "
                        "capabilities_add command" },
        { "container_images", "image_ref name tag digest size architecture "
                              "container_image_registry_id registered_on" },
        { "container_conditions",
          "container_entity_id container_entity_type name status reason message "
          "last_transition_time last_heartbeat_time" },
        { "container_services", "portal_ip session_affinity service_type" },
        { "container_groups_container_services", "container_group_id container_service_id" },
        { "container_limit_items", "max min default default_request resource item_type "
                                   "max_limit_request_ratio" },
        { "persistent_volume_claims",
          "desired_access_modes actual_access_modes requests limits capacity "
          "phase" },
        { "custom_attributes", "resource_type resource_id section name value" },
        { "ext_management_systems",
          "name type guid zone_id api_version uid_ems enabled last_refresh_error "
          "last_refresh_date last_refresh_success_date options created_on "
          "updated_on" },
        { "endpoints", "role hostname port verify_ssl security_protocol certificate_authority "
                       "resource_id resource_type" },
        { "authentications",
          "authtype userid password auth_key status status_details last_valid_on "
          "last_invalid_on" },
        { "miq_queue", "queue_name state priority class_name method_name args instance_id "
                       "target_id msg_data msg_timeout miq_callback task_id role zone "
                       "server_guid deliver_on expires_on handler_id handler_type "
                       "tracking_label lock_version user_id group_id tenant_id created_on "
                       "updated_on" },
        { "miq_tasks", "name state status message userid pct_complete context_data results "
                       "miq_server_id identifier zone started_on created_on updated_on" },
        { "vms", "name vendor location uid_ems host_id storage_id ems_cluster_id "
                 "raw_power_state power_state template" },
        { "users", "userid name email password_digest lastlogon" },
        { "taggings", "tag_id taggable_id taggable_type" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        const struct rv_kind *kind = rv_model_table(cases[i].table);
        if (!kind)
            fail_msg("no table %s", cases[i].table);
        for (const char *at = cases[i].columns; *at; at += strspn(at, " ")) {
            char name[64];
            size_t len = strcspn(at, " ");
            assert_in_range(len, 1, sizeof(name) - 1);
            memcpy(name, at, len);
            name[len] = '\0';
            if (rv_kind_column(kind, name) < 0)
                fail_msg("%s has no %s", cases[i].table, name);
            at += len;
        }
    }
}

static void
the_queue_has_leases(void **state)
{
    const struct rv_kind *queue = rv_model_table("miq_queue");

    (void)state;
    assert_true(rv_kind_column(queue, "lease_expires_on") > 0);
    assert_true(rv_kind_column(queue, "generation") > 0);
    assert_true(rv_kind_column(queue, "attempts") > 0);
    assert_true(rv_kind_column(queue, "retryable") > 0);
    assert_true(rv_kind_column(queue, "error") > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_and_column_has_help_of_one_line),
        TEST(references_are_named_id_and_have_an_index),
        TEST(all_polymorphic_targets_exist),
        TEST(every_kind_can_be_asked_for_and_aliases_are_unique),
        TEST(names_leave_room_for_names_of_indices),
        TEST(core_columns_come_first_and_once),
        TEST(what_looks_like_a_secret_is_flagged),
        TEST(secrets_and_config_maps_have_no_column_for_values),
        TEST(kubernetes_kinds_share_their_columns_and_keys),
        TEST(what_manageiq_archives_is_archived),
        TEST(images_live_as_long_as_containers_use_them),
        TEST(manageiqs_columns_are_there),
        TEST(the_queue_has_leases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
