/* SPDX-License-Identifier: Apache-2.0
 *
 * SNMP traps of versions 1 and 2c. The work is done by a module over net-snmp (automate_snmp.so),
 * which is loaded when the first is sent.
 */
#ifndef RV_NET_TRAP_H
#define RV_NET_TRAP_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

enum { RV_TRAP_VARIABLES_MAX = 100, RV_TRAP_VALUE_MAX = 1000 };

struct rv_trap_variable {
    const char *oid;  /* "1.3.6.1.4.1.8072.2.3.2.1", a dot in front is fine */
    const char *type; /* Integer32 (Integer), Unsigned32 (Gauge32), Counter32, Counter64, TimeTicks,
                       * OctetString, ObjectId, IpAddress, Null; NULL: OctetString */
    const char *value;
};

struct rv_trap {
    const char *host;
    int32_t port;              /* 0: 162 */
    int32_t version;           /* 1 or 2 */
    const char *community;     /* NULL: public */
    int64_t uptime_cs;         /* hundredths of a second */
    const char *oid;           /* version 2: which trap; version 1: the enterprise */
    int32_t generic, specific; /* version 1: 6 and a number of the enterprise's own, as a rule */
    const char *agent_address; /* version 1: IPv4; NULL: 0.0.0.0 */
    const struct rv_trap_variable *variables;
    size_t variable_count;
};

/* 0 when it was handed to the network, which is all one knows of a trap. INVALID for what cannot be
 * sent, with the place; UNAVAILABLE when the host is not found, or a library is missing. */
int rv_trap_send(const char *module_dir, const struct rv_trap *trap, rv_err *err);

/* Between trap.c and the module. */
#define RV_TRAP_MODULE_ENTRY "rv_trap_module_entry"
enum { RV_TRAP_MODULE_VERSION = 1 };
struct rv_trap_module {
    int32_t version, size;
    int (*send)(const struct rv_trap *trap, rv_err *err);
};

#endif
