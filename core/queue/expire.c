/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages that were not begun in time: they end as expired.
 */
#include "base/clock.h"
#include "queue/remove.h"

int
rv_queue_expire(struct rv_store *store, int64_t *count, rv_err *err)
{
    const struct rv_removal removal = { .which = "state = 'ready' AND expires_on <= $1",
                                        .param = rv_vint(rv_now_ms()),
                                        .past_locked = 1,
                                        .ended = { .state = "expired",
                                                   .text = "not begun in time" } };
    return rv_queue_remove(store, &removal, count, err)
               ? rv_wrap(err, "end messages that have expired")
               : 0;
}
