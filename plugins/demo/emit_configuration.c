/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration manager: systems that it sets up, the profiles by which it does, places,
 * organizations and words that they are ordered by, scripts.
 */
#include <stdio.h>
#include "emit.h"

int
demo_emit_location(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "configuration_location", "location", index, NULL);

    reeve_set_string(obj, "name", index ? "hall 1" : "Invented City");
    reeve_set_string(obj, "title", index ? "Invented City/hall 1" : "Invented City");
    if (index > 0)
        demo_link(obj, "parent_id", "configuration_location", estate, "location", 0, 2);
    return reeve_emit(obj);
}

int
demo_emit_organization(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "configuration_organization", "organization", index, NULL);

    reeve_set_string(obj, "name", index ? "web team" : "Demo Ltd");
    reeve_set_string(obj, "title", index ? "Demo Ltd/web team" : "Demo Ltd");
    if (index > 0)
        demo_link(obj, "parent_id", "configuration_organization", estate, "organization", 0, 2);
    return reeve_emit(obj);
}

int
demo_emit_tag(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    static const char *const names[] = { "production", "hardened", "x86_64" };
    struct reeve_object *obj = demo_begin(inv, estate, "configuration_tag", "word", index, NULL);

    reeve_set_string(obj, "name", names[index % 3]);
    return reeve_emit(obj);
}

int
demo_emit_os_flavor(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "operating_system_flavor", "osflavor", index, NULL);

    reeve_set_string(obj, "name", demo_systems[index % 3]);
    reeve_set_string(obj, "description", "An operating system that can be installed");
    for (int64_t i = 0; i < 2; i++)
        demo_link(reeve_child(obj, "customization_script_flavor"), "customization_script_id",
                  "customization_script", estate, "custom", i, 2);
    return reeve_emit(obj);
}

int
demo_emit_customization_script(struct reeve_inventory *inv, const struct demo_estate *estate,
                               int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "customization_script", "custom", index, NULL);

    reeve_set_string(obj, "name", index ? "one partition" : "mirror of the distribution");
    reeve_set_flag(obj, "in_use", 1);
    reeve_set_flag(obj, "user_defined", index);
    return reeve_emit(obj);
}

int
demo_emit_script_source(struct reeve_inventory *inv, const struct demo_estate *estate,
                        int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "configuration_script_source", "source", index, "playbooks");

    reeve_set_string(obj, "description", "Playbooks of the operators");
    reeve_set_string(obj, "status", "successful");
    reeve_set_time(obj, "last_updated_on", demo_made_on(estate, "source", index));
    reeve_set_string(obj, "scm_type", "git");
    reeve_set_string(obj, "scm_url", "https://git.demo.example/playbooks.git");
    reeve_set_string(obj, "scm_branch", "main");
    reeve_set_flag(obj, "scm_clean", 1);
    reeve_set_flag(obj, "scm_delete_on_update", 0);
    reeve_set_flag(obj, "scm_update_on_launch", 1);
    return reeve_emit(obj);
}

/* The third is a step of the first. */
int
demo_emit_script(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    static const char *const names[] = { "deploy", "patch", "restart" };
    struct reeve_object *obj =
        demo_begin(inv, estate, "configuration_script", "script", index, NULL);

    demo_set_format(obj, "name", "%s.yml", names[index % 3]);
    reeve_set_string(obj, "payload_type", "yaml");
    reeve_set_json(obj, "variables", "{\"serial\":1}");
    reeve_set_json(obj, "survey_spec", "{\"spec\":[{\"question\":\"Which version?\"}]}");
    demo_link(obj, "configuration_script_source_id", "configuration_script_source", estate,
              "source", 0, 1);
    if (estate->size.datacenters > 0)
        demo_link(obj, "inventory_root_group_id", "ems_folder", estate, "folder", 0, 1);
    if (index == 2)
        demo_link(obj, "parent_id", "configuration_script", estate, "script", 0, 3);
    return reeve_emit(obj);
}

static void
add_words(struct reeve_object *obj, const struct demo_estate *estate, const char *pair,
          const char *own_pair, int64_t own)
{
    for (int64_t i = 0; i < 3; i++)
        demo_link(reeve_child(obj, pair), "configuration_tag_id", "configuration_tag", estate,
                  "word", i, 3);
    demo_link(reeve_child(obj, own_pair), "configuration_tag_id", "configuration_tag", estate,
              "word", own, 3);
}

