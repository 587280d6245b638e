/* SPDX-License-Identifier: Apache-2.0
 *
 * A stream of events, at once and in pieces: the same events either way.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "sse.h"

struct seen {
    uint64_t digest;
    int64_t count;
};

static int
see(void *arg, const struct cli_event *event)
{
    struct seen *seen = arg;

    seen->digest = rv_hash64(event->name, strlen(event->name) + 1, seen->digest);
    seen->digest = rv_hash64(event->id, strlen(event->id) + 1, seen->digest);
    seen->digest = rv_hash64(event->data, strlen(event->data) + 1, seen->digest);
    seen->count++;
    return 0;
}

static struct seen
read_in_pieces(const char *bytes, size_t len, size_t piece)
{
    struct seen seen = { 0 };
    struct cli_sse sse;
    rv_err err = RV_ERR_INIT;

    cli_sse_init(&sse, see, &seen);
    for (size_t done = 0; done < len; done += piece) {
        size_t here = len - done < piece ? len - done : piece;
        /* A copy of its own: a byte read past it is seen. */
        char *copy = malloc(here);
        if (!copy)
            abort();
        memcpy(copy, bytes + done, here);
        if (cli_sse_feed(&sse, copy, here, &err) < 0)
            abort();
        free(copy);
    }
    cli_sse_free(&sse);
    return seen;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *bytes = (const char *)data + 1;
    struct seen whole = read_in_pieces(bytes, size - 1, size);
    struct seen pieces = read_in_pieces(bytes, size - 1, 1 + data[0] % 64);

    if (whole.digest != pieces.digest || whole.count != pieces.count)
        abort();
    return 0;
}
