/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a value can be read as what its field is for.
 */
#include "resolve/check.h"

#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"
#include "resolve/resolve_internal.h"

static int
check_inner(const char *text, size_t len, rv_err *err)
{
    RV_AUTO_FREE char *own = rv_strndup(text, len);
    const char *hash = strchr(own, '#');
    const char *name = hash ? hash + 1 : own;
    if (strstr(own, "${"))
        return rv_fail(err, RV_E_INVALID, "${%s: ${ within another", own);
    if (hash == NULL && own[0] == '/')
        return 0;
    if (*name == '\0' || *name == '.' || strstr(name, "..") || name[strlen(name) - 1] == '.')
        return rv_fail(err, RV_E_INVALID, "${%s}: a name is missing", own);
    return 0;
}

/* The text with an x in place of each ${...}; INVALID when one of them cannot be read. */
static int
take_out(rv_buf *out, const char *text, rv_err *err)
{
    const char *last = strrchr(text, '}');
    for (const char *at = text; *at;) {
        size_t len = ws_substitution_length(at, last);
        if (len == 0 && strncmp(at, "${", 2) == 0)
            return rv_fail(err, RV_E_INVALID, "'%.40s' has no }", at);
        if (len && check_inner(at + 2, len - 3, err) < 0)
            return err->code;
        rv_buf_add_char(out, len ? 'x' : *at);
        at += len ? len : 1;
    }
    return rv_buf_check(out, err);
}

static int
check_path(const char *text, rv_err *err)
{
    RV_AUTO_WS_URI struct rv_ws_uri uri = { 0 };
    if (rv_ws_uri_parse(&uri, text + strspn(text, " \t\r\n"), err) < 0)
        return err->code;
    if (uri.scheme == RV_WS_DATASTORE && uri.class_path == NULL)
        return rv_fail(err, RV_E_INVALID, "path '%s' names no class", text);
    return 0;
}

static int
is_call(const struct rv_ae_field *field, const char *text)
{
    text += strspn(text, " \t\r\n");
    return field->aetype == RV_AE_METHOD || strncasecmp(text, "method:", 7) == 0 ||
           strncasecmp(text, "miqaemethod:", 12) == 0;
}

static int
check_call(const char *text, rv_err *err)
{
    RV_AUTO_FREE char *path = NULL;
    return ws_check_call(&path, text, err);
}

static int
check_attribute(const struct rv_ae_field *field, const char *value, rv_err *err)
{
    int of_text = field->datatype == RV_AE_DATA_INTEGER || field->datatype == RV_AE_DATA_FLOAT ||
                  field->datatype == RV_AE_DATA_BOOLEAN || field->datatype == RV_AE_DATA_TIME;
    if (!of_text || strstr(value, "${"))
        return 0;
    RV_AUTO_AE_VALUE struct rv_ae_value converted = rv_ae_vtext(value);
    return ws_convert(NULL, &converted, field, err);
}

int
rv_ws_check_value(const struct rv_ae_field *field, const char *value, rv_err *err)
{
    RV_AUTO_BUF rv_buf plain = rv_buf_limited(1 << 20);
    if (ws_is_blank(value))
        return 0;
    int idle = value[strspn(value, " \t\r\n")] == '#';
    if (field->aetype == RV_AE_ASSERTION)
        return ws_check_assertion(value, err);
    if (field->aetype == RV_AE_ATTRIBUTE && field->datatype == RV_AE_DATA_PASSWORD)
        return 0;
    if (field->aetype == RV_AE_ATTRIBUTE && !(field->flags & RV_AE_SUBSTITUTE))
        return check_attribute(field, value, err);
    if (field->aetype != RV_AE_ATTRIBUTE && idle)
        return 0;
    if (take_out(&plain, value, err) < 0)
        return err->code;
    if (field->aetype == RV_AE_ATTRIBUTE)
        return check_attribute(field, value, err);
    return is_call(field, value) ? check_call(rv_buf_text(&plain), err)
                                 : check_path(rv_buf_text(&plain), err);
}
