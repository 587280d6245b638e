/* SPDX-License-Identifier: Apache-2.0
 *
 * ${...} in the values of fields:
 *
 *   ${#attr} ${attr}        of the current object       ${/#attr}     of the root
 *   ${../#attr}             of its parent, and so on    ${name#attr}  of the nearest above it of
 * class name
 *   ${/Ns/Class/inst/attr}  what the datastore says     ${STATE_VAR#name}
 *
 * Behind the attribute, `.name` goes on into a row, an object of the workspace or a map. What is
 * put in is a value: it is not looked through for ${...} again.
 */
#include "resolve/resolve_internal.h"

#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

enum { CHAIN_MAX = 16 };

size_t
ws_substitution_length(const char *text, const char *last)
{
    if (last == NULL || text > last || text[0] != '$' || text[1] != '{')
        return 0;
    return (size_t)(strchr(text, '}') - text) + 1;
}

/* "first", "last" and "count" of a list. */
static int
of_list(struct rv_ae_value *out, const struct rv_ae_value *list, const char *name)
{
    if (strcmp(name, "count") == 0 || strcmp(name, "size") == 0 || strcmp(name, "length") == 0)
        *out = rv_ae_vint(list->len);
    else if (list->len && strcmp(name, "first") == 0)
        *out = rv_ae_copy(&list->v.items[0]);
    else if (list->len && strcmp(name, "last") == 0)
        *out = rv_ae_copy(&list->v.items[list->len - 1]);
    return 0;
}

static int
step_into(struct rv_ae_value *out, struct rv_ws *ws, const struct rv_ae_value *value,
          const char *name, rv_err *err)
{
    *out = RV_AE_VNIL;
    if (value->type == RV_AE_ROW) {
        if (ws->calls.column == NULL)
            return 0;
        return ws->calls.column(ws->calls.arg, out, value->v.row.kind, value->v.row.id, name, err);
    }
    if (value->type == RV_AE_LIST)
        return of_list(out, value, name);
    const struct rv_ae_value *found = NULL;
    if (value->type == RV_AE_MAP)
        found = rv_ae_get(value, name);
    struct rv_ws_object *object =
        value->type == RV_AE_NODE ? rv_ws_by_number(ws, value->v.i) : NULL;
    if (object)
        found = rv_ws_get(object, name);
    if (found)
        *out = rv_ae_copy(found);
    return 0;
}

