/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of a stream of events: an event of either API, a position, or an error with a text.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include "kubernetes/events.h"
#include "support/sdk_host.h"

static void
give_line(struct kube_connection *conn, const char *line, size_t len, int all_events)
{
    struct reeve_call call;
    struct reeve_inventory inv;
    char version[KUBE_VERSION_BYTES] = "1";

    sdk_host_begin(&call);
    sdk_host_inventory_begin(&inv, &call);
    struct kube_work work = { .call = &call, .conn = conn };
    struct kube_map map = { .call = &call, .sink = (void *)&inv, .all_events = all_events };
    int status = kube_event_notice(&work, &map, line, len, version);
    if (!kube_is_version(version))
        abort();
    if (status != 0 && !call.text[0])
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
    give_line(conn, line, size, 0);
    give_line(conn, line, size, 1);
    free(line);
    free(conn);
    return 0;
}
