/* SPDX-License-Identifier: Apache-2.0
 *
 * The calls behind struct reeve_inventory_iface.
 */
#ifndef KUBE_PROVIDER_H
#define KUBE_PROVIDER_H

#include "reeve/inventory.h"

int kube_refresh(struct reeve_call *call, void *conn, const struct reeve_scope *scope,
                 struct reeve_inventory *inv);
int kube_watch(struct reeve_call *call, void *conn, struct reeve_inventory *inv);
int kube_refresh_targets(struct reeve_call *call, void *conn,
                         const struct reeve_inventory_target *const *targets,
                         struct reeve_inventory *inv);

#endif
