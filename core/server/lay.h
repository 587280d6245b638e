/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client says about a stored provider, laid over its stored options; and the rule that a
 * stored secret goes only where it was meant to go.
 */
#ifndef RV_SERVER_LAY_H
#define RV_SERVER_LAY_H

#include "base/json.h"

/* stored: options, secrets among them lent (rv_lent_make with lend_word); given wins, null takes an
 * option away. manifest: the module's, NULL when it is not known.
 *
 * INVALID when anything changes that may say where or how to connect, and a stored secret is
 * neither given again nor taken away: else whoever may edit a provider could have its secret sent
 * to a host of his own. Numbers (but for ports), durations and sizes do not say such a thing, nor
 * do secrets that replace a stored one or are well known (options.h); all others may. */
int rv_lay_options(cJSON *stored, const cJSON *given, const cJSON *manifest, const char *lend_word,
                   rv_err *err);

#endif
