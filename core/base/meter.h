/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures for /metrics. What is counted lies in memory that all processes of a server share, so
 * that any API worker can tell all of it, without asking anybody and while the store hangs; a
 * counter goes on when the worker that counted is replaced. Every series is declared in
 * meter_series.c. A process that was given no shared memory counts for itself.
 *
 *   rv_meter_add(RV_M_QUEUE_DONE, 1, RV_LABELS("generic"));
 */
#ifndef RV_METER_H
#define RV_METER_H

#include <stdint.h>
#include "base/buf.h"

enum rv_meter_type { RV_COUNTER, RV_GAUGE, RV_HISTOGRAM };

enum { RV_METER_LABELS = 4 }; /* most of one series */

struct rv_series {
    const char *name; /* "reeve_queue_done_total" */
    const char *help; /* one line */
    enum rv_meter_type type;
    double unit; /* what a count of 1 is worth: 1e-6 when microseconds are counted; 0: 1 */
    const char *labels[RV_METER_LABELS + 1];
};

/* Names of the series: RV_M_QUEUE_DONE is a row of the table in meter_series.c. */
enum rv_meter {
    /* What the API was asked. */
    RV_M_HTTP_REQUESTS,
    RV_M_HTTP_DURATION,
    RV_M_HTTP_CONNECTIONS,
    RV_M_HTTP_STREAMS,
    RV_M_HOOK_EVENTS,
    RV_M_HOOK_REFUSED,
    /* The queue. */
    RV_M_QUEUE_MESSAGES,
    RV_M_QUEUE_OLDEST,
    RV_M_QUEUE_TAKEN,
    RV_M_QUEUE_DONE,
    RV_M_QUEUE_FAILED,
    RV_M_QUEUE_DEAD,
    RV_M_QUEUE_WAIT,
    RV_M_QUEUE_RUN,
    RV_M_TASKS,
    /* Workers. */
    RV_M_WORKERS,
    RV_M_WORKERS_UNFENCED,
    RV_M_WORKER_PROCESSES,
    RV_M_WORKER_WANTED,
    RV_M_WORKER_RESIDENT,
    RV_M_WORKER_UNIQUE,
    RV_M_WORKER_CPU,
    RV_M_WORKER_STARTS,
    RV_M_WORKER_ENDS,
    RV_M_WORKER_LOOPING,
    RV_M_WORKER_HEARTBEAT,
    RV_M_WORKER_GATE,
    /* Providers. */
    RV_M_PROVIDER_ENABLED,
    RV_M_PROVIDER_UP,
    RV_M_PROVIDER_WARNINGS,
    RV_M_PROVIDER_SUCCESS,
    RV_M_PROVIDER_CHANGE,
    RV_M_OBJECTS,
    RV_M_REFRESHES,
    RV_M_REFRESH_LAST,
    RV_M_REFRESH_FAILURES,
    RV_M_INVENTORY_CHANGES,
    RV_M_WATCH_LAG,
    RV_M_EVENTS_CAUGHT,
    RV_M_EVENTS_REFUSED,
    RV_M_EVENT_LAG,
    RV_M_EVENT_FAILURES,
    RV_M_EVENTS_HANDLED,
    RV_M_EVENTS_WAITING,
    RV_M_EVENTS_WAIT_AGE,
    RV_M_EVENT_WAIT,
    /* Automate. */
    RV_M_AUTOMATE_RUNS,
    RV_M_AUTOMATE_RUN_TIME,
    /* The store. */
    RV_M_STORE_UP,
    RV_M_STORE_BYTES,
    RV_M_STORE_WAL,
    RV_M_STORE_WAL_WRITTEN,
    RV_M_STORE_CONNECTIONS,
    RV_M_STORE_CONNECTIONS_MAX,
    RV_M_STORE_STATEMENT,
    RV_M_STORE_ERRORS,
    RV_M_STORE_AGE,
    RV_M_FEED_NUMBER,
    RV_M_FEED_OLDEST,
    RV_M_BACKUP,
    RV_M_KEY_ROTATION,
    /* The server and its machine. */
    RV_M_BUILD,
    RV_M_SERVER_START,
    RV_M_CERTIFICATE_EXPIRY,
    RV_M_DISK_FREE,
    RV_M_DISK_SIZE,
    RV_M_MEMORY_AVAILABLE,
    RV_M_MEMORY_SIZE,
    RV_M_PROCESS_RESIDENT,
    RV_M_DROPPED,
    RV_METERS
};

const struct rv_series *rv_meter_series(enum rv_meter meter);

/* Makes the memory that a server's processes share; *fd is the caller's to hand to them. */
int rv_meter_share(int *fd, rv_err *err);
/* Counts there from now on. fd is closed. When it cannot be had, this process counts for itself. */
void rv_meter_join(int fd);
void rv_meter_reset(void); /* tests: all figures are 0 again */
/* What kind of process this is, for series with a label "worker"; constant text. */
void rv_meter_worker(const char *type);
const char *rv_meter_worker_name(void);

/* One series with one set of label values, in the order of its declaration. Never NULL, and valid
 * as long as the process; those that find no place any more are counted in
 * reeve_metrics_dropped_total. */
struct rv_cell;
struct rv_cell *rv_meter_cell(enum rv_meter meter, const char *const *labels);
void rv_cell_add(struct rv_cell *cell, int64_t n);
void rv_cell_set(struct rv_cell *cell, int64_t value);
/* Of a histogram, whose unit is a microsecond. */
void rv_cell_observe(struct rv_cell *cell, int64_t us);
int64_t rv_cell_value(const struct rv_cell *cell); /* of a histogram: how many were observed */

#define RV_LABELS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define RV_NO_LABELS ((const char *const[]){ NULL })
void rv_meter_add(enum rv_meter meter, int64_t n, const char *const *labels);
void rv_meter_set(enum rv_meter meter, int64_t value, const char *const *labels);
void rv_meter_observe(enum rv_meter meter, int64_t us, const char *const *labels);
/* No longer told, until it is set again. */
void rv_meter_forget(enum rv_meter meter, const char *const *labels);
/* The same of all series whose first label is this one and whose value is none of these (a NULL
 * ends them). */
void rv_meter_keep(const char *label, const char *const *values);

/* The text form of Prometheus, version 0.0.4. First the lines HELP and TYPE of a series, then its
 * cells, or samples that were read elsewhere. */
void rv_meter_write_head(rv_buf *out, enum rv_meter meter);
void rv_meter_write_cells(rv_buf *out, enum rv_meter meter);
void rv_meter_write_sample(rv_buf *out, enum rv_meter meter, const char *const *labels,
                           double value);

#endif
