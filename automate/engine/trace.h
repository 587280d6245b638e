/* SPDX-License-Identifier: Apache-2.0
 *
 * What happened in a run, step by step: objects, fields, methods, states and log lines with their
 * times, as JSON. A step is
 *   {"at": us since the beginning, "kind": "object" "field" "assertion" "method" "state" "warn"
 * "note" "note" "end" "log", "depth": n, "object": n, "text": ..., "name": ..., "value": ...,
 * "code": n, "took_us": n, "level": ...} of which only what is there is written. Secrets are stars,
 * long values are cut.
 */
#ifndef RV_AE_TRACE_H
#define RV_AE_TRACE_H

#include "resolve/resolve.h"
#include "store/store.h"

enum {
    RV_TRACE_PART_MAX = 256 << 10, /* bytes of one row */
    RV_TRACE_PARTS_MAX = 8,        /* then steps are counted only */
    RV_TRACE_VALUE_MAX = 1024
};

struct rv_trace;

struct rv_trace *rv_trace_new(void);
void rv_trace_free(struct rv_trace *trace); /* NULL allowed */
/* From here on it tells of another run. */
void rv_trace_begin(struct rv_trace *trace);
void rv_trace_step(struct rv_trace *trace, const struct rv_ws_step *step);
/* A line that a method, or the engine, said. */
void rv_trace_log(struct rv_trace *trace, const char *level, const char *text);
/* A method of Lua runs. */
void rv_trace_method(struct rv_trace *trace);
/* Methods of Lua that ran. */
int rv_trace_methods(const struct rv_trace *trace);
/* Rows that it becomes: so many ids are reserved before. */
int rv_trace_ids(const struct rv_trace *trace);
/* All of it as one JSON array. */
void rv_trace_text(const struct rv_trace *trace, rv_buf *out);
/* The first part that is free: what a later attempt adds comes behind. */
int rv_trace_next_part(struct rv_store *store, int64_t run_id, int *part, rv_err *err);
/* Rows of automate_traces from part `first` on, in the transaction that is open. */
int rv_trace_write(const struct rv_trace *trace, struct rv_store *store, int64_t run_id, int first,
                   rv_err *err);

#endif
