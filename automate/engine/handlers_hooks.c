/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers that hand on to other engines: policies and scans.
 */
#include "automate/handlers_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"

/* 1 with *out, 0 when the event is about no such object. */
static int
target_of(const struct handling *handling, const char *fallback, struct rv_hook_target *out,
          rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value row = RV_AE_VNIL;
    const char *symbol = handling_text(handling, "target");
    int found = handling_row(handling, *symbol ? symbol : fallback, &row, err);
    if (found <= 0) {
        rv_ws_note(handling->self, "%s: it is about no %s that is known", handling->name,
                   *symbol ? symbol : fallback);
        return found;
    }
    *out = (struct rv_hook_target){ .kind = row.v.row.kind, .id = row.v.row.id };
    return handling_id(handling, "/#event_id", &out->event_id, err) < 0 ? err->code : 1;
}

static void
note_absent(const struct handling *handling, const struct rv_hook_target *target, const char *what)
{
    rv_ws_note(handling->self, "%s: %s of %s %lld: no engine does that yet", handling->name, what,
               target->kind, (long long)target->id);
}

int
handle_policy(const struct handling *handling, rv_err *err)
{
    const struct rv_automate_hooks *hooks = handling->handlers->hooks;
    const char *event = handling_text(handling, "policy_event");
    const char *param = handling_text(handling, "param");
    struct rv_hook_target target;
    if (*event == '\0')
        return rv_fail(err, RV_E_INVALID, "%s needs policy_event", handling->name);
    int found = target_of(handling, "src_vm", &target, err);
    if (found <= 0)
        return found < 0 ? found : RV_WS_OK;
    if (hooks && hooks->policy)
        return hooks->policy(hooks->arg, &target, event, *param ? param : NULL, err);
    note_absent(handling, &target, event);
    return RV_WS_OK;
}

int
handle_enforce(const struct handling *handling, rv_err *err)
{
    const struct rv_automate_hooks *hooks = handling->handlers->hooks;
    struct rv_hook_target target;
    int found = target_of(handling, "src_vm", &target, err);
    if (found <= 0)
        return found < 0 ? found : RV_WS_OK;
    if (hooks == NULL || hooks->enforce == NULL) {
        note_absent(handling, &target, "policies");
        return RV_WS_OK;
    }
    int prevented = hooks->enforce(hooks->arg, &target, err);
    if (prevented < 0)
        return prevented;
    struct rv_ae_value flag = rv_ae_vbool(prevented);
    rv_ws_set(rv_ws_root(handling->ws), "policy_prevented", &flag);
    return RV_WS_OK;
}

int
handle_prevented(const struct handling *handling, rv_err *err)
{
    const struct rv_ae_value *flag = rv_ws_get(rv_ws_root(handling->ws), "policy_prevented");
    (void)err;
    if (flag == NULL || rv_ae_is_blank(flag))
        return RV_WS_OK;
    rv_ws_note(handling->self, "a policy has prevented it: the run ends");
    return RV_WS_ABORT;
}

int
handle_scan(const struct handling *handling, rv_err *err)
{
    const struct rv_automate_hooks *hooks = handling->handlers->hooks;
    struct rv_hook_target target;
    int found = target_of(handling, "src_vm", &target, err);
    if (found <= 0)
        return found < 0 ? found : RV_WS_OK;
    if (hooks && hooks->scan)
        return hooks->scan(hooks->arg, &target, err);
    note_absent(handling, &target, "a scan");
    return RV_WS_OK;
}

int
handle_execute(const struct handling *handling, rv_err *err)
{
    const struct rv_handlers *handlers = handling->handlers;
    if (handlers->execute == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "%s runs in a worker of automate only",
                       handling->name);
    return handlers->execute(handlers->arg, handling->name, handling->inputs, err);
}

int
handle_least_utilized(const struct handling *handling, rv_err *err)
{
    return rv_fail(err, RV_E_UNSUPPORTED, "%s comes with provisioning", handling->name);
}
