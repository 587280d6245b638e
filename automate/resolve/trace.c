/* SPDX-License-Identifier: Apache-2.0
 *
 * What is told of a resolution while it goes on.
 */
#include "resolve/resolve_internal.h"

#include <stdio.h>
#include "base/clock.h"

int64_t
ws_now_ms(const struct rv_ws *ws)
{
    return ws->calls.now_ms ? ws->calls.now_ms(ws->calls.arg) : rv_now_ms();
}

void
ws_trace(struct rv_ws_object *object, int kind, const char *text, const char *name,
         const struct rv_ae_value *value, int code, int64_t took_us)
{
    const struct rv_ws_calls *calls = &object->ws->calls;
    if (calls->trace == NULL)
        return;
    const struct rv_ws_step step = { .kind = kind,
                                     .depth = object->depth,
                                     .object = object->number,
                                     .text = text,
                                     .name = name,
                                     .value = value,
                                     .code = code,
                                     .took_us = took_us };
    calls->trace(calls->arg, &step);
}

RV_PRINTF(3, 0)
static void
say(struct rv_ws_object *object, int code, const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof(text), format, args);
    ws_trace(object, RV_WS_STEP_WARN, text, object->field, NULL, code, 0);
}

void
ws_warn(struct rv_ws_object *object, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(object, RV_WS_WARN, format, args);
    va_end(args);
}

void
rv_ws_note(struct rv_ws_object *object, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(object, RV_WS_OK, format, args);
    va_end(args);
}
