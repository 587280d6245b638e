/* SPDX-License-Identifier: Apache-2.0
 *
 * What evm offers beside objects and rows, by name.
 */
#include "automate/live.h"

#include <stdlib.h>
#include <string.h>
#include "automate/instance_calls.h"
#include "automate/net_calls.h"
#include "automate/workspace_calls.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

int
rv_live_text(const struct rv_ae_value *args, int index, const char *what, const char **out,
             rv_err *err)
{
    const struct rv_ae_value *value = index < args->len ? &args->v.items[index] : NULL;
    if (value == NULL || (value->type != RV_AE_TEXT && value->type != RV_AE_SYMBOL))
        return rv_fail(err, RV_E_INVALID, "evm.%s: argument %d is no text", what, index + 1);
    *out = value->v.text;
    return 0;
}

/* What a function of the table is given. */
struct asked {
    struct rv_live *live;
    struct rv_ws_object *self;
    const char *name;
    const struct rv_ae_value *args;
};

/* A method may ask for what is not there as often as it likes, with as long a path. */
static void
log_failure(struct rv_live *live, const char *uri, const rv_err *err)
{
    RV_AUTO_FREE char *cut = rv_live_short_path(uri);
    rv_trace_log(live->trace, "error", err->text);
    if (rv_live_may_log(live, strlen(cut) + strlen(err->text)))
        rv_log(RV_WARNING, "instantiate failed", RV_F("uri", RV_S(cut)), RV_LIVE_F(live),
               RV_F("error", RV_S(err->text)));
}

/* nil when it fails, as in ManageIQ; why is in the log. What ends the run goes on up. */
static int
instantiate(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    const char *uri = NULL;
    struct rv_ws_object *made = NULL;
    struct rv_live *live = asked->live;
    if (rv_live_text(asked->args, 0, asked->name, &uri, err))
        return err->code;
    int failed = rv_ws_instantiate(live->ws, asked->self, uri, &made, err);
    if (rv_ws_interrupts(failed))
        return failed;
    if (failed < 0) {
        log_failure(live, uri, err);
        rv_err_clear(err);
    }
    *out = failed >= 0 && made ? rv_ae_vnode(rv_ws_number(made)) : RV_AE_VNIL;
    return 0;
}

static int
execute(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    int first = strcmp(asked->name, "execute_with_user") == 0;
    const char *name = NULL;
    if (rv_live_text(asked->args, first, asked->name, &name, err))
        return err->code;
    return rv_live_execute(asked->live, name, asked->args, first + 1, out, err);
}

static int
set_state_var(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    const char *name = NULL;
    if (rv_live_text(asked->args, 0, asked->name, &name, err))
        return err->code;
    struct rv_ae_value value =
        asked->args->len > 1 ? rv_ae_copy(&asked->args->v.items[1]) : RV_AE_VNIL;
    *out = rv_ae_copy(&value);
    rv_ws_set_state_var(asked->live->ws, name, &value);
    return rv_ws_check(asked->live->ws, err);
}

static int
get_state_var(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    const char *name = NULL;
    if (rv_live_text(asked->args, 0, asked->name, &name, err))
        return err->code;
    const struct rv_ae_value *value = rv_ae_get(rv_ws_state_vars(asked->live->ws), name);
    if (value)
        *out = rv_ae_copy(value);
    return 0;
}

static int
state_var_exist(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    const char *name = NULL;
    if (rv_live_text(asked->args, 0, asked->name, &name, err))
        return err->code;
    const struct rv_ae_value *value = rv_ae_get(rv_ws_state_vars(asked->live->ws), name);
    *out = rv_ae_vbool(value && value->type != RV_AE_NIL);
    return 0;
}

static int
delete_state_var(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    struct rv_ae_value nothing = RV_AE_VNIL;
    if (get_state_var(asked, out, err))
        return err->code;
    rv_ws_set_state_var(asked->live->ws, asked->args->v.items[0].v.text, &nothing);
    return 0;
}

static int
get_state_vars(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    (void)err;
    *out = rv_ae_copy(rv_ws_state_vars(asked->live->ws));
    return 0;
}

