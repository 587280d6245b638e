/* SPDX-License-Identifier: Apache-2.0
 *
 * A kubeconfig file: which cluster, as whom. No file beside it is ever read: on a server
 * that would let any caller of the API read its files.
 */
#ifndef KUBE_KUBECONFIG_H
#define KUBE_KUBECONFIG_H

#include "reeve/call.h"

/* Calls set once for each declared option that follows from text (options.c). context: NULL for
 * the current one. INVALID or LIMIT with text and hint when it cannot be used. */
int kube_kubeconfig_read(struct reeve_call *call, const char *text, uint64_t len,
                         const char *context,
                         void (*set)(void *arg, const char *name, const char *value), void *arg);

#endif
