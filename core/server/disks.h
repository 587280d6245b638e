/* SPDX-License-Identifier: Apache-2.0
 *
 * File systems that are too full, and the events that say so.
 */
#ifndef RV_SERVER_DISKS_H
#define RV_SERVER_DISKS_H

enum { RV_DISKS = 9 };

struct rv_disks {
    int full[RV_DISKS]; /* 1: was too full when we last looked */
};

/* Looks at all; tell is called for each that is too full now and was not before. used: percent of
 * a path's file system, -1 when that is not to be looked at (rv_machine_mount_used). most_percent
 * 0: none is too full. Returns how many are. */
int rv_disks_check(struct rv_disks *disks, const char *home, int most_percent,
                   int (*used)(void *arg, const char *path),
                   void (*tell)(void *arg, const char *event, const char *path, int percent),
                   void *arg);

#endif
