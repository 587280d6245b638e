/* SPDX-License-Identifier: Apache-2.0
 *
 * Wrong passwords, counted by the address that they come from and by the user they are for, in the
 * memory of one API worker. After some of them within a minute an address is not listened to for a
 * while, which doubles with each further one; of a user whose password is being guessed from many
 * places, those places are not listened to, while others are.
 */
#ifndef RV_API_ATTEMPTS_H
#define RV_API_ATTEMPTS_H

#include <stdint.h>

struct rv_attempts;

struct rv_attempts *rv_attempts_new(void);
void rv_attempts_free(struct rv_attempts *attempts);

/* How long until a password for this user is looked at again when it comes from there; 0: now. */
int64_t rv_attempts_wait_ms(const struct rv_attempts *attempts, const char *userid,
                            const char *address);
/* One was wrong; `most` may be before there is a wait. The wait that begins, 0: none. */
int64_t rv_attempts_failed(struct rv_attempts *attempts, const char *userid, const char *address,
                           int64_t most);

/* A peer's address is one of this machine alone, also as a socket for both families writes it. */
int rv_attempts_loopback(const char *peer);
/* Who the client is: the peer, or whom a proxy on this machine names last in X-Forwarded-For (may
 * be NULL). Of an IPv6 address the network, which one client has for himself. out holds 64 bytes.
 */
void rv_attempts_address(char out[64], const char *peer, const char *forwarded_for);

#endif
