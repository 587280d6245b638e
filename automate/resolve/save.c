/* SPDX-License-Identifier: Apache-2.0
 *
 * What outlives a run that comes back: {"vars":{...},"machines":{...},"retries":n}. The objects are
 * made anew.
 */
#include "resolve/resolve_internal.h"

#include <stdint.h>
#include "base/json.h"

enum { STATE_BYTES_MAX = 4 << 20 };

static int
put(rv_buf *out, const char *name, const struct rv_ae_value *value, rv_err *err)
{
    rv_buf_addf(out, "\"%s\":", name);
    if (rv_ae_to_json(out, value, err) < 0)
        return rv_wrap(err, "keep %s", name);
    return 0;
}

int
rv_ws_save(const struct rv_ws *ws, rv_buf *out, rv_err *err)
{
    rv_buf_add_char(out, '{');
    if (put(out, "vars", &ws->state_vars, err) < 0)
        return err->code;
    rv_buf_add_char(out, ',');
    if (put(out, "machines", &ws->machines, err) < 0)
        return err->code;
    rv_buf_addf(out, ",\"retries\":%lld}", (long long)ws->plain_retries + 1);
    if (rv_buf_check(out, err) < 0)
        return rv_wrap(err, "keep the state variables");
    return 0;
}

static int
take(struct rv_ae_value *into, const cJSON *state, const char *name, rv_err *err)
{
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(state, name);
    struct rv_ae_value value;
    if (json == NULL)
        return 0;
    if (rv_ae_from_json(&value, json, err) < 0)
        return err->code;
    if (value.type != RV_AE_MAP) {
        rv_ae_clear(&value);
        return rv_fail(err, RV_E_INVALID, "'%s' is no object", name);
    }
    rv_ae_clear(into);
    *into = value;
    return 0;
}

int
rv_ws_restore(struct rv_ws *ws, const char *state, size_t len, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    if (rv_json_parse(&json, state, len, STATE_BYTES_MAX, 0, err) < 0 ||
        take(&ws->state_vars, json, "vars", err) < 0 ||
        take(&ws->machines, json, "machines", err) < 0)
        return rv_wrap(err, "the state of a run");
    ws_charge(ws, rv_ae_bytes(&ws->state_vars));
    ws->plain_retries = rv_json_int(json, "retries", 0);
    return 0;
}
