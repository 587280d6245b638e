/* SPDX-License-Identifier: Apache-2.0
 *
 * One run: a workspace is made, the path is followed, and what came of it is put down in the run.
 */
#include "automate/deliver_internal.h"

#include <stdlib.h>
#include <string.h>
#include "automate/seed.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/text.h"

/* NULL: there is none. */
static const struct rv_ae_value *
root_value(const struct rv_ws *ws, const char *name)
{
    const struct rv_ws_object *root = rv_ws_root(ws);
    return root ? rv_ws_get(root, name) : NULL;
}

static const char *
root_text(const struct rv_ws *ws, const char *name)
{
    const struct rv_ae_value *value = root_value(ws, name);
    int has = value && (value->type == RV_AE_TEXT || value->type == RV_AE_SYMBOL) && value->len;
    return has ? value->v.text : NULL;
}

static int64_t
root_int(const struct rv_ws *ws, const char *name)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t number = 0;
    const struct rv_ae_value *value = root_value(ws, name);
    if (value && value->type == RV_AE_INT)
        return value->v.i;
    if (value && value->type == RV_AE_TEXT && rv_parse_int(&number, value->v.text, &ignored) == 0)
        return number;
    return 0;
}

static int64_t
root_time(const struct rv_ws *ws, const char *name)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t ms = 0;
    const struct rv_ae_value *value = root_value(ws, name);
    if (value && value->type == RV_AE_STAMP)
        return value->v.i;
    return value && value->type == RV_AE_TEXT && rv_parse_time(&ms, value->v.text, &ignored) == 0
               ? ms
               : 0;
}

static void
note_machine(struct rv_run *run, const struct rv_ws *ws)
{
    rv_run_text(&run->ae_state, root_text(ws, "ae_state"));
    run->ae_state_retries = root_int(ws, "ae_state_retries");
    run->ae_state_started = root_time(ws, "ae_state_started");
    rv_run_text(&run->result, root_text(ws, "ae_result"));
}

static void
end_as(struct rv_run *run, const char *status, const char *error)
{
    snprintf(run->status, sizeof(run->status), "%s", status);
    run->ended_on = rv_now_ms();
    run->next_on = 0;
    run->message_id = 0;
    rv_run_text(&run->error, error);
    rv_run_text(&run->entered, NULL);
    rv_run_text(&run->state, NULL);
}

void
rv_run_end_stopped(struct rv_run *run, const char *who)
{
    RV_AUTO_FREE char *text = rv_format("stopped by %s", who);
    char *by = rv_strdup(who); /* who may be the run's */
    end_as(run, "stopped", text);
    rv_run_text(&run->stopped_by, by);
    free(by);
}

static int
note_retry(struct rv_deliverer *deliverer, struct rv_run *run, struct rv_ws *ws, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf state = rv_buf_limited(RV_RUN_STATE_MAX);
    if (rv_ws_save(ws, &state, err)) {
        end_as(run, "error", err->text);
        rv_err_clear(err);
        return 0;
    }
    snprintf(run->status, sizeof(run->status), "retry");
    run->next_on = rv_now_ms() + rv_ws_retry_ms(ws);
    rv_run_text(&run->state, rv_buf_text(&state));
    rv_run_text(&run->entered, NULL);
    rv_run_text(&run->error, NULL);
    rv_run_text(&run->server_guid, rv_ws_retry_here(ws) ? deliverer->config.server_guid : NULL);
    return 0;
}

/* What failed by itself is the run's end; what says that nothing more can be done now is the
 * message's. */
static int
is_the_messages(const struct rv_deliverer *deliverer, int code)
{
    if (code == RV_E_CANCELLED)
        return deliverer->stop == NULL;
    return code == RV_E_STALE || code == RV_E_UNAVAILABLE;
}

static int
note_failure(struct rv_deliverer *deliverer, struct rv_run *run, rv_err *err)
{
    if (is_the_messages(deliverer, err->code))
        return err->code;
    if (deliverer->stop) {
        rv_run_end_stopped(run, deliverer->stop);
    } else {
        end_as(run, "error", err->text);
    }
    rv_err_clear(err);
    return 0;
}

