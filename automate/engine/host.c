/* SPDX-License-Identifier: Apache-2.0
 *
 * The live host of methods: objects are those of the workspace, rows those of the database.
 */
#include "automate/live.h"

#include <stdlib.h>
#include <string.h>
#include "automate/expression.h"
#include "automate/verbs.h"
#include "query/kinds.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/net.h"
#include "script/apart.h"
#include "script/verbs.h"

enum { PULSE_MS = 10 };

struct rv_live *
rv_live_new(const struct rv_live *given)
{
    struct rv_live *live = rv_alloc(sizeof(*live));
    *live = *given;
    live->models = rv_models_new(live->store);
    live->trace = rv_trace_new();
    for (size_t i = 0; i < RV_COUNT(live->described); i++)
        live->described[i] = rv_buf_limited(4096);
    return live;
}

void
rv_live_free(struct rv_live *live)
{
    if (live == NULL)
        return;
    rv_models_free(live->models);
    rv_trace_free(live->trace);
    rv_net_close(live->net);
    for (size_t i = 0; i < RV_COUNT(live->described); i++)
        rv_buf_free(&live->described[i]);
    free(live);
}

void
rv_live_begin(struct rv_live *live, struct rv_ws *ws, int64_t run_id, int64_t event_id)
{
    live->ws = ws;
    live->run_id = run_id;
    live->event_id = event_id;
    live->rbac = 0;
    live->place[0] = '\0';
    live->log_bytes = live->lines_left_out = 0;
    live->outside_ms = 0;
    live->outside_since_ms = rv_monotonic_ms();
    rv_models_forget(live->models, NULL, 0);
    rv_trace_begin(live->trace);
}

static struct rv_ws_object *
object_of(struct rv_live *live, int64_t number, rv_err *err)
{
    struct rv_ws_object *object = rv_ws_by_number(live->ws, number);
    if (object == NULL)
        rv_fail(err, RV_E_NOT_FOUND, "object %lld is not in the workspace any more",
                (long long)number);
    return object;
}

static int
find(void *arg, int64_t from, const char *path, int64_t *out, rv_err *err)
{
    struct rv_live *live = arg;
    struct rv_ws_object *object = object_of(live, from, err);
    if (object == NULL)
        return err->code;
    const struct rv_ws_object *found = rv_ws_find(live->ws, object, path);
    *out = found ? rv_ws_number(found) : 0;
    return 0;
}

/* "/Domain/Ns/Class/instance": namespace between the first part and the class. */
static const char *
part(struct rv_live *live, int index, const char *from, size_t len)
{
    rv_buf_reset(&live->described[index]);
    rv_buf_add(&live->described[index], from, len);
    return rv_buf_text(&live->described[index]);
}

static const char *
namespace_of(struct rv_live *live, const struct rv_ae_class *class)
{
    const char *slash = strrchr(class->path, '/');
    return part(live, 0, class->path, slash ? (size_t)(slash - class->path) : 0);
}

static int
describe(void *arg, int64_t number, struct rv_script_object *out, rv_err *err)
{
    struct rv_live *live = arg;
    struct rv_ws_object *object = object_of(live, number, err);
    if (object == NULL)
        return err->code;
    const struct rv_ae_instance *instance = rv_ws_instance(object);
    struct rv_ws_object *parent = rv_ws_parent(object);
    *out = (struct rv_script_object){ .number = number,
                                      .parent = parent ? rv_ws_number(parent) : 0,
                                      .path = rv_ws_path(object),
                                      .domain = "",
                                      .namespace_path = "",
                                      .class_name = "",
                                      .instance_name = "",
                                      .message = rv_ws_message(object),
                                      .field_name = rv_ws_field(object) };
    if (instance) {
        out->domain = instance->class->domain->name;
        out->namespace_path = namespace_of(live, instance->class);
        out->class_name = instance->class->name;
        out->instance_name = instance->name;
    }
    return 0;
}

static int
children(void *arg, int64_t number, struct rv_ae_value *out, rv_err *err)
{
    struct rv_live *live = arg;
    const struct rv_ws_object *object = object_of(live, number, err);
    if (object == NULL)
        return err->code;
    *out = rv_ae_vlist();
    for (size_t i = 0; i < rv_ws_child_count(object); i++) {
        struct rv_ae_value node = rv_ae_vnode(rv_ws_number(rv_ws_child(object, i)));
        rv_ae_append(out, &node);
    }
    return 0;
}

