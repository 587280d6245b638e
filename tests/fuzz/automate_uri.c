/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths, and the small languages in fields (assertions, substitution, gathering, intervals), on a
 * workspace with one object: whatever stands in them, it ends in a value or in an error.
 */
#include "fuzz.h"

#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "resolve/check.h"
#include "resolve/resolve_internal.h"

static const struct rv_ae_domain domain = { .name = "Top", .enabled = 1 };
static const struct rv_ae_domain *const domains_list[] = { &domain };

static const struct rv_ae_class class = { .domain = &domain, .path = "A/B", .name = "B" };
static const struct rv_ae_instance instance = { .class = &class, .name = "b" };

static int
domains(void *arg, const struct rv_ae_domain *const **out, size_t *count, rv_err *err)
{
    (void)arg, (void)err;
    *out = domains_list;
    *count = 1;
    return 0;
}

static int
no_class(void *arg, const struct rv_ae_domain *of, const char *path, const struct rv_ae_class **out,
         rv_err *err)
{
    (void)arg, (void)of, (void)out;
    return rv_fail(err, RV_E_NOT_FOUND, "%s", path);
}

static void
parse(const char *text)
{
    RV_AUTO_WS_URI struct rv_ws_uri uri;
    rv_err err = RV_ERR_INIT;
    if (rv_ws_uri_parse(&uri, text, &err) == 0)
        RV_ASSERT(uri.name || uri.class_path);
    else
        RV_ASSERT(err.text[0] != '\0');
}

static void
read_fields(struct rv_ws_object *object, const char *text)
{
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    RV_AUTO_BUF rv_buf path = rv_buf_limited(RV_WS_URI_MAX);
    rv_err err = RV_ERR_INIT;
    int holds;
    int64_t ms = 0;
    if (ws_assert(&holds, object, text, &err) == 0)
        RV_ASSERT(holds == 0 || holds == 1);
    rv_err_clear(&err);
    if (ws_coalesce(&value, object, text, &err) < 0)
        rv_err_clear(&err);
    rv_ae_clear(&value);
    if (ws_substitute_text(&path, object, text, 1, &err) < 0)
        rv_err_clear(&err);
    ws_collect(object, text, &object, 1, &err);
    rv_err_clear(&err);
    ws_call_method(object, text, 1, &err);
    rv_err_clear(&err);
    if (ws_parse_interval(&ms, text, &err) == 0)
        RV_ASSERT(ms >= 0);
}

/* What others wrote: what can be read can be written, and then read with its types. */
static void
read_json(const char *text, size_t size)
{
    RV_AUTO_JSON cJSON *json = NULL, *again = NULL;
    RV_AUTO_AE_VALUE struct rv_ae_value plain = RV_AE_VNIL, typed = RV_AE_VNIL;
    RV_AUTO_BUF rv_buf out = rv_buf_limited(16 << 20);
    rv_err err = RV_ERR_INIT;
    if (rv_json_parse(&json, text, size, 1 << 20, 0, &err) < 0 ||
        rv_ae_from_plain_json(&plain, json, &err) < 0 || rv_ae_to_json(&out, &plain, &err) < 0)
        return;
    RV_ASSERT(rv_json_parse(&again, rv_buf_text(&out), out.len, 16 << 20, 0, &err) == 0);
    RV_ASSERT(rv_ae_from_json(&typed, again, &err) == 0);
    RV_ASSERT(typed.type == plain.type && rv_ae_bytes(&typed) == rv_ae_bytes(&plain));
}

/* What is said of a value without resolving anything; it must not say more than a run would. */
static void
check(const char *text)
{
    for (int aetype = RV_AE_ATTRIBUTE; aetype <= RV_AE_STATE; aetype++) {
        const struct rv_ae_field field = {
            .name = "x", .aetype = aetype, .datatype = RV_AE_DATA_INTEGER, .flags = RV_AE_SUBSTITUTE
        };
        rv_err err = RV_ERR_INIT;
        if (rv_ws_check_value(&field, text, &err) < 0)
            RV_ASSERT(err.text[0] != '\0');
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rv_ae_source source = { .domains = domains, .find_class = no_class };
    RV_AUTO_FREE char *text = rv_strndup((const char *)data, size);
    struct rv_ws *ws;
    rv_err err = RV_ERR_INIT;
    parse(text);
    check(text);
    read_json(text, strlen(text));
    RV_ASSERT(rv_ws_open(&ws, &source, NULL, NULL, &err) == 0);
    struct rv_ws_object *object = ws_object_new(ws, NULL, &instance, "create");
    ws_set_text(object, "name", "5");
    read_fields(object, text);
    rv_ws_restore(ws, text, strlen(text), &err);
    rv_ws_close(ws);
    return 0;
}
