/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may be asked. A name is compared as it is written: what it resolves to is the business of the
 * operator who allowed it.
 */
#include "net/net.h"

#include <string.h>
#include <strings.h>

/* The ':' before the port of "host:port" or "[::1]:port", NULL when it has none. */
static const char *
port_mark(const char *entry)
{
    const char *end = entry[0] == '[' ? strchr(entry, ']') : entry;
    return end ? strchr(end, ':') : NULL;
}

int
rv_net_allowed(const char *const *hosts, const char *host, const char *port,
               const char *default_port)
{
    for (; hosts && *hosts; hosts++) {
        const char *mark = port_mark(*hosts);
        size_t len = mark ? (size_t)(mark - *hosts) : strlen(*hosts);
        const char *wanted = mark ? mark + 1 : default_port;
        if (len == strlen(host) && strncasecmp(*hosts, host, len) == 0 && strcmp(wanted, port) == 0)
            return 1;
    }
    return 0;
}
