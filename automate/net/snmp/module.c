/* SPDX-License-Identifier: Apache-2.0
 *
 * Traps by net-snmp's single sessions, without its configuration files and MIBs: names are numbers.
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "net/trap.h"

static const oid uptime_oid[] = { 1, 3, 6, 1, 2, 1, 1, 3, 0 };
static const oid trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };

struct oid_text {
    oid parts[MAX_OID_LEN];
    size_t count;
};

static int
read_oid(struct oid_text *out, const char *what, const char *text, rv_err *err)
{
    const char *at = text ? text : "";
    out->count = 0;
    if (*at == '.')
        at++;
    for (;;) {
        char digits[16];
        int64_t part;
        rv_err ignored = RV_ERR_INIT;
        size_t len = strcspn(at, ".");
        snprintf(digits, sizeof(digits), "%.*s", (int)len, at);
        if (len == 0 || len > 10 || out->count == MAX_OID_LEN ||
            rv_parse_int(&part, digits, &ignored) < 0 || part < 0 || part > UINT32_MAX)
            return rv_fail(err, RV_E_INVALID, "%s: '%.80s' is no object id, as 1.3.6.1.4.1.8072",
                           what, text ? text : "");
        out->parts[out->count++] = (oid)part;
        if (at[len] == '\0')
            break;
        at += len + 1;
    }
    return out->count >= 2 ? 0
                           : rv_fail(err, RV_E_INVALID,
                                     "%s: '%.80s' is no object id: it has one part", what, text);
}

/* Of integer types: what they are called, and what they hold. */
static const struct {
    const char *name;
    u_char type;
    int64_t least, most;
} numbers[] = {
    { "Integer32", ASN_INTEGER, INT32_MIN, INT32_MAX },
    { "Integer", ASN_INTEGER, INT32_MIN, INT32_MAX },
    { "Unsigned32", ASN_UNSIGNED, 0, UINT32_MAX },
    { "Gauge32", ASN_GAUGE, 0, UINT32_MAX },
    { "Counter32", ASN_COUNTER, 0, UINT32_MAX },
    { "TimeTicks", ASN_TIMETICKS, 0, UINT32_MAX },
    { "Counter64", ASN_COUNTER64, 0, INT64_MAX },
};

static int
add_number(netsnmp_pdu *pdu, const struct oid_text *name, size_t kind,
           const struct rv_trap_variable *variable, rv_err *err)
{
    int64_t value;
    if (rv_parse_int(&value, variable->value, err) < 0)
        return rv_wrap(err, "variable %s", variable->oid);
    if (value < numbers[kind].least || value > numbers[kind].most)
        return rv_fail(err, RV_E_INVALID, "variable %s: %s is no %s", variable->oid,
                       variable->value, numbers[kind].name);
    if (numbers[kind].type == ASN_COUNTER64) {
        struct counter64 wide = { .high = (u_long)(value >> 32),
                                  .low = (u_long)(value & UINT32_MAX) };
        snmp_pdu_add_variable(pdu, name->parts, name->count, ASN_COUNTER64, &wide, sizeof(wide));
    } else if (numbers[kind].type == ASN_INTEGER) {
        long number = (long)value;
        snmp_pdu_add_variable(pdu, name->parts, name->count, ASN_INTEGER, &number, sizeof(number));
    } else {
        u_long number = (u_long)value;
        snmp_pdu_add_variable(pdu, name->parts, name->count, numbers[kind].type, &number,
                              sizeof(number));
    }
    return 0;
}

static int
add_address(netsnmp_pdu *pdu, const struct oid_text *name, const struct rv_trap_variable *variable,
            rv_err *err)
{
    struct in_addr address;
    if (inet_pton(AF_INET, variable->value, &address) != 1)
        return rv_fail(err, RV_E_INVALID, "variable %s: '%.80s' is no IPv4 address", variable->oid,
                       variable->value);
    snmp_pdu_add_variable(pdu, name->parts, name->count, ASN_IPADDRESS, &address, sizeof(address));
    return 0;
}

static int
add_variable(netsnmp_pdu *pdu, const struct rv_trap_variable *variable, rv_err *err)
{
    struct oid_text name, held;
    const char *type = variable->type && variable->type[0] ? variable->type : "OctetString";
    if (read_oid(&name, "variable", variable->oid, err) < 0)
        return err->code;
    if (!variable->value || strlen(variable->value) > RV_TRAP_VALUE_MAX)
        return rv_fail(err, RV_E_LIMIT, "variable %s: a value has at most %d bytes", variable->oid,
                       RV_TRAP_VALUE_MAX);
    for (size_t i = 0; i < RV_COUNT(numbers); i++)
        if (rv_strcaseeq(numbers[i].name, type))
            return add_number(pdu, &name, i, variable, err);
    if (rv_strcaseeq(type, "IpAddress"))
        return add_address(pdu, &name, variable, err);
    if (rv_strcaseeq(type, "ObjectId")) {
        if (read_oid(&held, variable->oid, variable->value, err) < 0)
            return err->code;
        snmp_pdu_add_variable(pdu, name.parts, name.count, ASN_OBJECT_ID, held.parts,
                              held.count * sizeof(oid));
        return 0;
    }
    if (rv_strcaseeq(type, "Null")) {
        snmp_pdu_add_variable(pdu, name.parts, name.count, ASN_NULL, NULL, 0);
        return 0;
    }
    if (!rv_strcaseeq(type, "OctetString"))
        return rv_fail(err, RV_E_INVALID, "variable %s: there is no type '%.40s'", variable->oid,
                       type);
    snmp_pdu_add_variable(pdu, name.parts, name.count, ASN_OCTET_STR, variable->value,
                          strlen(variable->value));
    return 0;
}