static int
get(void *arg, int64_t number, const char *name, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ws_object *object = object_of(arg, number, err);
    if (object == NULL)
        return err->code;
    const struct rv_ae_value *value = rv_ws_get(object, name);
    *out = value ? rv_ae_copy(value) : RV_AE_VNIL;
    return 0;
}

static int
set(void *arg, int64_t number, const char *name, const struct rv_ae_value *value, rv_err *err)
{
    struct rv_ws_object *object = object_of(arg, number, err);
    if (object == NULL)
        return err->code;
    struct rv_ae_value copy = rv_ae_copy(value);
    rv_ws_set(object, name, &copy);
    return rv_ws_check(((struct rv_live *)arg)->ws, err);
}

static int
attributes(void *arg, int64_t number, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ws_object *object = object_of(arg, number, err);
    if (object == NULL)
        return err->code;
    *out = rv_ae_copy(rv_ws_attributes(object));
    return 0;
}

static int
model(void *arg, const char *name, const char **kind, rv_err *err)
{
    const struct rv_kind *found = rv_query_kind(name);
    (void)arg;
    if (found == NULL) {
        const char *near = rv_nearest(name, rv_model_words());
        rv_fail(err, RV_E_NOT_FOUND, "there is no model '%s'", name);
        return near ? rv_hint(err, "did you mean '%s'?", near) : err->code;
    }
    *kind = found->name;
    return 0;
}

static int
rows(void *arg, const char *kind, const char *verb, const struct rv_ae_value *query,
     struct rv_ae_value *out, rv_err *err)
{
    struct rv_live *live = arg;
    return rv_models_rows(live->models, rv_model_kind(kind), verb, query, out, err);
}

/* A method that asks for the id wants to know whether the row is there, now. */
static int
column(void *arg, const char *kind, int64_t id, const char *name, struct rv_ae_value *out,
       rv_err *err)
{
    struct rv_live *live = arg;
    const struct rv_kind *found = rv_model_kind(kind);
    if (strcmp(name, "id") == 0)
        rv_models_forget(live->models, found, id);
    return rv_models_column(live->models, found, id, name, out, err);
}

static int
act(void *arg, const char *kind, int64_t id, const char *verb, const struct rv_ae_value *args,
    struct rv_ae_value *out, rv_err *err)
{
    struct rv_live *live = arg;
    const struct rv_act one = { .store = live->store,
                                .models = live->models,
                                .settings = live->settings,
                                .wake = live->wake,
                                .wake_arg = live->arg,
                                .kind = rv_model_kind(kind),
                                .id = id,
                                .verb = verb,
                                .args = args };
    return rv_verb_run(&one, out, err);
}

static int
names(void *arg, const char *kind, const char *what, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_kind *found = rv_model_kind(kind);
    (void)arg;
    (void)err;
    *out = rv_ae_vlist();
    if (strcmp(what, "columns") == 0)
        rv_models_columns(found, out);
    else if (strcmp(what, "associations") == 0)
        rv_models_associations(found, out);
    else if (strcmp(what, "verbs") == 0)
        rv_verb_names(kind, out);
    return 0;
}

static int
library(void *arg, int64_t self, const char *path, const struct rv_ae_method **out, rv_err *err)
{
    struct rv_live *live = arg;
    struct rv_ws_object *object = object_of(live, self, err);
    return object ? rv_ws_method(live->ws, object, path, out, err) : err->code;
}

static int
pulse(void *arg, rv_err *err)
{
    struct rv_live *live = arg;
    return live->pulse ? live->pulse(live->arg, err) : 0;
}

static int
decrypt(void *arg, int64_t number, const char *name, struct rv_ae_value *out, rv_err *err)
{
    struct rv_live *live = arg;
    const struct rv_ws_object *object = object_of(live, number, err);
    const struct rv_ae_value *value = object ? rv_ws_get(object, name) : NULL;
    if (object == NULL)
        return err->code;
    if (value == NULL || value->type != RV_AE_SECRET) {
        *out = value ? rv_ae_copy(value) : RV_AE_VNIL;
        return 0;
    }
    return rv_live_decrypt(live, value, out, err);
}