static int
note_outcome(struct rv_deliverer *deliverer, struct rv_run *run, struct rv_ws *ws, rv_err *err)
{
    const char *reason = root_text(ws, "ae_reason");
    note_machine(run, ws);
    switch (rv_ws_outcome(ws)) {
    case RV_WS_RETRY:
        return note_retry(deliverer, run, ws, err);
    case RV_WS_FAILED:
        end_as(run, "error", reason ? reason : "its state machine ended in error");
        return 0;
    case RV_WS_ABORTED:
        end_as(run, "error", reason ? reason : "a method aborted it");
        return 0;
    default:
        end_as(run, "finished", NULL);
        return 0;
    }
}

static int
seed(struct rv_deliverer *deliverer, struct rv_run *run, struct rv_ws *ws, rv_err *err)
{
    if (run->event_id && rv_seed_event(ws, deliverer->live->models, run->event_id, run, err))
        return err->code;
    if (rv_seed_attrs(ws, run->attrs, err))
        return err->code;
    return run->state ? rv_ws_restore(ws, run->state, strlen(run->state), err) : 0;
}

static int
follow(struct rv_deliverer *deliverer, struct rv_run *run, struct rv_ws *ws, rv_err *err)
{
    struct rv_ws_object *root = NULL;
    int failed = seed(deliverer, run, ws, err);
    if (!failed)
        failed = rv_ws_instantiate(ws, NULL, run->uri, &root, err);
    if (failed < 0)
        return note_failure(deliverer, run, err);
    return note_outcome(deliverer, run, ws, err);
}

static void
say_ended(const struct rv_run *run)
{
    int failed = strcmp(run->status, "error") == 0;
    rv_meter_add(RV_M_AUTOMATE_RUNS, 1, RV_LABELS(run->status));
    rv_meter_observe(RV_M_AUTOMATE_RUN_TIME, run->took_us, RV_NO_LABELS);
    rv_log(failed ? RV_WARNING : RV_DEBUG, "automate run ended",
           RV_F(run->event_id ? "event" : "run", RV_I(run->event_id ? run->event_id : run->id)),
           RV_F("uri", RV_S(run->uri)), RV_F("status", RV_S(run->status)),
           RV_F("state", RV_S(run->ae_state)), RV_F("took_us", RV_I(run->took_us)),
           RV_F("error", RV_S(run->error)));
}

static int
run_in(struct rv_deliverer *deliverer, struct rv_run *run, const struct rv_ae_source *source,
       rv_err *err)
{
    const struct rv_ws_calls calls = rv_live_calls(deliverer->live);
    const struct rv_ws_limits limits = { 0 };
    if (rv_ws_open(&deliverer->ws, source, &calls, &limits, err))
        return err->code;
    rv_live_begin(deliverer->live, deliverer->ws, run->id, run->event_id);
    int failed = follow(deliverer, run, deliverer->ws, err);
    rv_live_end(deliverer->live);
    rv_ws_close(deliverer->ws);
    deliverer->ws = NULL;
    deliverer->live->ws = NULL;
    return failed;
}

int
rv_run_carry_out(struct rv_deliverer *deliverer, struct rv_run *run, rv_err *err)
{
    const struct rv_ae_source *source = NULL;
    if (deliverer->config.source(deliverer->config.arg, rv_ahead_generation(deliverer), &source,
                                 err))
        return err->code;
    deliverer->run = run;
    deliverer->effects_mark = rv_effects_mark(deliverer->effects);
    deliverer->shown = 0;
    deliverer->asked_stop_ms = 0;
    deliverer->began_ms = rv_monotonic_ms();
    deliverer->began_us = rv_monotonic_us();
    run->generation = source->generation;
    run->worker_id = deliverer->config.holder;
    run->message_id = deliverer->message->id;
    if (run->began_on == 0)
        run->began_on = rv_now_ms();
    snprintf(run->status, sizeof(run->status), "running");
    int failed = deliverer->alone ? rv_finished_show(deliverer, err) : 0;
    if (!failed)
        failed = run_in(deliverer, run, source, err);
    run->took_us += rv_monotonic_us() - deliverer->began_us;
    run->methods += rv_trace_methods(deliverer->live->trace);
    if (strcmp(run->status, "error") == 0)
        rv_run_text(&run->error_place, deliverer->live->place[0] ? deliverer->live->place : NULL);
    else
        rv_run_text(&run->error_place, NULL);
    if (!failed)
        say_ended(run);
    if (failed) /* it is run again, and asks again */
        rv_effects_undo(deliverer->effects, deliverer->effects_mark);
    deliverer->run = NULL;
    free(deliverer->stop);
    deliverer->stop = NULL;
    return failed;
}
