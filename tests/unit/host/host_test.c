/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the host's tests.
 */
#include "host_test.h"

#include <stdlib.h>

static void
hear_value(rv_buf *text, const struct rv_column *column, const rv_value *value)
{
    if (value->type == RV_NULL)
        return;
    rv_buf_addf(text, " %s=", column->name);
    if (value->type == RV_INT)
        rv_buf_addf(text, "%lld", (long long)value->v.i);
    else if (value->type == RV_DOUBLE)
        rv_buf_addf(text, "%g", value->v.d);
    else
        rv_buf_addf(text, "'%s'", value->v.text);
}

static void
hear_object(rv_buf *text, const struct rv_object *object, int depth)
{
    rv_buf_addf(text, "%*s%s %s:", 2 * depth, "", object->kind->name,
                object->ref ? object->ref : "-");
    for (int i = 0; i < object->kind->column_count; i++)
        hear_value(text, &object->kind->columns[i], &object->values[i]);
    for (int i = 0; i < object->link_count; i++) {
        const struct rv_link *link = &object->links[i];
        rv_buf_addf(text, " %s->%s:%s%s%s", object->kind->columns[link->column].name,
                    link->kind->name, link->ref ? link->ref : "", link->scope ? link->scope : "",
                    link->name ? link->name : "");
    }
    rv_buf_add_char(text, '\n');
    for (const struct rv_object *child = object->children; child; child = child->next)
        hear_object(text, child, depth + 1);
}

static int
hear_emit(void *arg, const struct rv_object *object, rv_err *err)
{
    struct heard *heard = arg;
    heard->emits++;
    if (heard->fail_emit)
        return rv_fail(err, heard->fail_emit, "disk full");
    heard->replaced_bytes += object->replaced_bytes;
    hear_object(&heard->text, object, 0);
    return 0;
}

static int
hear_gone(void *arg, const struct rv_kind *kind, const char *ref, rv_err *err)
{
    (void)err;
    rv_buf_addf(&((struct heard *)arg)->text, "gone %s %s\n", kind->name, ref);
    return 0;
}

static int
hear_begin(void *arg, const struct rv_kind *kind, rv_err *err)
{
    (void)err;
    rv_buf_addf(&((struct heard *)arg)->text, "begin %s\n", kind->name);
    return 0;
}

static int
hear_complete(void *arg, const struct rv_kind *kind, rv_err *err)
{
    (void)err;
    rv_buf_addf(&((struct heard *)arg)->text, "complete %s\n", kind->name);
    return 0;
}

static int
hear_checkpoint(void *arg, const char *stream, const char *token, rv_err *err)
{
    (void)err;
    rv_buf_addf(&((struct heard *)arg)->text, "checkpoint %s %s\n", stream, token);
    return 0;
}

static const char *
hear_token(void *arg, const char *stream)
{
    (void)arg;
    return strcmp(stream, "pods") == 0 ? "41" : NULL;
}

static int
hear_warn(void *arg, const char *name, const char *text, rv_err *err)
{
    (void)err;
    rv_buf_addf(&((struct heard *)arg)->text, "warn %s: %s\n", name, text ? text : "-");
    return 0;
}

static int
hear_event(void *arg, const struct rv_object *event, const char *token, rv_err *err)
{
    struct heard *heard = arg;
    if (heard->fail_emit)
        return rv_fail(err, heard->fail_emit, "disk full");
    if (event) {
        heard->emits++;
        heard->replaced_bytes += event->replaced_bytes;
        hear_object(&heard->text, event, 0);
    }
    rv_buf_addf(&heard->text, "token %s\n", token ? token : "-");
    return 0;
}

static int
hear_drain(void *arg, rv_err *err)
{
    struct heard *heard = arg;
    heard->drains++;
    return heard->fail_drain ? rv_fail(err, heard->fail_drain, "database is locked") : 0;
}

static void
hear_rejected(void *arg, const struct rv_kind *kind, const char *ref, const rv_err *why)
{
    struct heard *heard = arg;
    heard->rejected++;
    rv_buf_addf(&heard->text, "rejected %s %s: %s\n", kind->name, ref, why->text);
}