static int
prepend_namespace(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    const char *path = NULL;
    (void)out;
    if (asked->args->len && asked->args->v.items[0].type != RV_AE_NIL &&
        rv_live_text(asked->args, 0, asked->name, &path, err))
        return err->code;
    rv_ws_prepend_namespace(asked->live->ws, path);
    return 0;
}

/* Rows of others are left out when access control comes; until then it is on or off, no more. */
static int
set_rbac(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    (void)err;
    asked->live->rbac = strcmp(asked->name, "enable_rbac") == 0;
    *out = rv_ae_vbool(asked->live->rbac);
    return 0;
}

static int
rbac_enabled(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    (void)err;
    *out = rv_ae_vbool(asked->live->rbac);
    return 0;
}

static int
nothing(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    (void)asked;
    (void)out;
    (void)err;
    return 0;
}

static int
empty_map(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    (void)asked;
    (void)err;
    *out = rv_ae_vmap();
    return 0;
}

static int
http(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    return rv_live_http(asked->live, asked->args, out, err);
}

static int
email(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    return rv_live_email(asked->live, asked->args, out, err);
}

static int
instance(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    return rv_live_instance(asked->live, asked->name, asked->args, out, err);
}

static int
of_services(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    (void)out;
    return rv_fail(err, RV_E_UNSUPPORTED, "evm.%s: there are no services here", asked->name);
}

static int
of_notifications(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    (void)out;
    return rv_fail(err, RV_E_UNSUPPORTED, "evm.%s: there are no notifications here", asked->name);
}

static int
publish_workspace(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ae_value *parameters = asked->args->len ? &asked->args->v.items[0] : NULL;
    if (parameters && parameters->type == RV_AE_LIST && parameters->len == 0)
        parameters = NULL; /* {} of Lua */
    if (parameters && parameters->type != RV_AE_MAP && parameters->type != RV_AE_NIL)
        return rv_fail(err, RV_E_INVALID, "evm.%s takes a table of names and values", asked->name);
    return rv_live_publish(asked->live, asked->self,
                           parameters && parameters->type == RV_AE_MAP ? parameters : NULL, out,
                           err);
}

static int
take_workspace(const struct asked *asked, struct rv_ae_value *out, rv_err *err)
{
    return rv_live_take(asked->live, asked->self, out, err);
}

static const struct {
    const char *name;
    int (*run)(const struct asked *asked, struct rv_ae_value *out, rv_err *err);
} calls[] = {
    { "instantiate", instantiate },
    { "execute", execute },
    { "execute_with_user", execute },
    { "set_state_var", set_state_var },
    { "get_state_var", get_state_var },
    { "state_var_exist", state_var_exist },
    { "delete_state_var", delete_state_var },
    { "get_state_vars", get_state_vars },
    { "prepend_namespace", prepend_namespace },
    { "enable_rbac", set_rbac },
    { "disable_rbac", set_rbac },
    { "rbac_enabled", rbac_enabled },
    { "field_timeout", nothing },
    { "ansible_stats_vars", empty_map },
    { "set_service_var", of_services },
    { "get_service_var", of_services },
    { "service_var_exists", of_services },
    { "delete_service_var", of_services },
    { "create_notification", of_notifications },
    { "http", http },
    { "instance_exists", instance },
    { "instance_create", instance },
    { "instance_get", instance },
    { "instance_find", instance },
    { "instance_update", instance },
    { "instance_delete", instance },
    { "instance_get_display_name", instance },
    { "instance_set_display_name", instance },
    { "email", email },
    { "publish_workspace", publish_workspace },
    { "take_workspace", take_workspace },
};

int
rv_live_call(void *arg, int64_t self, const char *name, const struct rv_ae_value *args,
             struct rv_ae_value *out, rv_err *err)
{
    struct rv_live *live = arg;
    const struct asked asked = {
        .live = live, .self = rv_ws_by_number(live->ws, self), .name = name, .args = args
    };
    *out = RV_AE_VNIL;
    for (size_t i = 0; i < RV_COUNT(calls); i++)
        if (strcmp(calls[i].name, name) == 0)
            return calls[i].run(&asked, out, err);
    return rv_fail(err, RV_E_UNSUPPORTED, "evm.%s is not offered here", name);
}
