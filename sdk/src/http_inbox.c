/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that were received and not yet taken. Who adds them has a ceiling of
 * his own; here only memory is the limit.
 */
#include "http_internal.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4096, KEEP_ROOM = 64 * 1024 };

int
rv_sdk_inbox_add(struct rv_sdk_inbox *inbox, const char *bytes, uint64_t len)
{
    if (inbox->start > 0 && inbox->room - inbox->end < len + 1) {
        memmove(inbox->data, inbox->data + inbox->start, rv_sdk_inbox_len(inbox));
        inbox->end -= inbox->start;
        inbox->start = 0;
    }
    if (inbox->room - inbox->end < len + 1) {
        uint64_t room = inbox->room ? inbox->room : FIRST_ROOM;
        while (room < inbox->end + len + 1)
            room *= 2;
        char *grown = realloc(inbox->data, room);
        if (!grown)
            return -1;
        inbox->data = grown;
        inbox->room = room;
    }
    memcpy(inbox->data + inbox->end, bytes, len);
    inbox->end += len;
    return 0;
}

void
rv_sdk_inbox_drop(struct rv_sdk_inbox *inbox, uint64_t len)
{
    inbox->start += len;
    if (inbox->start < inbox->end)
        return;
    inbox->start = inbox->end = 0;
    /* Forty streams that were busy once must not hold their largest size for ever. */
    if (inbox->room > KEEP_ROOM)
        rv_sdk_inbox_free(inbox);
}

void
rv_sdk_inbox_free(struct rv_sdk_inbox *inbox)
{
    free(inbox->data);
    memset(inbox, 0, sizeof(*inbox));
}
