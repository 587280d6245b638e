/* SPDX-License-Identifier: Apache-2.0
 *
 * The last warnings and errors of all processes of a server, in the memory that they share
 * (meter.h): for who cannot read the log's file from where he is. Lines are as they were written,
 * secrets masked.
 */
#ifndef RV_LOG_RING_H
#define RV_LOG_RING_H

#include <stdint.h>
#include "base/buf.h"

enum { RV_RING_LINES = 256, RV_RING_BYTES = 1008 };

struct rv_log_ring {
    uint64_t next; /* number of the next line */
    struct {
        uint64_t number; /* of the line and 1; 0: none, or it is being written */
        uint32_t len;
        char text[RV_RING_BYTES];
    } lines[RV_RING_LINES];
};

/* A line with its newline; what is too long is cut. */
void rv_log_ring_keep(const char *line, size_t len);
/* Calls with each line that is there, the oldest first, without its newline; valid in the call. */
void rv_log_ring_read(void (*take)(void *arg, const char *line), void *arg);

#endif
