/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers where methods run: what they say goes into the run's trace, mail and traps are sent.
 */
#include "automate/live_handlers.h"

#include <string.h>
#include "automate/handlers.h"
#include "base/log.h"
#include "base/mem.h"

static void
say(void *arg, const char *text)
{
    struct rv_live *live = arg;
    rv_trace_log(live->trace, "info", text);
    rv_log(RV_INFO, "automate says", RV_F("run", RV_I(live->run_id)), RV_F("text", RV_S(text)));
}

/* evm.execute takes to, from, subject and body one by one. */
static struct rv_ae_value
arguments_of(const char *name, const struct rv_ae_value *inputs)
{
    static const char *const of_mail[] = { "to", "from", "subject", "body" };
    struct rv_ae_value args = rv_ae_vlist();
    if (strcmp(name, "send_email") != 0) {
        struct rv_ae_value all = rv_ae_copy(inputs);
        rv_ae_append(&args, &all);
        return args;
    }
    for (size_t i = 0; i < RV_COUNT(of_mail); i++) {
        const struct rv_ae_value *given = rv_ae_get(inputs, of_mail[i]);
        struct rv_ae_value one = given ? rv_ae_copy(given) : RV_AE_VNIL;
        rv_ae_append(&args, &one);
    }
    return args;
}

static int
execute(void *arg, const char *name, const struct rv_ae_value *inputs, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value args = arguments_of(name, inputs), out = RV_AE_VNIL;
    return rv_live_execute(arg, name, &args, 0, &out, err);
}

int
rv_live_handler(void *arg, struct rv_live *live, struct rv_effects *effects, struct rv_ws *ws,
                struct rv_ws_object *self, const struct rv_ae_method *method,
                const struct rv_ae_value *inputs, rv_err *err)
{
    const struct rv_handlers handlers = {
        .effects = effects, .hooks = arg, .execute = execute, .log = say, .arg = live
    };
    return rv_handlers_call(&handlers, ws, self, method, inputs, err);
}
