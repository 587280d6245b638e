/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of a watch, for every collection: an object, a position, or a failure that was dealt
 * with; nothing else ends the watch.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include "kubernetes/follow.h"
#include "support/sdk_host.h"

static void
give_line(struct kube_connection *conn, const struct kube_collection *what, const char *line,
          size_t len)
{
    struct reeve_call call;
    struct reeve_inventory inv;
    struct kube_watch watch = { .count = 1 };

    sdk_host_begin(&call);
    sdk_host_inventory_begin(&inv, &call);
    watch.work = (struct kube_work){ .call = &call, .conn = conn, .inv = &inv };
    watch.map = (struct kube_map){ .call = &call, .inv = &inv };
    watch.random = 1;
    watch.follows[0].what = what;
    int status = kube_follow_notice(&watch, &watch.follows[0], line, len);
    if (status != 0 && status != REEVE_E_AUTH)
        abort();
    if (watch.follows[0].stream)
        abort();
    sdk_host_inventory_end(&inv);
    sdk_host_end(&call);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kube_connection *conn = calloc(1, sizeof(*conn));
    char *line = malloc(size + 1);

    if (!conn || !line)
        abort();
    memcpy(line, data, size);
    line[size] = 0;
    for (int i = 0; i < kube_collection_count; i++)
        give_line(conn, &kube_collections[i], line, size);
    free(line);
    free(conn);
    return 0;
}
