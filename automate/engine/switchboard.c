/* SPDX-License-Identifier: Apache-2.0
 *
 * Resolving an event's path without methods. What a domain says wrongly is left to a run, too: its
 * row tells everybody of the error, and its trace where it is.
 */
#include "automate/switchboard.h"

#include <string.h>
#include <strings.h>
#include "automate/event_links.h"
#include "automate/handlers.h"
#include "automate/models.h"
#include "query/kinds.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/wait.h"

/* Of one event; what takes longer is left to a run. */
enum { MOST_MS = 2000, BEAT_MS = 100 };

struct rv_switchboard {
    struct rv_switchboard_config config;
    const struct rv_ae_source *source;
    struct rv_models *models;
};

/* One event on its way. */
struct routing {
    struct rv_switchboard *switchboard;
    const struct rv_event_row *event;
    struct rv_handlers handlers;
    int64_t began_ms, beaten_ms; /* monotonic */
    int needs_run;               /* a method or a machine was met */
};

struct rv_switchboard *
rv_switchboard_new(const struct rv_switchboard_config *config)
{
    struct rv_switchboard *switchboard = rv_alloc(sizeof(*switchboard));
    switchboard->config = *config;
    switchboard->models = rv_models_new(config->store);
    return switchboard;
}

void
rv_switchboard_free(struct rv_switchboard *switchboard)
{
    if (switchboard == NULL)
        return;
    rv_models_free(switchboard->models);
    free(switchboard);
}

int
rv_switchboard_begin(struct rv_switchboard *switchboard, rv_err *err)
{
    rv_models_forget(switchboard->models, NULL, 0);
    return switchboard->config.source(switchboard->config.arg, &switchboard->source, err);
}

static int
leave_to_run(void *arg, struct rv_ws *ws, struct rv_ws_object *self,
             const struct rv_ae_method *method, const struct rv_ae_value *inputs, rv_err *err)
{
    (void)ws, (void)self, (void)method, (void)inputs, (void)err;
    ((struct routing *)arg)->needs_run = 1;
    return RV_WS_ABORT;
}

static int
leave_machine(void *arg, struct rv_ws *ws, struct rv_ws_object *self, rv_err *err)
{
    return leave_to_run(arg, ws, self, NULL, NULL, err);
}

static int
call_builtin(void *arg, struct rv_ws *ws, struct rv_ws_object *self,
             const struct rv_ae_method *method, const struct rv_ae_value *inputs, rv_err *err)
{
    struct routing *routing = arg;
    if (rv_handlers_needs_run(method->name))
        return leave_to_run(arg, ws, self, method, inputs, err);
    return rv_handlers_call(&routing->handlers, ws, self, method, inputs, err);
}

static int
find_row(void *arg, struct rv_ae_value *out, const char *class_name, int64_t id, rv_err *err)
{
    struct routing *routing = arg;
    const struct rv_kind *kind = rv_query_kind(class_name);
    *out = RV_AE_VNIL;
    if (kind == NULL)
        return rv_fail(err, RV_E_INVALID, "there is no class of objects '%s'", class_name);
    int found = rv_models_find(routing->switchboard->models, kind, id, out, err);
    return found < 0 ? found : 0;
}

/* 1 when it is one of the event's own columns: it is at hand. */
static int
column_of_event(const struct routing *routing, struct rv_ae_value *out, const char *kind,
                int64_t id, const char *name)
{
    const struct rv_event_row *event = routing->event;
    int at = rv_kind_column(event->kind, name);
    if (id != event->id || strcmp(kind, event->kind->name) != 0 || at < 0 ||
        strcmp(name, "full_data") == 0 || !rv_models_shows(&event->kind->columns[at]))
        return 0;
    rv_models_value(out, &event->kind->columns[at], &event->values[at]);
    return 1;
}

/* Of a row that is gone everything is nil. */
static int
read_column(void *arg, struct rv_ae_value *out, const char *kind, int64_t id, const char *name,
            rv_err *err)
{
    struct routing *routing = arg;
    struct rv_models *models = routing->switchboard->models;
    RV_AUTO_AE_VALUE struct rv_ae_value row = RV_AE_VNIL;
    *out = RV_AE_VNIL;
    if (column_of_event(routing, out, kind, id, name))
        return 0;
    int found = rv_models_find(models, rv_model_kind(kind), id, &row, err);
    if (found <= 0)
        return found;
    return rv_models_column(models, rv_model_kind(kind), id, name, out, err);
}

static void
seed(struct rv_ws *ws, const char *name, struct rv_ae_value value)
{
    rv_ws_seed(ws, name, &value);
}

static void
seed_text(struct rv_ws *ws, const struct rv_event_row *event, const char *column)
{
    const rv_value value = rv_event_row_value(event, column);
    if (value.type == RV_TEXT)
        seed(ws, column, rv_ae_vtext_len(value.v.text, (size_t)value.len));
}

static const struct rv_kind *
target_kind(const struct rv_event_row *event)
{
    const rv_value type = rv_event_row_value(event, "target_type");
    const rv_value id = rv_event_row_value(event, "target_id");
    return type.type == RV_TEXT && id.type == RV_INT ? rv_query_kind(type.v.text) : NULL;
}

