/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of a process, from /proc.
 */
#ifndef RV_SERVER_FIGURES_H
#define RV_SERVER_FIGURES_H

#include <stdint.h>
#include <sys/types.h>

struct rv_figures {
    int64_t resident_bytes, virtual_bytes;
    int64_t proportional_bytes, unique_bytes; /* 0 when the kernel does not tell */
    double cpu_seconds;
    int nice;
};

/* 1, or 0 when there is no such process. */
int rv_figures_read(struct rv_figures *out, pid_t pid);
/* Processor time of a process in seconds; 0 when it is gone. */
double rv_figures_cpu(pid_t pid);
int64_t rv_figures_memory_total(void); /* of the machine, in bytes */

#endif
