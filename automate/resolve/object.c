/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects of a workspace: their making, their attributes, the ways between them.
 */
#include "resolve/resolve_internal.h"

#include <string.h>
#include <strings.h>
#include "base/mem.h"
#include "base/text.h"

static void
push(struct rv_ws_object ***list, size_t *count, struct rv_ws_object *object)
{
    if ((*count & (*count - 1)) == 0)
        *list = rv_realloc(*list, *count ? *count * 2 : 1, sizeof(**list));
    (*list)[(*count)++] = object;
}

struct rv_ws_object *
ws_object_new(struct rv_ws *ws, struct rv_ws_object *parent, const struct rv_ae_instance *instance,
              const char *message)
{
    struct rv_ws_object *object = rv_alloc(sizeof(*object));
    const struct rv_ae_class *class = instance->class;
    object->ws = ws;
    object->parent = parent;
    object->instance = instance;
    object->path = rv_format("/%s/%s/%s", class->domain->name, class->path, instance->name);
    object->message = rv_strdup(message);
    object->depth = parent ? parent->depth + 1 : 0;
    object->attributes = rv_ae_vmap();
    ws_charge(ws, sizeof(*object) + strlen(object->path) + strlen(object->message));
    push(&ws->objects, &ws->object_count, object);
    object->number = (int64_t)ws->object_count;
    if (parent)
        push(&parent->children, &parent->child_count, object);
    return object;
}

/* It stays in memory, for whoever remembers its number. */
void
ws_object_drop(struct rv_ws_object *object)
{
    struct rv_ws_object *parent = object->parent;
    for (size_t i = 0; parent && i < parent->child_count; i++) {
        if (parent->children[i] != object)
            continue;
        memmove(&parent->children[i], &parent->children[i + 1],
                (parent->child_count - i - 1) * sizeof(struct rv_ws_object *));
        parent->child_count--;
        return;
    }
}

void
ws_set_text(struct rv_ws_object *object, const char *name, const char *text)
{
    struct rv_ae_value value = rv_ae_vtext(text);
    rv_ws_set(object, name, &value);
}

const char *
ws_text(const struct rv_ws_object *object, const char *name)
{
    const struct rv_ae_value *value = rv_ws_get(object, name);
    int is_text = value && (value->type == RV_AE_TEXT || value->type == RV_AE_SYMBOL);
    return is_text ? value->v.text : "";
}

struct rv_ws_object *
rv_ws_root(const struct rv_ws *ws)
{
    return ws->object_count ? ws->objects[0] : NULL;
}

struct rv_ws_object *
rv_ws_current(const struct rv_ws *ws)
{
    return ws->current;
}

struct rv_ws_object *
rv_ws_by_number(const struct rv_ws *ws, int64_t number)
{
    return number > 0 && (size_t)number <= ws->object_count ? ws->objects[number - 1] : NULL;
}

/* "Class" or "Ns/Class" of this object? */
static int
is_of_class(const struct rv_ws_object *object, const char *path)
{
    const char *own = object->instance->class->path;
    size_t own_len = strlen(own), len = strlen(path);
    return len > 0 && len <= own_len && strcasecmp(own + own_len - len, path) == 0 &&
           (len == own_len || own[own_len - len - 1] == '/');
}

static struct rv_ws_object *
up(struct rv_ws_object *from, const char *path)
{
    struct rv_ws_object *at = from;
    while (at && strncmp(path, "..", 2) == 0) {
        at = at->parent;
        path += 2;
        path += strspn(path, "/");
    }
    return *path ? NULL : at;
}

struct rv_ws_object *
rv_ws_find(const struct rv_ws *ws, struct rv_ws_object *from, const char *path)
{
    struct rv_ws_object *root = rv_ws_root(ws);
    if (strcmp(path, "") == 0 || strcmp(path, ".") == 0)
        return from;
    if (strcmp(path, "/") == 0)
        return root;
    if (strncmp(path, "..", 2) == 0)
        return up(from, path);
    if (path[0] == '/') {
        for (size_t i = 0; root && i < root->child_count; i++)
            if (is_of_class(root->children[i], path + 1))
                return root->children[i];
        return NULL;
    }
    for (struct rv_ws_object *at = from ? from->parent : NULL; at; at = at->parent)
        if (is_of_class(at, path))
            return at;
    return NULL;
}

int64_t
rv_ws_number(const struct rv_ws_object *object)
{
    return object->number;
}

struct rv_ws_object *
rv_ws_parent(const struct rv_ws_object *object)
{
    return object->parent;
}

size_t
rv_ws_child_count(const struct rv_ws_object *object)
{
    return object->child_count;
}

struct rv_ws_object *
rv_ws_child(const struct rv_ws_object *object, size_t index)
{
    return index < object->child_count ? object->children[index] : NULL;
}

const struct rv_ae_instance *
rv_ws_instance(const struct rv_ws_object *object)
{
    return object->instance;
}

const char *
rv_ws_path(const struct rv_ws_object *object)
{
    return object->path;
}

const char *
rv_ws_message(const struct rv_ws_object *object)
{
    return object->message;
}

const char *
rv_ws_made_by(const struct rv_ws_object *object)
{
    return object->made_by;
}

const char *
rv_ws_field(const struct rv_ws_object *object)
{
    return object->field;
}

const struct rv_ae_value *
rv_ws_get(const struct rv_ws_object *object, const char *name)
{
    const struct rv_ae_value *found = rv_ae_get(&object->attributes, name);
    if (found)
        return found;
    RV_AUTO_FREE char *lower = rv_strdup(name);
    rv_lower(lower);
    return rv_ae_get(&object->attributes, lower);
}

void
rv_ws_set(struct rv_ws_object *object, const char *name, struct rv_ae_value *value)
{
    RV_AUTO_FREE char *lower = rv_strdup(name);
    rv_lower(lower);
    ws_keep(object->ws, &object->attributes, lower, value);
}

const struct rv_ae_value *
rv_ws_attributes(const struct rv_ws_object *object)
{
    return &object->attributes;
}
