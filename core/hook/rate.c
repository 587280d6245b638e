/* SPDX-License-Identifier: Apache-2.0
 *
 * A bucket for each of the receivers that were used last; who is forgotten begins with a full one.
 */
#include "hook/rate.h"

#include "base/mem.h"

enum { BUCKETS = 256, MINUTE_MS = 60000, AT_ONCE_PART = 10, TELL_MS = 10000 };

struct bucket {
    int64_t receiver_id; /* 0: free */
    int64_t parts;       /* of a request: MINUTE_MS of them are one */
    int64_t at_ms;
    int64_t refused, told_ms;
};

struct rv_hook_rates {
    struct bucket buckets[BUCKETS];
};

struct rv_hook_rates *
rv_hook_rates_new(void)
{
    return rv_alloc(sizeof(struct rv_hook_rates));
}

void
rv_hook_rates_free(struct rv_hook_rates *rates)
{
    free(rates);
}

/* The receiver's own, or the one that was not used for longest. */
static struct bucket *
bucket_of(struct rv_hook_rates *rates, int64_t receiver_id)
{
    struct bucket *oldest = &rates->buckets[0];
    for (int i = 0; i < BUCKETS; i++) {
        struct bucket *bucket = &rates->buckets[i];
        if (bucket->receiver_id == receiver_id)
            return bucket;
        if (oldest->receiver_id && (!bucket->receiver_id || bucket->at_ms < oldest->at_ms))
            oldest = bucket;
    }
    *oldest = (struct bucket){ .receiver_id = receiver_id, .parts = INT64_MAX };
    return oldest;
}

int64_t
rv_hook_rate_take(struct rv_hook_rates *rates, int64_t receiver_id, int64_t per_minute,
                  int64_t now_ms)
{
    struct bucket *bucket = bucket_of(rates, receiver_id);
    int64_t at_once = per_minute / AT_ONCE_PART + 1, most = at_once * MINUTE_MS;
    int64_t passed_ms = now_ms - bucket->at_ms;
    if (bucket->parts > most || passed_ms > MINUTE_MS)
        bucket->parts = most;
    else if (passed_ms > 0)
        bucket->parts += passed_ms * per_minute;
    if (bucket->parts > most)
        bucket->parts = most;
    bucket->at_ms = now_ms;
    if (bucket->parts >= MINUTE_MS) {
        bucket->parts -= MINUTE_MS;
        return 0;
    }
    return per_minute > 0 ? (MINUTE_MS - bucket->parts + per_minute - 1) / per_minute : MINUTE_MS;
}

int
rv_hook_rate_refused(struct rv_hook_rates *rates, int64_t receiver_id, int64_t now_ms)
{
    struct bucket *bucket = bucket_of(rates, receiver_id);
    bucket->refused++;
    if (bucket->told_ms && now_ms - bucket->told_ms < TELL_MS)
        return 0;
    bucket->told_ms = now_ms;
    return 1;
}

int64_t
rv_hook_rate_take_refused(struct rv_hook_rates *rates, int64_t receiver_id)
{
    struct bucket *bucket = bucket_of(rates, receiver_id);
    int64_t refused = bucket->refused;
    bucket->refused = 0;
    return refused;
}
