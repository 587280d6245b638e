/* SPDX-License-Identifier: Apache-2.0
 *
 * What automate_net.so is to the process that loads it: one symbol, which returns this table. It
 * has its own copy of rv_base, so the process lends it the waiting.
 */
#ifndef RV_NET_MODULE_H
#define RV_NET_MODULE_H

#include <poll.h>
#include "net/net.h"

#define RV_NET_MODULE_ENTRY "rv_net_module_entry"
enum { RV_NET_MODULE_VERSION = 1 };

typedef int (*rv_net_wait)(struct pollfd *fds, size_t count, int64_t timeout_ms, rv_err *err);

struct rv_net_module {
    int32_t version;
    int32_t size; /* of this table */
    int (*http)(const struct rv_net_request *request, struct rv_net_response *response,
                rv_net_wait wait, rv_err *err);
    int (*mail)(const struct rv_net_server *server, const struct rv_net_mail *mail,
                rv_net_wait wait, rv_err *err);
};

#endif
