/* SPDX-License-Identifier: Apache-2.0
 *
 * The *-data fields of a kubeconfig.
 */
#ifndef KUBE_BASE64_H
#define KUBE_BASE64_H

#include "reeve/call.h"

/* Standard alphabet, white space ignored, padding needed. Scratch memory with a NUL behind its
 * *len bytes; NULL when text is not base64 (the call's error is left alone then). */
char *kube_base64(struct reeve_call *call, const char *text, uint64_t *len);

#endif
