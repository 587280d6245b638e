/* SPDX-License-Identifier: Apache-2.0
 *
 * What the secret files share among themselves.
 */
#ifndef RV_SECRET_INTERNAL_H
#define RV_SECRET_INTERNAL_H

#include "base/secret.h"

enum { RV_KEYS_MOST = 4, RV_KEY_LABEL_BYTES = 64 };

struct rv_key_one {
    unsigned char bytes[32];
    char id[9]; /* eight hex digits, from a digest of the bytes */
    char label[RV_KEY_LABEL_BYTES];
};

/* The first seals; the others open what was sealed with them. */
struct rv_key {
    int count;
    struct rv_key_one keys[RV_KEYS_MOST];
};

/* libsodium must be started before anything else of it. */
void rv_secret_start(void);

#endif
