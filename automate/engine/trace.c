/* SPDX-License-Identifier: Apache-2.0
 *
 * Steps become JSON as they come: nothing of a workspace is kept beyond its life, and what a run
 * that loops may say has a ceiling.
 */
#include "automate/trace.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

enum { STEP_MAX_BYTES = 8 << 10, TEXT_MAX_BYTES = 2048 };

struct rv_trace {
    rv_buf parts[RV_TRACE_PARTS_MAX]; /* each without its closing bracket */
    int count;
    int64_t left_out;
    int64_t began_us;
    int methods, depth;
    int64_t object;
};

struct rv_trace *
rv_trace_new(void)
{
    struct rv_trace *trace = rv_alloc(sizeof(*trace));
    rv_trace_begin(trace);
    return trace;
}

void
rv_trace_free(struct rv_trace *trace)
{
    if (trace == NULL)
        return;
    for (int i = 0; i < RV_TRACE_PARTS_MAX; i++)
        rv_buf_free(&trace->parts[i]);
    free(trace);
}

void
rv_trace_begin(struct rv_trace *trace)
{
    for (int i = 1; i < RV_TRACE_PARTS_MAX; i++)
        rv_buf_free(&trace->parts[i]);
    if (trace->parts[0].limit == 0)
        trace->parts[0] = rv_buf_limited(RV_TRACE_PART_MAX);
    rv_buf_reset(&trace->parts[0]);
    trace->count = 0;
    trace->methods = trace->depth = 0;
    trace->left_out = trace->object = 0;
    trace->began_us = rv_monotonic_us();
}

static void
keep(struct rv_trace *trace, const rv_buf *step)
{
    rv_buf *part = trace->count ? &trace->parts[trace->count - 1] : NULL;
    if (step->failed || (trace->left_out && trace->count == RV_TRACE_PARTS_MAX)) {
        trace->left_out++;
        return;
    }
    if (part == NULL || part->len + step->len + 64 > RV_TRACE_PART_MAX) {
        if (trace->count == RV_TRACE_PARTS_MAX) {
            trace->left_out++;
            return;
        }
        part = &trace->parts[trace->count++];
        if (part->limit == 0)
            *part = rv_buf_limited(RV_TRACE_PART_MAX);
    }
    rv_buf_add_char(part, part->len ? ',' : '[');
    rv_buf_add(part, step->data, step->len);
}

static void
begin_step(rv_json_writer *w, struct rv_trace *trace, const char *kind)
{
    rv_jw_object(w);
    rv_jw_name(w, "at");
    rv_jw_int(w, rv_monotonic_us() - trace->began_us);
    rv_jw_name(w, "kind");
    rv_jw_string(w, kind);
    rv_jw_name(w, "depth");
    rv_jw_int(w, trace->depth);
    if (trace->object) {
        rv_jw_name(w, "object");
        rv_jw_int(w, trace->object);
    }
}

/* Cut where a character ends; the rest is dots. */
static void
write_text(rv_json_writer *w, const char *name, const char *text, size_t most)
{
    RV_AUTO_BUF
    rv_buf cut = rv_buf_limited(most + 8);
    size_t len = text ? strlen(text) : 0;
    if (text == NULL)
        return;
    rv_buf_add(&cut, text, rv_utf8_prefix(text, len > most ? most : len));
    if (len > most)
        rv_buf_add_string(&cut, "...");
    RV_AUTO_FREE char *masked = rv_buf_take_string(&cut);
    rv_mask_secrets(masked);
    rv_jw_name(w, name);
    rv_jw_string(w, masked);
}

static void
write_value(rv_json_writer *w, const struct rv_ae_value *value)
{
    RV_AUTO_BUF
    rv_buf shown = rv_buf_limited(8 * RV_TRACE_VALUE_MAX);
    if (value == NULL)
        return;
    rv_ae_show(&shown, value);
    write_text(w, "value", rv_buf_text(&shown), RV_TRACE_VALUE_MAX);
}

static const char *
word_of(int kind)
{
    static const char *const words[] = { [RV_WS_STEP_OBJECT] = "object",
                                         [RV_WS_STEP_FIELD] = "field",
                                         [RV_WS_STEP_ASSERTION] = "assertion",
                                         [RV_WS_STEP_METHOD] = "method",
                                         [RV_WS_STEP_STATE] = "state",
                                         [RV_WS_STEP_WARN] = "warn",
                                         [RV_WS_STEP_END] = "end" };
    return kind > 0 && kind < (int)RV_COUNT(words) && words[kind] ? words[kind] : "step";
}

