/* SPDX-License-Identifier: Apache-2.0
 *
 * What a field's text becomes by its datatype. A blank text is nil, but for a string; a value that
 * has a type already (put in by ${...}) keeps it where that fits.
 */
#include "resolve/resolve_internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

/* "a, b ,c" */
static struct rv_ae_value
split(const char *text)
{
    struct rv_ae_value list = rv_ae_vlist();
    for (const char *at = text; at;) {
        const char *comma = strchr(at, ',');
        const char *from = at, *to = comma ? comma : at + strlen(at);
        while (from < to && isspace((unsigned char)*from))
            from++;
        while (from < to && isspace((unsigned char)to[-1]))
            to--;
        struct rv_ae_value item = rv_ae_vtext_len(from, (size_t)(to - from));
        rv_ae_append(&list, &item);
        at = comma ? comma + 1 : NULL;
    }
    return list;
}

/* "12", "Vm::12" or "vm::12": the id; a row shown as text is one of these. */
static int
id_of(int64_t *out, const char *text, rv_err *err)
{
    const char *colons = strstr(text, "::");
    return rv_parse_int(out, colons ? colons + 2 : text, err);
}

static int
to_row(struct rv_ae_value *out, struct rv_ws *ws, const char *class_name, const char *text,
       rv_err *err)
{
    int64_t id;
    if (id_of(&id, text, err) < 0)
        return err->code;
    if (ws->calls.row)
        return ws->calls.row(ws->calls.arg, out, class_name, id, err);
    *out = rv_ae_vtext(text);
    return 0;
}

static int
to_number(struct rv_ae_value *out, const char *text, int datatype, rv_err *err)
{
    int64_t i;
    double d;
    if (datatype == RV_AE_DATA_INTEGER) {
        if (rv_parse_int(&i, text, err) < 0)
            return err->code;
        *out = rv_ae_vint(i);
        return 0;
    }
    if (rv_parse_double(&d, text, err) < 0)
        return err->code;
    *out = rv_ae_vdouble(d);
    return 0;
}

/* ISO 8601, or as Ruby writes it: "2026-11-22 10:00:00 UTC". */
static int
to_time(struct rv_ae_value *out, const char *text, rv_err *err)
{
    RV_AUTO_FREE char *own = rv_strdup(text);
    size_t len = strlen(own);
    int64_t ms;
    if (len == 23 && own[10] == ' ' && strcmp(own + 19, " UTC") == 0) {
        own[10] = 'T';
        memcpy(own + 19, "Z", 2);
    }
    if (rv_parse_time(&ms, own, err) < 0)
        return err->code;
    *out = rv_ae_vstamp(ms);
    return 0;
}

static int
from_text(struct rv_ae_value *out, struct rv_ws *ws, const struct rv_ae_field *field,
          const char *text, rv_err *err)
{
    int64_t number = 0;
    switch (field->datatype) {
    case RV_AE_DATA_SYMBOL:
        *out = rv_ae_vtext(text + (*text == ':'));
        out->type = RV_AE_SYMBOL;
        return 0;
    case RV_AE_DATA_INTEGER:
    case RV_AE_DATA_FLOAT:
        return to_number(out, text, field->datatype, err);
    case RV_AE_DATA_BOOLEAN:
        if (rv_parse_flag(&number, text, err) < 0)
            return err->code;
        *out = rv_ae_vbool((int)number);
        return 0;
    case RV_AE_DATA_TIME:
        return to_time(out, text, err);
    case RV_AE_DATA_ARRAY:
        *out = split(text);
        return 0;
    case RV_AE_DATA_PASSWORD:
        *out = rv_ae_vtext(text);
        out->type = RV_AE_SECRET;
        return 0;
    case RV_AE_DATA_OBJECT:
        return to_row(out, ws, field->object_class, text, err);
    default:
        *out = rv_ae_vtext(text);
        return 0;
    }
}

int
ws_convert(struct rv_ws *ws, struct rv_ae_value *value, const struct rv_ae_field *field,
           rv_err *err)
{
    int is_string =
        field->datatype == RV_AE_DATA_STRING || field->datatype == RV_AE_DATA_NULL_COALESCING;
    struct rv_ae_value out = RV_AE_VNIL;
    if (is_string || value->type != RV_AE_TEXT) {
        if (field->datatype != RV_AE_DATA_OBJECT || value->type != RV_AE_INT)
            return 0;
        char digits[24];
        rv_format_int(digits, value->v.i);
        if (to_row(&out, ws, field->object_class, digits, err) < 0)
            return rv_wrap(err, "field '%s'", field->name);
    } else if (!ws_is_blank(value->v.text) && from_text(&out, ws, field, value->v.text, err) < 0) {
        rv_ae_clear(&out);
        return rv_wrap(err, "field '%s'", field->name);
    }
    rv_ae_clear(value);
    *value = out;
    return 0;
}

static int64_t
unit_ms(const char *unit)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        { "second", 1000 },           { "minute", 60000 },      { "hour", 3600000 },
        { "day", 86400000 },          { "week", 7 * 86400000 }, { "month", 30LL * 86400000 },
        { "year", 365LL * 86400000 },
    };
    size_t len = strlen(unit);
    if (len > 1 && (unit[len - 1] | 0x20) == 's')
        len--;
    for (size_t i = 0; i < RV_COUNT(units); i++)
        if (strlen(units[i].name) == len && strncasecmp(unit, units[i].name, len) == 0)
            return units[i].ms;
    return 0;
}

int
ws_parse_interval(int64_t *out_ms, const char *text, rv_err *err)
{
    const char *dot = strchr(text, '.');
    int64_t unit = dot ? unit_ms(dot + 1) : 0, count;
    if (unit == 0) {
        if (rv_parse_duration(out_ms, text, err) == 0)
            return 0;
        return rv_hint(err, "write 10.minutes, 90 (seconds) or 5m");
    }
    RV_AUTO_FREE char *number = rv_strndup(text, (size_t)(dot - text));
    if (rv_parse_int(&count, number, err) < 0)
        return err->code;
    if (count < 0 || count > INT64_MAX / unit)
        return rv_fail(err, RV_E_INVALID, "'%s' is out of range", text);
    *out_ms = count * unit;
    return 0;
}
