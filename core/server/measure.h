/* SPDX-License-Identifier: Apache-2.0
 *
 * What the supervisor tells /metrics of its workers, and the server worker of the machine.
 */
#ifndef RV_SERVER_MEASURE_H
#define RV_SERVER_MEASURE_H

#include "server/child.h"
#include "server/supervisor_internal.h"

void rv_measure_started(const struct rv_child *child);
/* Its end: status as wait4 says it, how as it is logged, and the processor time it took in all. */
void rv_measure_ended(struct rv_child *child, int fault, int status, double cpu_seconds);
/* How many there are and how they do: in each round; memory and processor time now and then. */
void rv_measure_workers(struct rv_supervisor *s, int64_t now_ms);
/* Disk of the home, memory of the machine (as the file memory_info says). */
void rv_measure_machine(const char *home, const char *memory_info);

#endif
