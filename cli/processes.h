/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of processes with bars that status and worker top show.
 */
#ifndef CLI_PROCESSES_H
#define CLI_PROCESSES_H

#include "cli.h"

enum cli_process_order { CLI_BY_TYPE, CLI_BY_MEMORY, CLI_BY_CPU };

/* What is asked of the API for it. */
#define CLI_PROCESS_ATTRIBUTES                                                                     \
    "id,type,status,pid,queue_name,ext_management_system.name,memory_usage,unique_set_size,"       \
    "percent_cpu,cpu_time,os_priority,last_heartbeat,started_on,message_id"

/* Appends lines, at most `most` workers (-1: all); each ends with line_end. color: bars have one.
 * width: of the terminal; in a narrow one bars and lesser columns are left out; 0: none. */
struct cli_processes {
    const cJSON *workers;
    enum cli_process_order order;
    int most, color;
    size_t width;
    const char *line_end;
};
void cli_processes_add(rv_buf *out, const struct cli_processes *processes);
/* A bar of `width` places, filled by share (0 to 1), in the colour of that share. */
void cli_bar_add(rv_buf *out, double share, int width, int color);
/* An attribute that is a number; 0 when it is none. */
double cli_number(const cJSON *row, const char *name);
/* Private memory: what is its alone when the server knows it, else resident. */
double cli_process_bytes(const cJSON *worker);

#endif
