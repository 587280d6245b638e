/* SPDX-License-Identifier: Apache-2.0
 *
 * "did you mean": how far two names are apart.
 */
#ifndef KUBE_NEAREST_H
#define KUBE_NEAREST_H

/* Edits that lead from a to b, at most `limit` + 1; names longer than 63 bytes are just far. */
int kube_distance(const char *a, const char *b, int limit);

#endif
