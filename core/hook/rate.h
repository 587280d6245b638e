/* SPDX-License-Identifier: Apache-2.0
 *
 * How often a receiver may be sent to, in the memory of one API worker: so many requests a minute,
 * of which a tenth may come at once.
 */
#ifndef RV_HOOK_RATE_H
#define RV_HOOK_RATE_H

#include <stdint.h>

struct rv_hook_rates;

struct rv_hook_rates *rv_hook_rates_new(void);
void rv_hook_rates_free(struct rv_hook_rates *rates);
/* Takes one request at this moment (monotonic ms). 0, or how long until another may come. */
int64_t rv_hook_rate_take(struct rv_hook_rates *rates, int64_t receiver_id, int64_t per_minute,
                          int64_t now_ms);
/* One was refused, for whatever reason. 1 when it is time to tell of it: at once, then once in ten
 * seconds. */
int rv_hook_rate_refused(struct rv_hook_rates *rates, int64_t receiver_id, int64_t now_ms);
/* Those since this was asked last. */
int64_t rv_hook_rate_take_refused(struct rv_hook_rates *rates, int64_t receiver_id);

#endif
