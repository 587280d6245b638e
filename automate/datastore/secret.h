/* SPDX-License-Identifier: Apache-2.0
 *
 * Passwords in the datastore. A row shows stars in its value and holds the envelope beside it; the
 * envelope is bound to the row. What the resolver gets of one is "PLACE|ENVELOPE", which shows
 * nothing and says all that opening it needs.
 */
#ifndef RV_DATASTORE_SECRET_H
#define RV_DATASTORE_SECRET_H

#include <stdint.h>
#include "base/mem.h"
#include "base/vault.h"

#define RV_AE_STARS "********"

/* Where the secret of a row of miq_ae_values or miq_ae_fields is bound to. The caller's. */
char *rv_ae_secret_place(const char *table, int64_t id);
/* "PLACE|ENVELOPE"; envelope NULL: NULL. */
const char *rv_ae_secret_join(struct rv_arena *arena, const char *table, int64_t id,
                              const char *envelope);
/* *out is the caller's: wipe and free it. INVALID when the text is no such pair. */
int rv_ae_secret_open(char **out, const struct rv_vault *vault, const char *text, rv_err *err);

#endif