static void
seed_event(struct rv_ws *ws, const struct rv_event_row *event)
{
    const struct rv_kind *kind = target_kind(event);
    if (kind) /* a link of that name says the same, or more */
        seed(ws, kind->name, rv_ae_vrow(kind->name, rv_event_row_value(event, "target_id").v.i));
    seed(ws, "event_stream", rv_ae_vrow(event->kind->name, event->id));
    seed(ws, "event_id", rv_ae_vint(event->id));
    seed(ws, "event_stream_id", rv_ae_vint(event->id));
    seed(ws, "vmdb_object_type", rv_ae_vtext("event_stream"));
    seed(ws, "object_name", rv_ae_vtext("Event"));
    seed_text(ws, event, "event_type");
    seed_text(ws, event, "source");
    for (const struct rv_event_link *link = rv_event_links; link->column; link++) {
        const rv_value id = rv_event_row_value(event, link->column);
        if (id.type == RV_INT)
            seed(ws, link->name, rv_ae_vrow(rv_model_kind(link->kind)->name, id.v.i));
    }
}

static void
deliver(const struct rv_event_row *event, struct rv_effects *effects)
{
    const char *kind = NULL;
    int64_t id = 0;
    rv_event_about(event, &kind, &id);
    rv_effects_deliver(effects, RV_EVENT_URI, kind, id, event->id);
}

static int
is_class_part(rv_value value)
{
    return value.type == RV_TEXT && value.len > 0 && strchr(value.v.text, '/') == NULL;
}

/* No domain can have a class for another one. */
static int
is_routable(const struct rv_event_row *event)
{
    const rv_value type = rv_event_row_value(event, "event_type");
    return is_class_part(rv_event_row_value(event, "type")) &&
           is_class_part(rv_event_row_value(event, "source")) && type.type == RV_TEXT &&
           type.len > 0;
}

/* Whether any domain has a class for events of this source. 1, 0 or an error. */
static int
is_known(const struct rv_ae_source *source, const struct rv_event_row *event, rv_err *err)
{
    rv_err_clear(err);
    const struct rv_ae_domain *const *domains;
    size_t count;
    RV_AUTO_FREE char *path =
        rv_format("System/Event/%s/%s", rv_event_row_value(event, "type").v.text,
                  rv_event_row_value(event, "source").v.text);
    if (source->domains(source->arg, &domains, &count, err) < 0)
        return err->code;
    for (size_t i = 0; i < count; i++) {
        const struct rv_ae_class *class;
        int rc = source->find_class(source->arg, domains[i], path, &class, err);
        if (rc != RV_E_NOT_FOUND)
            return rc < 0 ? rc : 1;
        rv_err_clear(err);
    }
    return 0;
}

/* Others wait for the lane, and somebody for a sign of life. */
static int
pulse(void *arg, rv_err *err)
{
    struct routing *routing = arg;
    int64_t now_ms = rv_monotonic_ms();
    if (now_ms - routing->began_ms >= MOST_MS)
        return rv_fail(err, RV_E_LIMIT, "an event's path takes more than %d s", MOST_MS / 1000);
    if (now_ms - routing->beaten_ms < BEAT_MS)
        return 0;
    routing->beaten_ms = now_ms;
    return rv_wait_poll(err);
}

static int
walk(struct routing *routing, rv_err *err)
{
    const struct rv_ws_calls calls = { .arg = routing,
                                       .method = leave_to_run,
                                       .builtin = call_builtin,
                                       .machine = leave_machine,
                                       .row = find_row,
                                       .column = read_column,
                                       .pulse = pulse };
    struct rv_ws *ws;
    if (rv_ws_open(&ws, routing->switchboard->source, &calls, NULL, err) < 0)
        return err->code;
    routing->began_ms = routing->beaten_ms = rv_monotonic_ms();
    seed_event(ws, routing->event);
    int rc = rv_ws_instantiate(ws, NULL, RV_EVENT_URI, NULL, err);
    rv_ws_close(ws);
    return rc;
}

int
rv_switchboard_route(struct rv_switchboard *switchboard, const struct rv_event_row *event,
                     struct rv_effects *effects, rv_err *err)
{
    struct routing routing = { .switchboard = switchboard,
                               .event = event,
                               .handlers = { .effects = effects,
                                             .hooks = switchboard->config.hooks } };
    size_t mark = rv_effects_mark(effects);
    if (!is_routable(event))
        return 0;
    if (walk(&routing, err) < 0) {
        if (rv_ws_interrupts(err->code))
            return err->code;
        int known = err->code == RV_E_NOT_FOUND ? is_known(switchboard->source, event, err) : 1;
        if (known < 0)
            return known;
        rv_err_clear(err);
        routing.needs_run = known;
        rv_effects_undo(effects, mark);
    }
    if (routing.needs_run) {
        rv_effects_undo(effects, mark);
        deliver(event, effects);
    }
    return 0;
}
