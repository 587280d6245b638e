/* SPDX-License-Identifier: Apache-2.0
 *
 * The listening socket: bound once, by the supervisor, and inherited by the API
 * workers.
 */
#ifndef RV_SERVER_LISTEN_H
#define RV_SERVER_LISTEN_H

#include "base/err.h"

struct rv_listening {
    int fd;
    char address[64]; /* numeric, "127.0.0.1" */
    int port;         /* the one that was picked when 0 was asked for */
    char url[128];    /* that reaches it from this machine */
};

enum { RV_LISTEN_ALLOW_PLAIN = 1, RV_LISTEN_TLS = 2 };

/* listen_on: "127.0.0.1:7400", "[::1]:0", "localhost:7400". PERMISSION off loopback without any of
 * the flags; CONFLICT when the port is taken. */
int rv_listen_open(struct rv_listening *out, const char *listen_on, int flags, rv_err *err);
void rv_listen_close(struct rv_listening *listening);

#endif
