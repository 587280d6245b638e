/* SPDX-License-Identifier: Apache-2.0
 *
 * The provider as the host sees it. Runs in refresh workers (refresh, then watch), in event workers
 * and in one-shot workers (prepare, verify).
 */
#include "provider.h"

#include "reeve/reeve.h"
#include "collections.h"
#include "connection.h"
#include "events.h"
#include "options.h"

static const struct reeve_inventory_iface inventory = {
    .size = sizeof(inventory),
    .kinds = kube_kinds,
    .refresh = kube_refresh,
    .watch = kube_watch,
    .refresh_targets = kube_refresh_targets,
};

static const struct reeve_events_iface events = {
    .size = sizeof(events),
    .source = "KUBERNETES",
    .types = kube_event_types,
    .watch = kube_watch_events,
};

REEVE_PROVIDER(.name = "kubernetes", .title = "Kubernetes", .version = REEVE_SDK_VERSION,
               .vendor = "Reeve", .license = "Apache-2.0",
               .docs_url = "plugins/kubernetes/README.md",
               .type_name = "ManageIQ::Providers::Kubernetes::ContainerManager",
               .options = kube_options, .inventory = &inventory, .events = &events,
               .open = kube_open, .verify = kube_verify, .close = kube_close,
               .prepare = kube_prepare)