struct rv_sink
heard_sink(struct heard *heard)
{
    if (heard->text.limit == 0)
        heard->text = rv_buf_limited(4 << 20);
    return (struct rv_sink){ .arg = heard,
                             .emit = hear_emit,
                             .gone = hear_gone,
                             .begin = hear_begin,
                             .complete = hear_complete,
                             .checkpoint = hear_checkpoint,
                             .token = hear_token,
                             .event = hear_event,
                             .warn = hear_warn,
                             .drain = hear_drain,
                             .rejected = hear_rejected };
}

void
heard_reset(struct heard *heard)
{
    rv_buf_free(&heard->text);
    memset(heard, 0, sizeof(*heard));
}

struct rv_module *
good_module(void)
{
    static int ready;
    struct rv_module *module = NULL;
    rv_err err = RV_ERR_INIT;
    if (!ready && rv_model_init(&err) < 0)
        fail_msg("%s", err.text);
    ready = 1;
    if (rv_module_load(&module, HOST_TEST_MODULES, "good", &err) < 0)
        fail_msg("%s", err.text);
    return module;
}

struct rv_config *
good_config(const char *options)
{
    struct rv_config *config = NULL;
    rv_err err = RV_ERR_INIT;
    cJSON *given = cJSON_Parse(options);
    assert_non_null(given);
    cJSON_AddStringToObject(given, "hostname", "here");
    if (rv_config_make(&config, good_module(), given, &err) < 0)
        fail_msg("%s", err.text);
    cJSON_Delete(given);
    return config;
}

int
run_refresh_spec(refresh_fn fn, const struct rv_call_spec *spec, rv_err *err)
{
    char options[64];
    snprintf(options, sizeof(options), "{\"act\":\"%llx\"}", (unsigned long long)(uintptr_t)fn);
    struct rv_config *config = good_config(options);
    struct rv_connection *connection = NULL;
    assert_int_equal(rv_connection_open(&connection, good_module(), config, spec, err), 0);
    struct reeve_scope scope = { .size = sizeof(scope), .whole = 1 };
    int rc = rv_connection_refresh(connection, spec, &scope, err);
    rv_connection_close(connection);
    rv_config_free(config);
    return rc;
}

int
run_targets(refresh_fn fn, const struct rv_target *targets, int count, struct heard *heard,
            rv_err *err)
{
    char options[64];
    struct rv_sink sink = heard_sink(heard);
    struct rv_call_spec spec = { .scope = "good", .sink = &sink };
    snprintf(options, sizeof(options), "{\"act\":\"%llx\"}", (unsigned long long)(uintptr_t)fn);
    struct rv_config *config = good_config(options);
    struct rv_connection *connection = NULL;
    assert_int_equal(rv_connection_open(&connection, good_module(), config, &spec, err), 0);
    int rc = rv_connection_targets(connection, &spec, targets, count, err);
    rv_connection_close(connection);
    rv_config_free(config);
    return rc;
}

int
run_events(events_fn fn, const char *token, struct heard *heard, rv_err *err)
{
    char options[64];
    struct rv_sink sink = heard_sink(heard);
    struct rv_call_spec spec = { .scope = "good", .sink = &sink };
    snprintf(options, sizeof(options), "{\"act\":\"%llx\"}", (unsigned long long)(uintptr_t)fn);
    struct rv_config *config = good_config(options);
    struct rv_connection *connection = NULL;
    assert_int_equal(rv_connection_open(&connection, good_module(), config, &spec, err), 0);
    int rc = rv_connection_events(connection, &spec, token, err);
    rv_connection_close(connection);
    rv_config_free(config);
    return rc;
}

int
run_refresh(refresh_fn fn, struct heard *heard, rv_err *err)
{
    struct rv_sink sink = heard_sink(heard);
    struct rv_call_spec spec = { .scope = "good", .sink = &sink };
    return run_refresh_spec(fn, &spec, err);
}
