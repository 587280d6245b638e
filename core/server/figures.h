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

/* The last look at a process's processor time. */
struct rv_cpu_look {
    double cpu_seconds;
    int64_t at_ms; /* monotonic; 0: there was none */
};

/* Percent of one processor since that look, which becomes that of now; 0 at the first. */
double rv_figures_cpu_percent(struct rv_cpu_look *look, double cpu_seconds);

#endif
