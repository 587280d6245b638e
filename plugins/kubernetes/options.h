/* SPDX-License-Identifier: Apache-2.0
 *
 * What a connection can be told. A kubeconfig is turned into these by
 * kube_prepare before they are stored.
 */
#ifndef KUBE_OPTIONS_H
#define KUBE_OPTIONS_H

#include "reeve/options.h"
#include "reeve/call.h"

#define KUBE_DEFAULT_PORT "6443"

extern const struct reeve_option kube_options[];

/* struct reeve_provider's prepare. */
int kube_prepare(struct reeve_call *call, const char *given, void *out);

#endif
