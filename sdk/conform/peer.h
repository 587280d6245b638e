/* SPDX-License-Identifier: Apache-2.0
 *
 * A bad peer on loopback: what a provider meets when it talks to the wrong
 * address, a broken proxy, or a server in trouble.
 */
#ifndef CONFORM_PEER_H
#define CONFORM_PEER_H

#include <sys/types.h>
#include "base/err.h"

enum peer_manner {
    PEER_SILENT,  /* takes connections and says nothing */
    PEER_CLOSING, /* closes them at once */
    PEER_FAILING, /* answers 500, 503 and 429 by turns */
    PEER_GARBAGE  /* answers 200 with pages, cut JSON and noise by turns */
};

struct peer {
    pid_t pid;
    int listener;
    int port;
};

int peer_start(struct peer *peer, enum peer_manner manner, rv_err *err);
void peer_stop(struct peer *peer);

#endif
