/* SPDX-License-Identifier: Apache-2.0
 *
 * The form of the shared memory, for meter.c (counting) and meter_text.c (telling).
 */
#ifndef RV_METER_INTERNAL_H
#define RV_METER_INTERNAL_H

#include "base/log_ring.h"
#include "base/meter.h"

#define RV_METER_BOUNDS 12

enum {
    RV_CELLS = 16384,      /* some twenty a provider; memory is taken for those that there are */
    RV_CELL_INDEX = 32768, /* a power of two */
    RV_CELL_LABELS = 256,  /* bytes of a cell's label text */
};

/* Set once the cell is whole, then never changed but for RV_CELL_GONE. */
enum { RV_CELL_EMPTY, RV_CELL_READY, RV_CELL_GONE };

struct rv_cell {
    int32_t state;
    int32_t meter;
    /* value[0] of counters and gauges; of histograms: buckets, the one beyond all bounds, sum. */
    int64_t value[RV_METER_BOUNDS + 2];
    char labels[RV_CELL_LABELS]; /* queue="generic",state="ready" */
};

/* Only grows: a cell is found by the hash of its series and labels. A process may be killed at any
 * moment, so nobody ever waits for another: who finds a hash without a cell makes the cell. */
struct rv_meter_memory {
    uint64_t hash[RV_CELL_INDEX]; /* 0: free */
    uint32_t cell[RV_CELL_INDEX]; /* number of the cell and 1; 0: none yet */
    uint32_t count;               /* cells that were handed out; more than there are when full */
    int64_t dropped;
    struct rv_cell cells[RV_CELLS];
    struct rv_log_ring ring; /* the last lines of the log */
};

struct rv_meter_memory *rv_meter_memory(void);
extern const int64_t rv_meter_bounds_us[RV_METER_BOUNDS];
/* queue="generic",state="ready"; cut to whole labels when it is longer than size. */
void rv_meter_label_text(char *out, size_t size, enum rv_meter meter, const char *const *labels);

#endif