struct rv_script_host
rv_live_host(struct rv_live *live)
{
    return (struct rv_script_host){ .arg = live,
                                    .find = find,
                                    .describe = describe,
                                    .children = children,
                                    .get = get,
                                    .set = set,
                                    .attributes = attributes,
                                    .decrypt = decrypt,
                                    .call = rv_live_call,
                                    .model = model,
                                    .rows = rows,
                                    .column = column,
                                    .names = names,
                                    .act = act,
                                    .library = library,
                                    .log = rv_live_log,
                                    .pulse = pulse };
}

int64_t
rv_live_left_ms(const struct rv_live *live, int64_t most_ms)
{
    int64_t ends_ms = live->methods_at_work ? live->ends_ms : live->deadline_ms;
    int64_t left_ms = ends_ms ? ends_ms - rv_monotonic_ms() : most_ms;
    return left_ms < 1 ? 1 : left_ms < most_ms ? left_ms : most_ms;
}

/* Methods that it calls have no more. */
static int64_t
take_time(struct rv_live *live)
{
    int64_t left_ms =
        rv_live_left_ms(live, rv_settings_int(live->settings, "automate.method_time"));
    if (live->methods_at_work == 0)
        live->ends_ms = rv_monotonic_ms() + left_ms;
    return left_ms;
}

static int
place_of(char *out, size_t size, const struct rv_ae_method *method)
{
    return snprintf(out, size, "%s/%s/%s", method->class->domain->name, method->class->path,
                    method->name);
}

static int
run_script(struct rv_live *live, struct rv_ws_object *self, const struct rv_ae_method *method,
           const struct rv_ae_value *inputs, int64_t time_ms, struct rv_script_result *result,
           rv_err *err)
{
    const struct rv_script_host host = rv_live_host(live);
    const struct rv_script_run run = {
        .method = method,
        .domain = method->class->domain->name,
        .self = rv_ws_number(self),
        .inputs = inputs,
        .host = &host,
        .limits = { .memory_bytes =
                        (size_t)rv_settings_int(live->settings, "automate.method_memory"),
                    .instructions = rv_settings_int(live->settings, "automate.method_instructions"),
                    .time_ms = time_ms,
                    .depth = (int32_t)rv_settings_int(live->settings, "automate.depth") },
    };
    if (rv_streq(rv_settings_string(live->settings, "automate.isolation"), "fork"))
        return rv_script_run_apart(live->script, &run, result, err);
    return rv_script_run(live->script, &run, result, err);
}

/* Its place is kept for the run's row. */
static int
method_failed(struct rv_live *live, const struct rv_script_result *result, const char *place,
              rv_err *err)
{
    snprintf(live->place, sizeof(live->place), "%s", result->place[0] ? result->place : place);
    if (err->code == RV_E_CANCELLED || err->code == RV_E_STALE)
        return err->code;
    rv_trace_log(live->trace, "error", err->text);
    /* Of a method in a method: its caller may go on, and have it fail again. */
    if (live->methods_at_work && !rv_live_may_log(live, strlen(err->text)))
        return err->code;
    rv_log(RV_WARNING, "automate method failed", RV_F("place", RV_S(live->place)), RV_LIVE_F(live),
           RV_F("error", RV_S(err->text)));
    return err->code;
}

static void
go_inside(struct rv_live *live)
{
    if (live->methods_at_work++ == 0)
        live->outside_ms += rv_monotonic_ms() - live->outside_since_ms;
}

static void
come_outside(struct rv_live *live)
{
    if (--live->methods_at_work == 0)
        live->outside_since_ms = rv_monotonic_ms();
}

