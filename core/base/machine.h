/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine's memory and disks, and when they are short: the one place that reads them. Reading
 * and judging are apart, so that tests bring figures of their own.
 */
#ifndef RV_MACHINE_H
#define RV_MACHINE_H

#include <stdint.h>

struct rv_machine {
    int64_t memory_total, memory_free, memory_available; /* bytes; 0: not known */
    int64_t swap_total, swap_free;
};

/* path: as /proc/meminfo. What cannot be read is 0. */
void rv_machine_read(struct rv_machine *out, const char *path);
void rv_machine_parse(struct rv_machine *out, const char *text);
/* Percent of the swap that is used; 0 when there is none. */
int rv_machine_swap_used(const struct rv_machine *machine);
/* The same with available memory taken off: what would still be there if everything came back. 0
 * when there is no swap. */
int rv_machine_swap_short(const struct rv_machine *machine);
/* Whether more percent of the swap than swap_most are used, and less of the memory than
 * memory_least is available: much of a swap may be used by what nobody needs. */
int rv_machine_is_short(const struct rv_machine *machine, int swap_most, int memory_least);

/* A file system. */
struct rv_disk {
    int64_t size_bytes, free_bytes; /* free: for us, which may be less than for root */
    int64_t files, free_files;      /* as many as it can have; 0 where there is no such limit */
    int used_percent;               /* as df says it */
};

/* That which path is on: 1, or 0 when it cannot be looked at. */
int rv_machine_disk(struct rv_disk *out, const char *path);
/* Its used_percent alone; -1 when it cannot be looked at. */
int rv_machine_disk_used(const char *path);
/* The same, but -1 when its parent is on the same one, "/" apart. */
int rv_machine_mount_used(const char *path);

#endif
