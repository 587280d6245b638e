/* SPDX-License-Identifier: Apache-2.0
 *
 * Between tls.c and the module: one exported function gives one table. Both are of one release;
 * the version tells when they are not.
 */
#ifndef RV_TLS_MODULE_H
#define RV_TLS_MODULE_H

#include <stddef.h>
#include "tls/tls.h"

#define RV_TLS_MODULE_VERSION 1
#define RV_TLS_MODULE_ENTRY "rv_tls_module_entry"

struct rv_tls_pair; /* the module's */

struct rv_tls_module {
    int version;
    size_t size;
    int (*open)(struct rv_tls_pair **out, const struct rv_tls_config *config, rv_err *err);
    void (*close)(struct rv_tls_pair *pair);
    void (*info)(const struct rv_tls_pair *pair, struct rv_tls_info *out);
    struct bufferevent *(*connection)(struct rv_tls_pair *pair, struct event_base *base);
    void (*patience)(struct rv_tls_pair *pair, int64_t handshake_ms);
    int (*refresh)(struct rv_tls_pair *pair, int flags, rv_err *err);
};

#endif
