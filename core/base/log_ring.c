/* SPDX-License-Identifier: Apache-2.0
 *
 * Each line has the place that its number says; who writes it takes the number and waits for
 * nobody. A reader sees by the number whether a line was whole, before and after.
 */
#include "base/log_ring.h"

#include <string.h>
#include "base/meter_internal.h"
#include "base/text.h"

void
rv_log_ring_keep(const char *line, size_t len)
{
    struct rv_log_ring *ring = &rv_meter_memory()->ring;
    uint64_t number = __atomic_fetch_add(&ring->next, 1, __ATOMIC_RELAXED);
    size_t at = number % RV_RING_LINES;
    while (len > 0 && line[len - 1] == '\n')
        len--;
    if (len > RV_RING_BYTES)
        len = RV_RING_BYTES;
    __atomic_store_n(&ring->lines[at].number, 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy(ring->lines[at].text, line, len);
    ring->lines[at].len = (uint32_t)len;
    __atomic_store_n(&ring->lines[at].number, number + 1, __ATOMIC_RELEASE);
}

/* A copy that is whole, or nothing. A line that was cut in the middle of a character loses it. */
static size_t
copy_line(char out[RV_RING_BYTES + 1], const struct rv_log_ring *ring, uint64_t number)
{
    size_t at = number % RV_RING_LINES;
    if (__atomic_load_n(&ring->lines[at].number, __ATOMIC_ACQUIRE) != number + 1)
        return 0;
    size_t len = ring->lines[at].len;
    if (len > RV_RING_BYTES)
        return 0;
    memcpy(out, ring->lines[at].text, len);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&ring->lines[at].number, __ATOMIC_RELAXED) != number + 1)
        return 0;
    while (len > 0 && !rv_utf8_valid(out, len))
        len--;
    out[len] = '\0';
    return len;
}

void
rv_log_ring_read(void (*take)(void *arg, const char *line), void *arg)
{
    char line[RV_RING_BYTES + 1];
    const struct rv_log_ring *ring = &rv_meter_memory()->ring;
    uint64_t end = __atomic_load_n(&ring->next, __ATOMIC_ACQUIRE);
    for (uint64_t i = end > RV_RING_LINES ? end - RV_RING_LINES : 0; i < end; i++)
        if (copy_line(line, ring, i) > 0)
            take(arg, line);
}
