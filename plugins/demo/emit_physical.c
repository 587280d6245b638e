/* SPDX-License-Identifier: Apache-2.0
 *
 * The physical machines under the hosts: sixteen to a chassis, four of those to a rack.
 */
#include <stdio.h>
#include "emit.h"

#define SERVERS_OF_CHASSIS 16
#define SERVERS_OF_RACK 64

static int64_t
number_of(const struct demo_estate *estate, int64_t servers_each)
{
    return (estate->size.servers + servers_each - 1) / servers_each;
}

static void
add_place(struct reeve_object *obj, int64_t rack, int64_t unit)
{
    struct reeve_object *details = reeve_child(obj, "asset_detail");

    reeve_set_string(details, "contact", "operators@demo.example");
    reeve_set_string(details, "location", "Invented City");
    reeve_set_string(details, "room", "B1");
    demo_set_format(details, "rack_name", "rack-%02lld", (long long)rack + 1);
    demo_set_format(details, "lowest_rack_unit", "%lld", (long long)unit);
}

int
demo_emit_rack(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    return reeve_emit(demo_begin(inv, estate, "physical_rack", "rack", index, "rack"));
}

int
demo_emit_chassis(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    struct reeve_object *obj =
        demo_begin(inv, estate, "physical_chassis", "chassis", index, "chassis");

    reeve_set_string(obj, "vendor", "demo");
    reeve_set_string(obj, "health_state", "Valid");
    reeve_set_string(obj, "overall_health_state", "Valid");
    reeve_set_int(obj, "management_module_slot_count", 2);
    reeve_set_int(obj, "switch_slot_count", 4);
    reeve_set_int(obj, "fan_slot_count", 10);
    reeve_set_int(obj, "blade_slot_count", SERVERS_OF_CHASSIS);
    reeve_set_int(obj, "powersupply_slot_count", 6);
    demo_link(obj, "physical_rack_id", "physical_rack", estate, "rack", index / 4,
              number_of(estate, SERVERS_OF_RACK));
    add_place(obj, index / 4, 1 + index % 4 * 10);
    return reeve_emit(obj);
}

int
demo_emit_server(struct reeve_inventory *inv, const struct demo_estate *estate, int64_t index)
{
    static const char *const health[] = { "Valid", "Warning", "Valid", "Critical" };
    uint64_t salt = demo_salt(estate, DEMO_SERVER, index);
    struct reeve_object *obj =
        demo_begin(inv, estate, "physical_server", "server", index, "server");
    int on = demo_pick(estate, "server", index, salt, 12) != 0;

    demo_set_format(obj, "uid_ems", "%016llX",
                    (unsigned long long)demo_random(estate, "uuid", index, 0));
    reeve_set_string(obj, "vendor", "demo");
    demo_set_format(obj, "hostname", "bmc-%03lld.demo.example", (long long)index + 1);
    reeve_set_string(obj, "product_name", "Invented Machine 2U");
    reeve_set_string(obj, "manufacturer", "Invented Machines");
    reeve_set_string(obj, "machine_type", "8871");
    reeve_set_string(obj, "model", "AC1");
    demo_set_format(obj, "serial_number", "IM%06lld", (long long)index + 1);
    reeve_set_string(obj, "raw_power_state", on ? "On" : "Off");
    reeve_set_string(obj, "power_state", on ? "on" : "off");
    reeve_set_string(obj, "health_state", health[salt % COUNT(health)]);
    reeve_set_string(obj, "location_led_state", "Off");
    demo_link(obj, "physical_chassis_id", "physical_chassis", estate, "chassis",
              index / SERVERS_OF_CHASSIS, number_of(estate, SERVERS_OF_CHASSIS));
    demo_link(obj, "physical_rack_id", "physical_rack", estate, "rack", index / SERVERS_OF_RACK,
              number_of(estate, SERVERS_OF_RACK));
    add_place(obj, index / SERVERS_OF_RACK, 1 + index % SERVERS_OF_RACK / 2);
    demo_add_server_parts(obj, estate, index);
    return reeve_emit(obj);
}
