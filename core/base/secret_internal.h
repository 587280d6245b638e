/* SPDX-License-Identifier: Apache-2.0
 *
 * What the secret files share among themselves.
 */
#ifndef RV_SECRET_INTERNAL_H
#define RV_SECRET_INTERNAL_H

#include "base/secret.h"

struct rv_key {
    unsigned char bytes[32];
    char id[9]; /* eight hex digits, from a digest of the bytes */
};

/* libsodium must be started before anything else of it. */
void rv_secret_start(void);

#endif
