/* SPDX-License-Identifier: Apache-2.0
 *
 * Doubling waits; the settings they come from may change between two of them.
 */
#include "server/pace.h"

int64_t
rv_pace_next(struct rv_pace *pace, int64_t first_ms, int64_t most_ms)
{
    if (pace->wait_ms < first_ms)
        pace->wait_ms = first_ms;
    else
        pace->wait_ms = pace->wait_ms > most_ms / 2 ? most_ms : pace->wait_ms * 2;
    if (pace->wait_ms > most_ms)
        pace->wait_ms = most_ms;
    return pace->wait_ms;
}

void
rv_pace_reset(struct rv_pace *pace)
{
    pace->wait_ms = 0;
}