/* value becomes value.a.b; chain is "a.b" and is cut up. */
static int
follow(struct rv_ae_value *value, struct rv_ws *ws, char *chain, rv_err *err)
{
    for (int i = 0; chain; i++) {
        const char *name = strsep(&chain, ".");
        if (*name == '\0' || i == CHAIN_MAX)
            return rv_fail(err, RV_E_INVALID, "%s",
                           *name ? "too many names with a dot between them"
                                 : "no name behind the dot");
        struct rv_ae_value next;
        int rc = step_into(&next, ws, value, name, err);
        rv_ae_clear(value);
        *value = next;
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What an instance or its class says of a field, as text. */
static int
from_datastore(struct rv_ae_value *out, struct rv_ws *ws, const char *path, rv_err *err)
{
    const char *last = strrchr(path, '/');
    RV_AUTO_FREE char *instance_path = rv_strndup(path, (size_t)(last - path));
    RV_AUTO_WS_URI struct rv_ws_uri uri = { 0 };
    struct found found;
    if (rv_ws_uri_parse(&uri, instance_path, err) < 0)
        return err->code;
    if (uri.class_path == NULL)
        return rv_fail(err, RV_E_INVALID, "'%s' is no path of class, instance and field", path);
    if (ws_find_instance(&found, ws, uri.class_path, uri.name, err) < 0)
        return err->code;
    const struct rv_ae_class *class = found.instance->class;
    const struct rv_ae_field *field = rv_ae_class_field(class, last + 1);
    if (field == NULL)
        return rv_fail(err, RV_E_NOT_FOUND, "class '%s' has no field '%s'", class->path, last + 1);
    const struct rv_ae_entry *entry = ws_entry(found.instance, field->name);
    *out = rv_ae_vtext(entry && !ws_is_blank(entry->value) ? entry->value : field->default_value);
    return ws_convert(ws, out, field, err);
}

static int
from_object(struct rv_ae_value *out, struct rv_ws_object *from, const char *path, const char *name,
            rv_err *err)
{
    size_t len = strlen(path); /* "../" and "/" end with a slash, "Class" does not */
    RV_AUTO_FREE char *where = rv_strndup(path, len > 1 && path[len - 1] == '/' ? len - 1 : len);
    struct rv_ws_object *object = rv_ws_find(from->ws, from, where);
    if (object == NULL) {
        rv_fail(err, RV_E_NOT_FOUND, "there is no object '%s' here", path);
        return rv_hint(err, "use /# for the root, ../# for the parent, or the class of one above");
    }
    const struct rv_ae_value *found = rv_ws_get(object, name);
    if (found)
        *out = rv_ae_copy(found);
    return 0;
}

/* text: between the braces, ours to cut up. */
static int
look_up(struct rv_ae_value *out, struct rv_ws_object *object, char *text, rv_err *err)
{
    char *hash = strchr(text, '#');
    if (hash == NULL && text[0] == '/')
        return from_datastore(out, object->ws, text, err);
    char *name = hash ? hash + 1 : text;
    if (hash)
        *hash = '\0';
    char *chain = strchr(name, '.');
    if (chain)
        *chain++ = '\0';
    if (*name == '\0')
        return rv_fail(err, RV_E_INVALID, "it names no attribute");
    if (hash && strcasecmp(text, "STATE_VAR") == 0) {
        const struct rv_ae_value *found = rv_ae_get(&object->ws->state_vars, name);
        if (found)
            *out = rv_ae_copy(found);
    } else if (from_object(out, object, hash ? text : "", name, err) < 0) {
        return err->code;
    }
    return chain ? follow(out, object->ws, chain, err) : 0;
}

int
ws_look_up(struct rv_ae_value *out, struct rv_ws_object *object, const char *text, size_t len,
           rv_err *err)
{
    RV_AUTO_FREE char *own = rv_strndup(text, len);
    *out = RV_AE_VNIL;
    if (ws_pulse(object->ws, err) < 0)
        return err->code;
    if (look_up(out, object, own, err) == 0)
        return 0;
    rv_ae_clear(out);
    return rv_wrap(err, "${%.*s}", len > 200 ? 200 : (int)len, text);
}

int
rv_ws_value(struct rv_ws_object *object, const char *expression, struct rv_ae_value *out,
            rv_err *err)
{
    return ws_look_up(out, object, expression, strlen(expression), err);
}

/* What would end the path or an argument of it is encoded. */
static void
add_encoded(rv_buf *out, const char *value, const char *ends)
{
    static const char digits[] = "0123456789ABCDEF";
    for (const unsigned char *at = (const unsigned char *)value; *at; at++) {
        if (strchr(ends, *at) == NULL) {
            rv_buf_add_char(out, (char)*at);
            continue;
        }
        rv_buf_add_char(out, '%');
        rv_buf_add_char(out, digits[*at >> 4]);
        rv_buf_add_char(out, digits[*at & 15]);
    }
}

/* What comes from outside with an event is one part of a path, whatever is in it: "a/b" is no
 * instance b of a class a. Other values may be paths. */
static int
is_one_part(const char *expression, size_t len)
{
    static const char *const names[] = { "event_type", "source", "event_stream.type" };
    for (size_t i = 0; i < RV_COUNT(names); i++) {
        size_t name = strlen(names[i]);
        const char *at = len < name ? NULL : expression + len - name;
        if (at == NULL || strncasecmp(at, names[i], name) != 0)
            continue;
        if (len == name || at[-1] == '#' || at[-1] == '.')
            return 1;
    }
    return 0;
}

static const char *
ends_of(const rv_buf *out, int is_part)
{
    if (strchr(rv_buf_text(out), '?'))
        return "&#%+";
    return is_part ? "/?#%*" : "?#%*";
}

static int
add_value(rv_buf *out, const struct rv_ae_value *value, int for_uri, int is_part)
{
    if (!for_uri)
        return rv_ae_show(out, value);
    RV_AUTO_BUF rv_buf shown = rv_buf_limited(RV_WS_URI_MAX);
    int rc = rv_ae_show(&shown, value);
    add_encoded(out, rv_buf_text(&shown), ends_of(out, is_part));
    return rc;
}

int
ws_substitute_text(rv_buf *out, struct rv_ws_object *object, const char *text, int for_uri,
                   rv_err *err)
{
    const char *last = strrchr(text, '}');
    for (const char *at = text; *at;) {
        size_t len = ws_substitution_length(at, last);
        if (len == 0) {
            const char *next = last && at < last ? strstr(at + 1, "${") : NULL;
            size_t plain = next ? (size_t)(next - at) : strlen(at);
            rv_buf_add(out, at, plain);
            at += plain;
            continue;
        }
        RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
        if (ws_look_up(&value, object, at + 2, len - 3, err) < 0)
            return err->code;
        if (add_value(out, &value, for_uri, is_one_part(at + 2, len - 3)) < 0)
            return rv_fail(err, RV_E_LIMIT, "a value has more than %zu bytes when put into a text",
                           out->limit);
        at += len;
    }
    return rv_buf_check(out, err);
}

int
ws_substitute(struct rv_ae_value *out, struct rv_ws_object *object, const char *text, rv_err *err)
{
    size_t len = ws_substitution_length(text, strrchr(text, '}'));
    if (len && text[len] == '\0')
        return ws_look_up(out, object, text + 2, len - 3, err);
    *out = RV_AE_VNIL;
    RV_AUTO_BUF rv_buf whole = rv_buf_limited(object->ws->limits.bytes);
    if (ws_substitute_text(&whole, object, text, 0, err) < 0)
        return err->code;
    *out = rv_ae_vtext_len(rv_buf_text(&whole), whole.len);
    return 0;
}