void
rv_trace_step(struct rv_trace *trace, const struct rv_ws_step *step)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(STEP_MAX_BYTES);
    rv_json_writer w = rv_json_to(&text);
    trace->depth = step->depth;
    trace->object = step->object;
    int is_note = step->kind == RV_WS_STEP_WARN && step->code == RV_WS_OK;
    begin_step(&w, trace, is_note ? "note" : word_of(step->kind));
    write_text(&w, "name", step->name, TEXT_MAX_BYTES);
    write_text(&w, "text", step->text, TEXT_MAX_BYTES);
    write_value(&w, step->value);
    if (step->kind == RV_WS_STEP_METHOD || step->code) {
        rv_jw_name(&w, "code");
        rv_jw_int(&w, step->code);
    }
    if (step->took_us) {
        rv_jw_name(&w, "took_us");
        rv_jw_int(&w, step->took_us);
    }
    rv_jw_end_object(&w);
    keep(trace, &text);
}

void
rv_trace_log(struct rv_trace *trace, const char *level, const char *said)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(STEP_MAX_BYTES);
    rv_json_writer w = rv_json_to(&text);
    begin_step(&w, trace, "log");
    write_text(&w, "level", level, 16);
    write_text(&w, "text", said, TEXT_MAX_BYTES);
    rv_jw_end_object(&w);
    keep(trace, &text);
}

void
rv_trace_method(struct rv_trace *trace)
{
    trace->methods++;
}

int
rv_trace_methods(const struct rv_trace *trace)
{
    return trace->methods;
}

int
rv_trace_ids(const struct rv_trace *trace)
{
    return trace->count;
}

int
rv_trace_next_part(struct rv_store *store, int64_t run_id, int *part, rv_err *err)
{
    rv_value row[1], param = rv_vint(run_id);
    if (rv_store_one(store, row, 1,
                     "SELECT COALESCE(MAX(part), -1) + 1 FROM automate_traces WHERE run_id = $1",
                     &param, 1, err) < 0)
        return err->code;
    *part = (int)row[0].v.i;
    return 0;
}

/* What its members are, without the brackets. */
static void
add_steps(const struct rv_trace *trace, int index, rv_buf *out)
{
    const rv_buf *part = &trace->parts[index];
    if (part->len)
        rv_buf_add(out, part->data + 1, part->len - 1);
    if (trace->left_out && index == trace->count - 1)
        rv_buf_addf(out, ",{\"kind\":\"left_out\",\"depth\":0,\"count\":%lld}",
                    (long long)trace->left_out);
}

void
rv_trace_text(const struct rv_trace *trace, rv_buf *out)
{
    rv_buf_add_char(out, '[');
    for (int i = 0; i < trace->count; i++) {
        if (i)
            rv_buf_add_char(out, ',');
        add_steps(trace, i, out);
    }
    rv_buf_add_char(out, ']');
}

static int
write_part(const struct rv_trace *trace, int index, struct rv_store *store, int64_t run_id,
           int part, rv_err *err)
{
    int64_t id = 0;
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(RV_TRACE_PART_MAX + 128);
    rv_buf_add_char(&text, '[');
    add_steps(trace, index, &text);
    rv_buf_add_char(&text, ']');
    if (rv_store_new_id(store, &id, err))
        return err->code;
    const rv_value params[] = { rv_vint(id), rv_vint(run_id), rv_vint(part),
                                rv_vtext_len(text.data, text.len), rv_vint(rv_now_ms()) };
    return rv_store_exec(store, NULL,
                         "INSERT INTO automate_traces (id, run_id, part, data, created_on)"
                         " VALUES ($1, $2, $3, $4, $5)",
                         params, RV_COUNT(params), err);
}

int
rv_trace_write(const struct rv_trace *trace, struct rv_store *store, int64_t run_id, int first,
               rv_err *err)
{
    for (int i = 0; i < trace->count; i++)
        if (write_part(trace, i, store, run_id, first + i, err))
            return rv_wrap(err, "write the trace of run %lld", (long long)run_id);
    return 0;
}
