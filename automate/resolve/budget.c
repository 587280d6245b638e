/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run may take together: bytes of values, and time, of which the caller's pulse knows. Once
 * one of them is used up it stays so; whoever passes an error over meets it again at the next
 * field.
 */
#include "resolve/resolve_internal.h"

#include <string.h>

int
rv_ws_check(const struct rv_ws *ws, rv_err *err)
{
    if (ws->stop.code)
        *err = ws->stop;
    return ws->stop.code;
}

int
rv_ws_interrupts(int code)
{
    return code == RV_E_UNAVAILABLE || code == RV_E_TIMEOUT || code == RV_E_CANCELLED ||
           code == RV_E_STALE;
}

int
ws_pulse(struct rv_ws *ws, rv_err *err)
{
    if (ws->stop.code == 0 && ws->calls.pulse)
        ws->calls.pulse(ws->calls.arg, &ws->stop);
    return rv_ws_check(ws, err);
}

void
ws_charge(struct rv_ws *ws, size_t bytes)
{
    ws->bytes += bytes;
    if (ws->bytes > ws->limits.total && ws->stop.code == 0)
        rv_fail(&ws->stop, RV_E_LIMIT,
                "its attributes and state variables take more than %zu bytes together",
                ws->limits.total);
}

void
ws_release(struct rv_ws *ws, size_t bytes)
{
    ws->bytes -= bytes;
}

void
ws_check_names(struct rv_ws *ws, const struct rv_ae_value *map)
{
    if (map->len > RV_AE_NAMES_MAX && ws->stop.code == 0)
        rv_fail(&ws->stop, RV_E_LIMIT, "more than %d attributes or state variables",
                RV_AE_NAMES_MAX);
}

void
ws_keep(struct rv_ws *ws, struct rv_ae_value *map, const char *name, struct rv_ae_value *value)
{
    const struct rv_ae_value *old = rv_ae_get(map, name);
    size_t before = old ? rv_ae_bytes(old) : 0, bytes = rv_ae_bytes(value) + strlen(name);
    ws_release(ws, before);
    ws_charge(ws, bytes);
    if (ws->bytes > ws->limits.total) { /* it has to end, and does without this one */
        ws_release(ws, bytes);
        ws->bytes += before;
        rv_ae_clear(value);
        return;
    }
    rv_ae_set(map, name, value);
    ws_check_names(ws, map);
}
