/* SPDX-License-Identifier: Apache-2.0
 *
 * Arguments of a path become attributes of its object. `Class::name=id` gives the row as `name` and
 * the id as `name_id`, `Array::name=Class::id,...` a list of rows; a row that is not there is nil.
 */
#include "resolve/resolve_internal.h"

#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

static int
take_row(struct rv_ae_value *out, struct rv_ws_object *object, const char *class_name,
         const char *text, rv_err *err)
{
    const struct rv_ae_field field = { .name = class_name,
                                       .datatype = RV_AE_DATA_OBJECT,
                                       .object_class = class_name };
    *out = rv_ae_vtext(text);
    if (ws_convert(object->ws, out, &field, err) < 0) {
        rv_ae_clear(out);
        return err->code;
    }
    if (out->type == RV_AE_NIL && !ws_is_blank(text))
        ws_warn(object, "there is no %s %s", class_name, text);
    return 0;
}

static int
take_rows(struct rv_ae_value *out, struct rv_ws_object *object, const char *text, rv_err *err)
{
    RV_AUTO_FREE char *own = rv_strdup(text);
    *out = rv_ae_vlist();
    for (char *next = own; next;) {
        char *one = strsep(&next, ",");
        one += strspn(one, " ");
        char *colons = strstr(one, "::");
        if (*one == '\0')
            continue;
        if (colons == NULL)
            return rv_fail(err, RV_E_INVALID, "'%s' is not of the form Class::id", one);
        *colons = '\0';
        struct rv_ae_value row;
        if (take_row(&row, object, one, colons + 2, err) < 0)
            return err->code;
        if (row.type != RV_AE_NIL)
            rv_ae_append(out, &row);
    }
    return 0;
}

static void
set(struct rv_ws_object *object, const char *name, struct rv_ae_value *value)
{
    ws_trace(object, RV_WS_STEP_FIELD, NULL, name, value, 0, 0);
    rv_ws_set(object, name, value);
}

static int
take_typed(struct rv_ws_object *object, const char *class_name, const char *name, const char *text,
           rv_err *err)
{
    struct rv_ae_value value = RV_AE_VNIL;
    if (strcasecmp(class_name, "array") == 0) {
        if (take_rows(&value, object, text, err) < 0) {
            rv_ae_clear(&value);
            return err->code;
        }
        set(object, name, &value);
        return 0;
    }
    if (take_row(&value, object, class_name, text, err) < 0)
        return err->code;
    RV_AUTO_FREE char *id_name = rv_format("%s_id", name);
    if (rv_ws_get(object, id_name) == NULL) {
        const char *colons = strstr(text, "::");
        struct rv_ae_value id = rv_ae_vtext(colons ? colons + 2 : text);
        set(object, id_name, &id);
    }
    set(object, name, &value);
    return 0;
}

int
ws_take_args(struct rv_ws_object *object, const struct rv_ws_uri *uri, rv_err *err)
{
    for (size_t i = 0; i < uri->arg_count; i++) {
        const struct rv_ws_arg *arg = &uri->args[i];
        char *colons = strstr(arg->name, "::");
        if (colons == NULL) {
            struct rv_ae_value value = rv_ae_vtext(arg->value);
            set(object, arg->name, &value);
            continue;
        }
        RV_AUTO_FREE char *class_name = rv_strndup(arg->name, (size_t)(colons - arg->name));
        if (take_typed(object, class_name, colons + 2, arg->value, err) < 0)
            return rv_wrap(err, "argument '%s'", arg->name);
    }
    return 0;
}
