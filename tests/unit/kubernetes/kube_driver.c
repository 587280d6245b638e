/* SPDX-License-Identifier: Apache-2.0
 *
 * A sink as small as the rules allow, and the calls around it.
 */
#include "kube_driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/model.h"

static cJSON *
member(cJSON *object, const char *name)
{
    cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!found) {
        found = cJSON_CreateObject();
        cJSON_AddItemToObject(object, name, found);
    }
    return found;
}

static void
write_value(rv_buf *text, const struct rv_column *column, const rv_value *value)
{
    if (value->type == RV_NULL || column->flags & REEVE_COL_VOLATILE)
        return;
    rv_buf_addf(text, " %s=", column->name);
    if (value->type == RV_INT)
        rv_buf_addf(text, "%lld", (long long)value->v.i);
    else if (value->type == RV_DOUBLE)
        rv_buf_addf(text, "%.17g", value->v.d);
    else
        rv_buf_addf(text, "'%s'", value->v.text);
}

static void
write_object(rv_buf *text, const struct rv_object *object, int depth)
{
    rv_buf_addf(text, "%*s%s:", 2 * depth, "", object->kind->name);
    for (int i = 0; i < object->kind->column_count; i++)
        write_value(text, &object->kind->columns[i], &object->values[i]);
    for (int i = 0; i < object->link_count; i++) {
        const struct rv_link *link = &object->links[i];

        rv_buf_addf(text, " %s->%s:%s%s%s%s", object->kind->columns[link->column].name,
                    link->kind->name, link->ref ? link->ref : "", link->scope ? link->scope : "",
                    link->scope ? "/" : "", link->name ? link->name : "");
    }
    rv_buf_add_char(text, '\n');
    for (const struct rv_object *child = object->children; child; child = child->next)
        write_object(text, child, depth + 1);
}

static int
take_object(void *arg, const struct rv_object *object, rv_err *err)
{
    struct kube_model *model = arg;
    cJSON *rows = member(model->kinds, object->kind->name), *old;
    RV_AUTO_BUF rv_buf text = rv_buf_limited(32 << 20);

    (void)err;
    write_object(&text, object, 0);
    model->emits++;
    cJSON_DeleteItemFromObjectCaseSensitive(member(model->unseen, object->kind->name), object->ref);
    old = cJSON_GetObjectItemCaseSensitive(rows, object->ref);
    if (old && strcmp(old->valuestring, rv_buf_text(&text)) == 0)
        return 0;
    model->changes++;
    if (old)
        cJSON_ReplaceItemInObjectCaseSensitive(rows, object->ref,
                                               cJSON_CreateString(rv_buf_text(&text)));
    else
        cJSON_AddStringToObject(rows, object->ref, rv_buf_text(&text));
    return 0;
}

static int
take_gone(void *arg, const struct rv_kind *kind, const char *ref, rv_err *err)
{
    struct kube_model *model = arg;

    (void)err;
    model->gones++;
    cJSON_DeleteItemFromObjectCaseSensitive(member(model->kinds, kind->name), ref);
    return 0;
}

static void
begin_kind(struct kube_model *model, const char *kind)
{
    const cJSON *row;
    cJSON *unseen;

    cJSON_DeleteItemFromObjectCaseSensitive(model->unseen, kind);
    unseen = member(model->unseen, kind);
    cJSON_ArrayForEach(row, member(model->kinds, kind)) cJSON_AddTrueToObject(unseen, row->string);
}

static int
take_begin(void *arg, const struct rv_kind *kind, rv_err *err)
{
    struct kube_model *model = arg;
    size_t len = strlen(model->listed);

    (void)err;
    snprintf(model->listed + len, sizeof(model->listed) - len, "%s ", kind->name);
    begin_kind(model, kind->name);
    return 0;
}

static int
take_complete(void *arg, const struct rv_kind *kind, rv_err *err)
{
    struct kube_model *model = arg;
    const cJSON *row;

    (void)err;
    model->completes++;
    cJSON_ArrayForEach(row, member(model->unseen, kind->name))
        cJSON_DeleteItemFromObjectCaseSensitive(member(model->kinds, kind->name), row->string);
    cJSON_DeleteItemFromObjectCaseSensitive(model->unseen, kind->name);
    return 0;
}

static int
take_checkpoint(void *arg, const char *stream, const char *token, rv_err *err)
{
    struct kube_model *model = arg;

    (void)err;
    cJSON_DeleteItemFromObjectCaseSensitive(model->tokens, stream);
    cJSON_AddStringToObject(model->tokens, stream, token);
    return 0;
}

static const char *
give_token(void *arg, const char *stream)
{
    struct kube_model *model = arg;
    const cJSON *token = cJSON_GetObjectItemCaseSensitive(model->tokens, stream);

    return token ? token->valuestring : NULL;
}

static int
take_warning(void *arg, const char *name, const char *text, rv_err *err)
{
    struct kube_model *model = arg;

    (void)err;
    cJSON_DeleteItemFromObjectCaseSensitive(model->warnings, name);
    if (text)
        cJSON_AddStringToObject(model->warnings, name, text);
    return 0;
}

static int
take_drain(void *arg, rv_err *err)
{
    (void)err;
    ((struct kube_model *)arg)->drains++;
    return 0;
}

static void
take_rejected(void *arg, const struct rv_kind *kind, const char *ref, const rv_err *why)
{
    struct kube_model *model = arg;

    model->rejected++;
    snprintf(model->rejected_text, sizeof(model->rejected_text), "%s %.100s: %.300s", kind->name,
             ref, why->text);
}

