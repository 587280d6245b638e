/* SPDX-License-Identifier: Apache-2.0
 *
 * Quantities of Kubernetes: "100m", "1.5Gi", "2e3", "1E".
 */
#ifndef KUBE_QUANTITY_H
#define KUBE_QUANTITY_H

#include <stdint.h>

/* 0, or -1 when text is NULL, is no quantity, or is beyond what a double holds; *out is then
 * untouched. */
int kube_quantity(double *out, const char *text);
/* The same as a whole number, rounded away from zero as Kubernetes does; -1 also beyond
 * int64_t. */
int kube_quantity_int(int64_t *out, const char *text);

#endif
