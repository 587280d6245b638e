/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls of evm on the mock: state variables are kept, everything is written down, and what the
 * world has an answer for is answered.
 */
#include "script/mock_internal.h"

#include <string.h>
#include "base/mem.h"

void
rv_mock_write_down(struct rv_mock *mock, const char *name, const char *on,
                   const struct rv_ae_value *args)
{
    struct rv_ae_value call = rv_ae_vmap(), text = rv_ae_vtext(name), given = rv_ae_copy(args);
    struct rv_ae_value what = rv_ae_vtext(on);
    rv_ae_set(&call, "name", &text);
    if (on)
        rv_ae_set(&call, "on", &what);
    rv_ae_set(&call, "args", &given);
    if (mock->calls.len < RV_AE_ITEMS_MAX)
        rv_ae_append(&mock->calls, &call);
    rv_ae_clear(&call);
}

int
rv_mock_answer(struct rv_mock *mock, const char *name, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ae_value *answer = rv_ae_get(&mock->answers, name);
    if (!answer)
        return 0;
    const struct rv_ae_value *error = rv_ae_get(answer, "error");
    if (error && error->type == RV_AE_TEXT)
        rv_fail(err, RV_E_UNAVAILABLE, "%s", error->v.text);
    else
        *out = rv_ae_copy(answer);
    return 1;
}

static const struct rv_ae_value *
argument(const struct rv_ae_value *args, int32_t index)
{
    static const struct rv_ae_value nothing = { .type = RV_AE_NIL };
    return args->type == RV_AE_LIST && index < args->len ? &args->v.items[index] : &nothing;
}

static void
remove_member(struct rv_ae_value *map, const char *name)
{
    for (int32_t i = 0; i < map->len; i++) {
        if (strcmp(map->v.items[i].key, name) != 0)
            continue;
        struct rv_ae_value last = map->v.items[map->len - 1];
        rv_ae_clear(&map->v.items[i]);
        if (i < map->len - 1)
            map->v.items[i] = last;
        map->len--;
        return;
    }
}

/* "set_state_var" and its like, of either map. 1: it was one of them. */
static int
do_variable(struct rv_ae_value *map, const char *name, const char *of,
            const struct rv_ae_value *args, struct rv_ae_value *out)
{
    const struct rv_ae_value *first = argument(args, 0);
    const char *key = first->type == RV_AE_TEXT ? first->v.text : "";
    const struct rv_ae_value *held = rv_ae_get(map, key);
    RV_AUTO_FREE char *set = rv_format("set_%s", of), *get = rv_format("get_%s", of);
    RV_AUTO_FREE char *exists = rv_format("%s_exist", of), *drop = rv_format("delete_%s", of);
    RV_AUTO_FREE char *all = rv_format("get_%ss", of);
    if (strcmp(name, set) == 0) {
        struct rv_ae_value copy = rv_ae_copy(argument(args, 1));
        *out = rv_ae_copy(&copy);
        rv_ae_set(map, key, &copy);
    } else if (strcmp(name, all) == 0) {
        *out = rv_ae_copy(map);
    } else if (strcmp(name, get) == 0) {
        *out = held ? rv_ae_copy(held) : RV_AE_VNIL;
    } else if (strncmp(name, exists, strlen(exists)) == 0) {
        *out = rv_ae_vbool(held && held->type != RV_AE_NIL);
    } else if (strcmp(name, drop) == 0) {
        *out = held ? rv_ae_copy(held) : RV_AE_VNIL;
        remove_member(map, key);
    } else {
        return 0;
    }
    return 1;
}

static int
do_rbac(struct rv_mock *mock, const char *name, struct rv_ae_value *out)
{
    if (strcmp(name, "enable_rbac") == 0)
        mock->rbac = 1;
    else if (strcmp(name, "disable_rbac") == 0)
        mock->rbac = 0;
    else if (strcmp(name, "rbac_enabled") != 0)
        return 0;
    *out = rv_ae_vbool(mock->rbac);
    return 1;
}

/* "execute.send_email" before "execute". */
static int
do_answered(struct rv_mock *mock, const char *name, const struct rv_ae_value *args,
            struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ae_value *first = argument(args, 0);
    if (first->type == RV_AE_TEXT) {
        RV_AUTO_FREE char *longer = rv_format("%s.%s", name, first->v.text);
        if (rv_mock_answer(mock, longer, out, err))
            return 1;
    }
    return rv_mock_answer(mock, name, out, err);
}

static int
is_known(const char *name)
{
    static const char *const names[] = { "instantiate",
                                         "execute",
                                         "execute_with_user",
                                         "prepend_namespace",
                                         "instance_exists",
                                         "instance_create",
                                         "instance_get",
                                         "instance_find",
                                         "instance_update",
                                         "instance_delete",
                                         "instance_get_display_name",
                                         "instance_set_display_name",
                                         "create_notification",
                                         "field_timeout",
                                         "ansible_stats_vars",
                                         "publish_workspace",
                                         "take_workspace",
                                         "http",
                                         "email",
                                         NULL };
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return 1;
    return 0;
}

int
rv_mock_do(void *arg, int64_t self, const char *name, const struct rv_ae_value *args,
           struct rv_ae_value *out, rv_err *err)
{
    struct rv_mock *mock = arg;
    (void)self;
    *out = RV_AE_VNIL;
    if (mock->call) {
        rv_err asked = RV_ERR_INIT;
        int code = mock->call(mock->call_arg, name, args, out, &asked);
        if (code != RV_E_UNSUPPORTED) {
            if (code)
                *err = asked;
            return code;
        }
    }
    if (do_variable(&mock->state_vars, name, "state_var", args, out) ||
        do_variable(&mock->service_vars, name, "service_var", args, out) ||
        do_rbac(mock, name, out))
        return 0;
    rv_mock_write_down(mock, name, NULL, args);
    if (do_answered(mock, name, args, out, err) || is_known(name))
        return err->code;
    return rv_fail(err, RV_E_UNSUPPORTED, "evm has no '%s'", name);
}