static struct rv_module *
load_module(void)
{
    static struct rv_module *module;
    rv_err err = RV_ERR_INIT;

    if (module)
        return module;
    if (rv_model_init(&err) ||
        rv_module_load(&module, REEVE_MODULES "/providers", "kubernetes", &err))
        fail_msg("%s", err.text);
    return module;
}

int
kube_driver_config(struct rv_config **out, const char *given, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;

    if (rv_json_parse(&json, given, strlen(given), 8 << 20, 0, err))
        return err->code;
    return rv_config_make(out, load_module(), json, err);
}

static int
is_over(void *arg)
{
    struct kube_driver *driver = arg;

    return driver->tick ? driver->tick(driver) : 0;
}

static struct rv_call_spec
spec_of(struct kube_driver *driver)
{
    return (struct rv_call_spec){
        .scope = "test", .cancelled = is_over, .arg = driver, .sink = &driver->sink
    };
}

void
kube_driver_open(struct kube_driver *driver, const char *given)
{
    rv_err err = RV_ERR_INIT;
    struct rv_call_spec spec;

    memset(driver, 0, sizeof(*driver));
    driver->module = load_module();
    driver->model.kinds = cJSON_CreateObject();
    driver->model.unseen = cJSON_CreateObject();
    driver->model.tokens = cJSON_CreateObject();
    driver->model.warnings = cJSON_CreateObject();
    driver->sink = (struct rv_sink){
        .arg = &driver->model,
        .emit = take_object,
        .gone = take_gone,
        .begin = take_begin,
        .complete = take_complete,
        .checkpoint = take_checkpoint,
        .token = give_token,
        .warn = take_warning,
        .drain = take_drain,
        .rejected = take_rejected,
    };
    spec = spec_of(driver);
    if (kube_driver_config(&driver->config, given, &err) ||
        rv_connection_open(&driver->connection, driver->module, driver->config, &spec, &err))
        fail_msg("%s", err.text);
}

char *
kube_driver_read(const char *dir, const char *name)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", dir, name);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    rv_err err = RV_ERR_INIT;

    if (rv_buf_read_file(&text, path, &err))
        fail_msg("%s", err.text);
    return rv_strdup(rv_buf_text(&text));
}

char *
kube_driver_env(const char *cluster_dir, const char *name)
{
    RV_AUTO_FREE char *env = kube_driver_read(cluster_dir, "env");
    RV_AUTO_FREE char *start = rv_format("%s=", name);
    const char *value = strstr(env, start);

    assert_non_null(value);
    value += strlen(start);
    return rv_strndup(value, strcspn(value, "\n"));
}

void
kube_driver_open_cluster(struct kube_driver *driver, const char *cluster_dir,
                         const char *token_name)
{
    RV_AUTO_FREE char *url = kube_driver_env(cluster_dir, "KUBE_URL");
    RV_AUTO_FREE char *ca = kube_driver_read(cluster_dir, "pki/ca.crt");
    RV_AUTO_FREE char *token_path = rv_format("tokens/%s", token_name);
    RV_AUTO_FREE char *token = kube_driver_read(cluster_dir, token_path);
    RV_AUTO_JSON cJSON *given = cJSON_CreateObject();
    char *text;

    cJSON_AddStringToObject(given, "hostname", url);
    cJSON_AddStringToObject(given, "certificate_authority", ca);
    cJSON_AddStringToObject(given, "auth_key", token);
    cJSON_AddStringToObject(given, "page_size", "10");
    text = cJSON_PrintUnformatted(given);
    kube_driver_open(driver, text);
    cJSON_free(text);
}

void
kube_driver_close(struct kube_driver *driver)
{
    rv_connection_close(driver->connection);
    rv_config_free(driver->config);
    cJSON_Delete(driver->model.kinds);
    cJSON_Delete(driver->model.unseen);
    cJSON_Delete(driver->model.tokens);
    cJSON_Delete(driver->model.warnings);
}

int
kube_driver_verify(struct kube_driver *driver, struct rv_identity_found *out, rv_err *err)
{
    struct rv_call_spec spec = spec_of(driver);

    return rv_connection_verify(driver->connection, &spec, out, err);
}

int
kube_driver_refresh(struct kube_driver *driver, rv_err *err)
{
    struct reeve_scope scope = { .size = sizeof(scope), .whole = 1 };
    struct rv_call_spec spec = spec_of(driver);
    const char *const *kinds = rv_module_provider(driver->module)->inventory->kinds;

    for (; *kinds; kinds++)
        begin_kind(&driver->model, *kinds);
    return rv_connection_refresh(driver->connection, &spec, &scope, err);
}

int
kube_driver_target(struct kube_driver *driver, const struct rv_target *target, rv_err *err)
{
    struct rv_call_spec spec = spec_of(driver);

    return rv_connection_targets(driver->connection, &spec, target, 1, err);
}

int
kube_driver_watch(struct kube_driver *driver, rv_err *err)
{
    struct rv_call_spec spec = spec_of(driver);

    return rv_connection_watch(driver->connection, &spec, err);
}

int
kube_model_count(const struct kube_model *model, const char *kind)
{
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(model->kinds, kind));
}

const char *
kube_model_object(const struct kube_model *model, const char *kind, const char *ref)
{
    const cJSON *row =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(model->kinds, kind), ref);

    return row ? row->valuestring : NULL;
}

const char *
kube_model_find(const struct kube_model *model, const char *kind, const char *part)
{
    const cJSON *row;

    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(model->kinds, kind))
    {
        if (strstr(row->valuestring, part))
            return row->valuestring;
    }
    return NULL;
}

const char *
kube_model_warning(const struct kube_model *model, const char *name)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(model->warnings, name);

    return text ? text->valuestring : NULL;
}