static int
fill_first(netsnmp_pdu *pdu, const struct rv_trap *trap, const struct oid_text *name, rv_err *err)
{
    struct in_addr address = { 0 };
    if (trap->agent_address && inet_pton(AF_INET, trap->agent_address, &address) != 1)
        return rv_fail(err, RV_E_INVALID, "agent address '%.80s' is no IPv4 address",
                       trap->agent_address);
    pdu->enterprise = snmp_duplicate_objid(name->parts, name->count);
    pdu->enterprise_length = name->count;
    memcpy(pdu->agent_addr, &address, sizeof(address));
    pdu->trap_type = trap->generic;
    pdu->specific_type = trap->specific;
    pdu->time = (u_long)trap->uptime_cs;
    return 0;
}

static int
fill(netsnmp_pdu *pdu, const struct rv_trap *trap, rv_err *err)
{
    struct oid_text name;
    u_long uptime = (u_long)(trap->uptime_cs & UINT32_MAX);
    if (read_oid(&name, trap->version == 1 ? "enterprise" : "trap", trap->oid, err) < 0)
        return err->code;
    if (trap->variable_count > RV_TRAP_VARIABLES_MAX)
        return rv_fail(err, RV_E_LIMIT, "a trap has at most %d variables", RV_TRAP_VARIABLES_MAX);
    if (trap->version == 1) {
        if (fill_first(pdu, trap, &name, err) < 0)
            return err->code;
    } else {
        snmp_pdu_add_variable(pdu, uptime_oid, OID_LENGTH(uptime_oid), ASN_TIMETICKS, &uptime,
                              sizeof(uptime));
        snmp_pdu_add_variable(pdu, trap_oid, OID_LENGTH(trap_oid), ASN_OBJECT_ID, name.parts,
                              name.count * sizeof(oid));
    }
    for (size_t i = 0; i < trap->variable_count; i++)
        if (add_variable(pdu, &trap->variables[i], err) < 0)
            return err->code;
    return 0;
}

/* net-snmp's words for what went wrong. */
static int
fail_session(void *handle, netsnmp_session *session, const char *peer, rv_err *err)
{
    char *text = NULL;
    int library, system;
    if (handle)
        snmp_sess_error(handle, &library, &system, &text);
    else
        snmp_error(session, &library, &system, &text);
    rv_fail(err, RV_E_UNAVAILABLE, "send a trap to %s: %s", peer, text ? text : "unknown error");
    free(text);
    return err->code;
}

static int
post(const struct rv_trap *trap, netsnmp_pdu *pdu, rv_err *err)
{
    const char *community = trap->community ? trap->community : "public";
    RV_AUTO_FREE char *peer =
        rv_format("udp:%s:%d", trap->host, trap->port ? (int)trap->port : SNMP_TRAP_PORT);
    netsnmp_session session;
    snmp_sess_init(&session);
    session.version = trap->version == 1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
    session.peername = peer;
    session.community = (u_char *)(uintptr_t)community;
    session.community_len = strlen(community);
    void *handle = snmp_sess_open(&session);
    if (!handle) {
        snmp_free_pdu(pdu);
        return fail_session(NULL, &session, peer, err);
    }
    int sent = snmp_sess_send(handle, pdu);
    if (!sent) {
        snmp_free_pdu(pdu);
        fail_session(handle, NULL, peer, err);
    }
    snmp_sess_close(handle);
    return sent ? 0 : err->code;
}

static int
send_trap(const struct rv_trap *trap, rv_err *err)
{
    if (trap->version != 1 && trap->version != 2)
        return rv_fail(err, RV_E_INVALID, "a trap is of version 1 or 2, not %d",
                       (int)trap->version);
    if (!trap->host || !trap->host[0] || strpbrk(trap->host, " /,@") != NULL)
        return rv_fail(err, RV_E_INVALID, "'%.80s' is no host for a trap",
                       trap->host ? trap->host : "");
    netsnmp_pdu *pdu = snmp_pdu_create(trap->version == 1 ? SNMP_MSG_TRAP : SNMP_MSG_TRAP2);
    if (!pdu)
        return rv_fail(err, RV_E_INTERNAL, "out of memory for a trap");
    if (fill(pdu, trap, err) < 0) {
        snmp_free_pdu(pdu);
        return err->code;
    }
    return post(trap, pdu, err);
}

static const struct rv_trap_module module = {
    .version = RV_TRAP_MODULE_VERSION,
    .size = sizeof(module),
    .send = send_trap,
};

__attribute__((visibility("default"))) const struct rv_trap_module *rv_trap_module_entry(void);

const struct rv_trap_module *
rv_trap_module_entry(void)
{
    snmp_disable_log();
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
    return &module;
}
