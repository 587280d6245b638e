/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files about a provider's record share.
 */
#ifndef RV_PROVIDER_INTERNAL_H
#define RV_PROVIDER_INTERNAL_H

#include "inventory/provider.h"
#include "store/record.h"

enum { RV_PLACE_NONE, RV_PLACE_ENDPOINT, RV_PLACE_AUTHENTICATION };

/* Where an option is kept: a column of endpoints or authentications, or RV_PLACE_NONE for the
 * rest. */
int rv_option_place(const char *name);
/* Options that have a column of their own; ends with NULL. */
extern const char *const rv_endpoint_options[];
extern const char *const rv_authentication_options[];

/* Inside the caller's transaction. *id 0 when there is no such row. */
int rv_provider_row_of(struct rv_store *store, const char *table, const char *role_column,
                       const char *role, int64_t provider_id, int64_t *id, rv_err *err);

#endif