/* With what it is installed. The first inherits nothing. */
static void
link_installation(struct reeve_object *obj, const struct demo_estate *estate, int own)
{
    static const char *const columns[][2] = {
        { "operating_system_flavor_id", "direct_operating_system_flavor_id" },
        { "customization_script_medium_id", "direct_customization_script_medium_id" },
        { "customization_script_ptable_id", "direct_customization_script_ptable_id" },
    };

    for (int i = 0; i <= own; i++) {
        demo_link(obj, columns[0][i], "operating_system_flavor", estate, "osflavor", 0, 2);
        demo_link(obj, columns[1][i], "customization_script", estate, "custom", 0, 2);
        demo_link(obj, columns[2][i], "customization_script", estate, "custom", 1, 2);
    }
}

int
demo_emit_profile(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "configuration_profile", "cfgprofile", index, NULL);

    reeve_set_string(obj, "name", index ? "web" : "base");
    reeve_set_string(obj, "description", "How machines are set up");
    if (index > 0)
        demo_link(obj, "parent_id", "configuration_profile", estate, "cfgprofile", 0, 2);
    link_installation(obj, estate, index == 0);
    add_words(obj, estate, "configuration_profile_tag", "direct_configuration_profile_tag", index);
    for (int64_t i = 0; i < 2; i++) {
        demo_link(reeve_child(obj, "configuration_location_profile"), "configuration_location_id",
                  "configuration_location", estate, "location", i, 2);
        demo_link(reeve_child(obj, "configuration_organization_profile"),
                  "configuration_organization_id", "configuration_organization", estate,
                  "organization", i, 2);
    }
    return reeve_emit(obj);
}

/* Its machine: a virtual one, a host and a physical one in turn. */
static void
link_counterpart(struct reeve_object *obj, const struct demo_estate *estate, int64_t index)
{
    const struct demo_size *size = &estate->size;
    char ref[48];

    if (index % 3 == 0 && index * 4 < size->vms) {
        demo_moving_ref(ref, estate, DEMO_VM, index * 4, (struct demo_object){ 0, 0 });
        reeve_link(obj, "counterpart_id", "vm", ref);
        reeve_set_string(obj, "virtual_instance_ref", ref);
    } else if (index % 3 == 1) {
        demo_link(obj, "counterpart_id", "host", estate, "host", index, size->hosts);
    } else {
        demo_link(obj, "counterpart_id", "physical_server", estate, "server", index, size->servers);
    }
}

int
demo_emit_system(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    uint64_t salt = demo_salt(estate, DEMO_SYSTEM, index);
    struct reeve_object *obj = demo_begin(inv, estate, "configured_system", "system", index, NULL);

    demo_set_format(obj, "hostname", "system-%03lld.demo.example", (long long)index + 1);
    demo_set_format(obj, "ipaddress", "10.32.%lld.%lld", (long long)(index >> 8 & 255),
                    (long long)(index & 255));
    demo_set_format(obj, "mac_address", "52:54:00:00:%02x:%02x", (unsigned)(index >> 8 & 255),
                    (unsigned)(index & 255));
    reeve_set_string(obj, "vendor", "demo");
    reeve_set_flag(obj, "ipmi_present", index % 3 == 2);
    reeve_set_string(obj, "puppet_status", salt % 4 == 3 ? "failed" : "changed");
    reeve_set_string(obj, "build_state", "installed");
    reeve_set_time(obj, "last_checkin",
                   demo_made_on(estate, "system", index) + (int64_t)salt * 1800000);
    demo_link(obj, "configuration_profile_id", "configuration_profile", estate, "cfgprofile", index,
              2);
    demo_link(obj, "configuration_location_id", "configuration_location", estate, "location", 1, 2);
    demo_link(obj, "configuration_organization_id", "configuration_organization", estate,
              "organization", 1, 2);
    if (estate->size.datacenters > 0)
        demo_link(obj, "inventory_root_group_id", "ems_folder", estate, "folder", 0, 1);
    link_installation(obj, estate, index == 0);
    link_counterpart(obj, estate, index);
    demo_link(obj, "orchestration_stack_id", "orchestration_stack", estate, "stack", index,
              estate->size.stacks);
    add_words(obj, estate, "configuration_tag_system", "direct_configuration_tag_system", index);
    return reeve_emit(obj);
}
