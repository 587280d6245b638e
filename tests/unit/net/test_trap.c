/* SPDX-License-Identifier: Apache-2.0
 *
 * Traps, as net-snmp's own receiver gets them.
 */
#include "net/trap.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "../base/check.h"
#include "base/mem.h"
#include "support/fault_server.h"

static struct fault_server receiver;
static char folder[64];

static int
start(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/reeve-trap-XXXXXX");
    assert_non_null(mkdtemp(folder));
    fault_server_start_script(&receiver, "peers/snmp/receiver.py",
                              (const char *const[]){ folder, NULL });
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    fault_server_stop(&receiver);
    fault_server_run((const char *const[]){ "rm", "-r", "--", folder, NULL });
    return 0;
}

static struct rv_trap
trap_to_receiver(int version)
{
    return (struct rv_trap){ .host = "127.0.0.1",
                             .port = receiver.port,
                             .version = version,
                             .oid = "1.3.6.1.4.1.8072.9999.1" };
}

/* A line with this in it has come within five seconds. */
static void
assert_received(const char *part)
{
    for (int i = 0; i < 500; i++) {
        RV_AUTO_FREE char *text = fault_server_read(folder, "traps");
        if (strstr(text, part))
            return;
        nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
    }
    RV_AUTO_FREE char *text = fault_server_read(folder, "traps");
    fail_msg("'%s' is not in: %s", part, text);
}

static void
assert_sent(const struct rv_trap *trap)
{
    rv_err err = RV_ERR_INIT;
    if (rv_trap_send(REEVE_MODULES, trap, &err) < 0)
        fail_msg("%s: %s", rv_class_name(err.code), err.text);
}

static void
a_trap_of_version_2_has_its_name_and_variables_of_every_type(void **state)
{
    (void)state;
    static const struct rv_trap_variable variables[] = {
        { ".1.3.6.1.4.1.8072.9999.2.1", NULL, "disk full" },
        { "1.3.6.1.4.1.8072.9999.2.2", "Integer", "-7" },
        { "1.3.6.1.4.1.8072.9999.2.3", "Gauge32", "4294967295" },
        { "1.3.6.1.4.1.8072.9999.2.4", "Counter32", "12" },
        { "1.3.6.1.4.1.8072.9999.2.5", "Counter64", "9223372036854775807" },
        { "1.3.6.1.4.1.8072.9999.2.6", "TimeTicks", "100" },
        { "1.3.6.1.4.1.8072.9999.2.7", "ObjectId", "1.3.6.1.4.1.8072.9999.3" },
        { "1.3.6.1.4.1.8072.9999.2.8", "IpAddress", "192.0.2.1" },
        { "1.3.6.1.4.1.8072.9999.2.9", "Null", "" },
    };
    struct rv_trap trap = trap_to_receiver(2);
    trap.uptime_cs = 4200;
    trap.variables = variables;
    trap.variable_count = RV_COUNT(variables);
    assert_sent(&trap);
    assert_received("v2 .1.3.6.1.2.1.1.3.0 = Timeticks: (4200)");
    assert_received(".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.4.1.8072.9999.1");
    assert_received(".1.3.6.1.4.1.8072.9999.2.1 = STRING: \"disk full\"");
    assert_received(".2.2 = INTEGER: -7");
    assert_received(".2.3 = Gauge32: 4294967295");
    assert_received(".2.4 = Counter32: 12");
    assert_received(".2.5 = Counter64: 9223372036854775807");
    assert_received(".2.6 = Timeticks: (100)");
    assert_received(".2.7 = OID: .1.3.6.1.4.1.8072.9999.3");
    assert_received(".2.8 = IpAddress: 192.0.2.1");
    assert_received(".2.9 = NULL");
}

static void
a_trap_of_version_1_has_its_enterprise_and_numbers(void **state)
{
    (void)state;
    static const struct rv_trap_variable variable = { "1.3.6.1.4.1.8072.9999.2.1", "OctetString",
                                                      "hot" };
    struct rv_trap trap = trap_to_receiver(1);
    trap.generic = 6;
    trap.specific = 17;
    trap.agent_address = "192.0.2.9";
    trap.variables = &variable;
    trap.variable_count = 1;
    assert_sent(&trap);
    assert_received("v1 .1.3.6.1.4.1.8072.9999.1 6 .17 192.0.2.9");
    assert_received("\"hot\"");
}

static void
assert_refused(struct rv_trap trap, int class, const char *part)
{
    rv_err err = RV_ERR_INIT;
    int code = rv_trap_send(REEVE_MODULES, &trap, &err);
    if (code != class || !strstr(err.text, part))
        fail_msg("%s: %s", rv_class_name(code), err.text);
}

static void
what_cannot_be_sent_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct rv_trap_variable bad[] = {
        { "1.3.x", NULL, "a" },
        { "", NULL, "a" },
        { "1.3..6", NULL, "a" },
        { "1.3.4294967296", NULL, "a" },
        { "1.3.6", "Integer", "soup" },
        { "1.3.6", "Gauge32", "-1" },
        { "1.3.6", "Integer", "2147483648" },
        { "1.3.6", "IpAddress", "::1" },
        { "1.3.6", "Soup", "1" },
        { "1.3.6", "ObjectId", "x" },
    };
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        struct rv_trap trap = trap_to_receiver(2);
        trap.variables = &bad[i];
        trap.variable_count = 1;
        assert_refused(trap, RV_E_INVALID, bad[i].oid);
    }
    struct rv_trap trap = trap_to_receiver(3);
    assert_refused(trap, RV_E_INVALID, "version");
    trap = trap_to_receiver(2);
    trap.oid = NULL;
    assert_refused(trap, RV_E_INVALID, "object id");
    trap = trap_to_receiver(2);
    trap.host = "tcp:127.0.0.1,x";
    assert_refused(trap, RV_E_INVALID, "host");
    trap = trap_to_receiver(1);
    trap.agent_address = "soup";
    assert_refused(trap, RV_E_INVALID, "agent address");
}

static void
a_host_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct rv_trap trap = trap_to_receiver(2);
    trap.host = "no-such-host.invalid";
    assert_refused(trap, RV_E_UNAVAILABLE, "no-such-host.invalid");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trap_of_version_2_has_its_name_and_variables_of_every_type),
        cmocka_unit_test(a_trap_of_version_1_has_its_enterprise_and_numbers),
        cmocka_unit_test(what_cannot_be_sent_is_refused_with_its_place),
        cmocka_unit_test(a_host_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