static int
call_method(void *arg, struct rv_ws *ws, struct rv_ws_object *self,
            const struct rv_ae_method *method, const struct rv_ae_value *inputs, rv_err *err)
{
    struct rv_live *live = arg;
    struct rv_script_result result = { 0 };
    char place[512];
    place_of(place, sizeof(place), method);
    if (method->location && rv_strcaseeq(method->location, "expression")) {
        int code = rv_expression_run(live, ws, self, method, inputs, err);
        rv_trace_method(live->trace);
        return code < 0 ? method_failed(live, &result, place, err) : code;
    }
    if (method->language && !rv_strcaseeq(method->language, "lua"))
        rv_fail(err, RV_E_UNSUPPORTED, "%s is written in %s, which is kept but not run", place,
                method->language);
    else if (method->location && !rv_strcaseeq(method->location, "inline"))
        rv_fail(err, RV_E_UNSUPPORTED, "%s: methods of location '%s' are not run", place,
                method->location);
    if (err->code)
        return method_failed(live, &result, place, err);
    if (live->before && live->before(live->arg, place, err))
        return err->code;
    rv_trace_method(live->trace);
    int64_t time_ms = take_time(live);
    go_inside(live);
    int failed = run_script(live, self, method, inputs, time_ms, &result, err);
    come_outside(live);
    if (failed)
        return method_failed(live, &result, place, err);
    rv_log(RV_DEBUG, "automate method ran", RV_F("method", RV_S(place)), RV_LIVE_F(live),
           RV_F("code", RV_I(result.exit_code)), RV_F("took_us", RV_I(result.took_us)));
    return result.exit_code;
}

static int
call_builtin(void *arg, struct rv_ws *ws, struct rv_ws_object *self,
             const struct rv_ae_method *method, const struct rv_ae_value *inputs, rv_err *err)
{
    struct rv_live *live = arg;
    take_time(live);
    go_inside(live);
    int code = live->builtin(live->arg, ws, self, method, inputs, err);
    come_outside(live);
    return code;
}

static int
find_row(void *arg, struct rv_ae_value *out, const char *class_name, int64_t id, rv_err *err)
{
    struct rv_live *live = arg;
    const struct rv_kind *kind = rv_query_kind(class_name);
    *out = RV_AE_VNIL;
    if (kind == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "there is no model '%s'", class_name);
    int found = rv_models_find(live->models, kind, id, out, err);
    return found < 0 ? found : 0;
}

static int
ws_column(void *arg, struct rv_ae_value *out, const char *kind, int64_t id, const char *name,
          rv_err *err)
{
    return column(arg, kind, id, name, out, err);
}

static void
trace(void *arg, const struct rv_ws_step *step)
{
    rv_trace_step(((struct rv_live *)arg)->trace, step);
}

static int
once(void *arg, struct rv_ws *ws, const char *state_path, rv_err *err)
{
    struct rv_live *live = arg;
    (void)ws;
    return live->once(live->arg, state_path, err);
}

static int
checkpoint(void *arg, struct rv_ws *ws, rv_err *err)
{
    struct rv_live *live = arg;
    (void)ws;
    return live->checkpoint(live->arg, err);
}

/* Objects and states without end are nobody's method; what they may take is what a method may. */
static int
check_outside(const struct rv_live *live, int64_t now_ms, rv_err *err)
{
    int64_t most_ms = rv_settings_int(live->settings, "automate.method_time");
    if (live->methods_at_work || live->outside_ms + now_ms - live->outside_since_ms < most_ms)
        return 0;
    return rv_fail(err, RV_E_LIMIT,
                   "its objects take more than %lld ms, without the time of its methods",
                   (long long)most_ms);
}

/* Between methods, as often as within them. */
static int
ws_pulse(void *arg, rv_err *err)
{
    struct rv_live *live = arg;
    int64_t now_ms = rv_monotonic_ms();
    if (live->deadline_ms && now_ms >= live->deadline_ms)
        return rv_fail(err, RV_E_LIMIT, "the time of its message is over");
    if (now_ms - live->pulsed_ms < PULSE_MS)
        return 0;
    live->pulsed_ms = now_ms;
    return check_outside(live, now_ms, err) ? err->code : pulse(live, err);
}

struct rv_ws_calls
rv_live_calls(struct rv_live *live)
{
    return (struct rv_ws_calls){ .arg = live,
                                 .method = call_method,
                                 .builtin = live->builtin ? call_builtin : NULL,
                                 .row = find_row,
                                 .column = ws_column,
                                 .once = live->once ? once : NULL,
                                 .checkpoint = live->checkpoint ? checkpoint : NULL,
                                 .pulse = ws_pulse,
                                 .trace = trace };
}
