/* SPDX-License-Identifier: Apache-2.0
 *
 * The mock's objects and its life.
 */
#include "script/mock_internal.h"

#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

int64_t
rv_mock_self(const struct rv_mock *mock)
{
    return mock->objects[RV_MOCK_OBJECT].exists ? RV_MOCK_OBJECT : RV_MOCK_ROOT;
}

static struct rv_mock_object *
object_of(struct rv_mock *mock, int64_t number)
{
    if (number == RV_MOCK_SELF)
        number = rv_mock_self(mock);
    if (number < 1 || number >= RV_MOCK_OBJECTS || !mock->objects[number].exists)
        return NULL;
    return &mock->objects[number];
}

static int
no_object(rv_err *err, int64_t number)
{
    return rv_fail(err, RV_E_NOT_FOUND, "no object %lld", (long long)number);
}

static int
is_called(const struct rv_mock_object *object, const char *path)
{
    return object->exists &&
           (rv_strcaseeq(object->path, path) || rv_strcaseeq(object->class_name, path) ||
            rv_strcaseeq(object->instance_name, path));
}

static int
find(void *arg, int64_t from, const char *path, int64_t *out, rv_err *err)
{
    struct rv_mock *mock = arg;
    const struct rv_mock_object *object = object_of(mock, from);
    *out = 0;
    if (!object)
        return no_object(err, from);
    from = object - mock->objects;
    if (strcmp(path, "/") == 0)
        *out = RV_MOCK_ROOT;
    else if (strcmp(path, ".") == 0)
        *out = from;
    else if (strncmp(path, "..", 2) == 0)
        *out = object->parent;
    else
        for (int64_t n = from; n && !*out; n = mock->objects[n].parent)
            if (is_called(&mock->objects[n], path))
                *out = n;
    return 0;
}

static int
describe(void *arg, int64_t number, struct rv_script_object *out, rv_err *err)
{
    struct rv_mock *mock = arg;
    const struct rv_mock_object *object = object_of(mock, number);
    if (!object)
        return no_object(err, number);
    *out = (struct rv_script_object){ .number = object - mock->objects,
                                      .parent = object->parent,
                                      .path = object->path,
                                      .domain = object->domain,
                                      .namespace_path = object->namespace_path,
                                      .class_name = object->class_name,
                                      .instance_name = object->instance_name,
                                      .message = mock->message,
                                      .field_name = "method1",
                                      .field_type = "method" };
    return 0;
}

static int
children(void *arg, int64_t number, struct rv_ae_value *out, rv_err *err)
{
    struct rv_mock *mock = arg;
    const struct rv_mock_object *object = object_of(mock, number);
    if (!object)
        return no_object(err, number);
    number = object - mock->objects;
    *out = rv_ae_vlist();
    for (int64_t n = 1; n < RV_MOCK_OBJECTS; n++) {
        struct rv_ae_value node = rv_ae_vnode(n);
        if (mock->objects[n].exists && mock->objects[n].parent == number)
            rv_ae_append(out, &node);
    }
    return 0;
}

static int
get(void *arg, int64_t number, const char *name, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_mock_object *object = object_of(arg, number);
    if (!object)
        return no_object(err, number);
    const struct rv_ae_value *value = rv_ae_get(&object->attributes, name);
    *out = value ? rv_ae_copy(value) : RV_AE_VNIL;
    return 0;
}

static int
set(void *arg, int64_t number, const char *name, const struct rv_ae_value *value, rv_err *err)
{
    struct rv_mock_object *object = object_of(arg, number);
    if (!object)
        return no_object(err, number);
    struct rv_ae_value copy = rv_ae_copy(value);
    rv_ae_set(&object->attributes, name, &copy);
    return 0;
}

static int
attributes(void *arg, int64_t number, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_mock_object *object = object_of(arg, number);
    if (!object)
        return no_object(err, number);
    *out = rv_ae_copy(&object->attributes);
    return 0;
}

/* There is no vault: what stands in the world as a secret is its own clear text. */
static int
decrypt(void *arg, int64_t number, const char *name, struct rv_ae_value *out, rv_err *err)
{
    if (get(arg, number, name, out, err))
        return err->code;
    if (out->type == RV_AE_SECRET)
        out->type = RV_AE_TEXT;
    if (out->type == RV_AE_TEXT)
        rv_log_mask(out->v.text, (size_t)out->len);
    return 0;
}

static int
library(void *arg, int64_t self, const char *path, const struct rv_ae_method **out, rv_err *err)
{
    struct rv_mock *mock = arg;
    (void)self;
    if (!mock->library)
        return rv_fail(err, RV_E_NOT_FOUND, "no method '%s'", path);
    return mock->library(mock->library_arg, path, out, err);
}

static void
write_line(void *arg, const char *level, const char *text)
{
    struct rv_mock *mock = arg;
    RV_AUTO_FREE char *shown = rv_strdup(text);
    rv_mask_secrets(shown);
    struct rv_ae_value line = rv_ae_vmap(), word = rv_ae_vtext(level), said = rv_ae_vtext(shown);
    rv_ae_set(&line, "level", &word);
    rv_ae_set(&line, "text", &said);
    if (mock->lines.len < RV_AE_ITEMS_MAX)
        rv_ae_append(&mock->lines, &line);
    rv_ae_clear(&line);
}

static void
drop_world(struct rv_mock *mock)
{
    for (int n = 0; n < RV_MOCK_OBJECTS; n++) {
        struct rv_mock_object *object = &mock->objects[n];
        free(object->path);
        free(object->parts);
        rv_ae_clear(&object->attributes);
        *object = (struct rv_mock_object){ 0 };
    }
    rv_ae_clear(&mock->inputs);
    rv_ae_clear(&mock->state_vars);
    rv_ae_clear(&mock->service_vars);
    rv_ae_clear(&mock->answers);
    rv_ae_clear(&mock->calls);
    rv_ae_clear(&mock->lines);
    rv_mock_drop_rows(mock);
    free(mock->message);
    mock->message = NULL;
    mock->rbac = 0;
}

static void
make_object(struct rv_mock *mock, int64_t number, int64_t parent, const char *path)
{
    struct rv_mock_object *object = &mock->objects[number];
    object->exists = 1;
    object->parent = parent;
    object->path = rv_strdup(path);
    object->parts = rv_strdup(path + (path[0] == '/'));
    object->domain = object->parts;
    object->namespace_path = object->class_name = object->instance_name = "";
    object->attributes = rv_ae_vmap();
    char *last = strrchr(object->parts, '/');
    if (!last)
        return;
    *last = '\0';
    object->instance_name = last + 1;
    if ((last = strrchr(object->parts, '/'))) {
        *last = '\0';
        object->class_name = last + 1;
    }
    if ((last = strchr(object->parts, '/'))) {
        *last = '\0';
        object->namespace_path = last + 1;
    }
}

static int
take_map(struct rv_mock *mock, struct rv_ae_value *out, const struct rv_ae_value *world,
         const char *name, rv_err *err)
{
    const struct rv_ae_value *given = rv_ae_get(world, name);
    rv_ae_clear(out);
    *out = rv_ae_vmap();
    if (!given || (given->len == 0 && given->type == RV_AE_LIST))
        return 0;
    if (given->type != RV_AE_MAP)
        return rv_fail(err, RV_E_INVALID, "'%s' of evm.mock must be a table of names", name);
    *out = rv_ae_copy(given);
    return rv_mock_take_rows(mock, out, err);
}

static const char *
text_of(const struct rv_ae_value *world, const char *name, const char *fallback)
{
    const struct rv_ae_value *value = rv_ae_get(world, name);
    return value && value->type == RV_AE_TEXT ? value->v.text : fallback;
}

static int
check_names(const struct rv_ae_value *world, rv_err *err)
{
    static const char *const names[] = { "answers",      "inputs",     "message", "object",
                                         "parent",       "path",       "root",    "rows",
                                         "service_vars", "state_vars", NULL };
    for (int32_t i = 0; i < world->len; i++) {
        const char *key = world->v.items[i].key;
        int known = 0;
        for (int n = 0; names[n]; n++)
            known |= strcmp(names[n], key) == 0;
        if (known)
            continue;
        const char *nearest = rv_nearest(key, names);
        return rv_fail(err, RV_E_INVALID, "evm.mock does not know '%s'%s%s%s", key,
                       nearest ? "; did you mean '" : "", nearest ? nearest : "",
                       nearest ? "'?" : "");
    }
    return 0;
}

static int
take_objects(struct rv_mock *mock, const struct rv_ae_value *world, rv_err *err)
{
    const char *path = text_of(world, "path", "/Test/Test/Test/test");
    int has_object = rv_ae_get(world, "object") != NULL;
    int has_parent = rv_ae_get(world, "parent") != NULL;
    make_object(mock, RV_MOCK_ROOT, 0, has_object ? "/Test/System/Process/Test" : path);
    if (has_parent)
        make_object(mock, RV_MOCK_PARENT, RV_MOCK_ROOT, "/Test/System/Event/parent");
    if (has_object)
        make_object(mock, RV_MOCK_OBJECT, has_parent ? RV_MOCK_PARENT : RV_MOCK_ROOT, path);
    struct rv_mock_object *o = mock->objects;
    if (take_map(mock, &o[RV_MOCK_ROOT].attributes, world, "root", err) ||
        (has_parent && take_map(mock, &o[RV_MOCK_PARENT].attributes, world, "parent", err)) ||
        (has_object && take_map(mock, &o[RV_MOCK_OBJECT].attributes, world, "object", err)))
        return err->code;
    return 0;
}

int
rv_mock_set(struct rv_mock *mock, const struct rv_ae_value *world, rv_err *err)
{
    drop_world(mock);
    mock->calls = rv_ae_vlist();
    mock->lines = rv_ae_vlist();
    mock->message = rv_strdup(text_of(world, "message", "create"));
    if (world->type == RV_AE_MAP && check_names(world, err))
        return err->code;
    const struct rv_ae_value *rows = rv_ae_get(world, "rows");
    if (rows) {
        RV_AUTO_AE_VALUE struct rv_ae_value copy = rv_ae_copy(rows);
        if (rv_mock_take_rows(mock, &copy, err))
            return err->code;
    }
    if (take_objects(mock, world, err) || take_map(mock, &mock->inputs, world, "inputs", err) ||
        take_map(mock, &mock->state_vars, world, "state_vars", err) ||
        take_map(mock, &mock->service_vars, world, "service_vars", err) ||
        take_map(mock, &mock->answers, world, "answers", err))
        return err->code;
    return 0;
}

struct rv_mock *
rv_mock_new(void)
{
    struct rv_mock *mock = rv_alloc(sizeof(*mock));
    struct rv_ae_value nothing = rv_ae_vmap();
    rv_err err = RV_ERR_INIT;
    mock->host = (struct rv_script_host){ .arg = mock,
                                          .find = find,
                                          .describe = describe,
                                          .children = children,
                                          .get = get,
                                          .set = set,
                                          .attributes = attributes,
                                          .decrypt = decrypt,
                                          .call = rv_mock_do,
                                          .library = library,
                                          .log = write_line };
    rv_mock_fill_rows(&mock->host);
    RV_ASSERT(rv_mock_set(mock, &nothing, &err) == 0);
    return mock;
}

void
rv_mock_free(struct rv_mock *mock)
{
    if (!mock)
        return;
    drop_world(mock);
    for (size_t i = 0; i < mock->kind_count; i++)
        free(mock->kinds[i]);
    free(mock->kinds);
    free(mock);
}

const struct rv_script_host *
rv_mock_host(struct rv_mock *mock)
{
    return &mock->host;
}

const struct rv_ae_value *
rv_mock_inputs(const struct rv_mock *mock)
{
    return &mock->inputs;
}

const struct rv_ae_value *
rv_mock_calls(const struct rv_mock *mock)
{
    return &mock->calls;
}

const struct rv_ae_value *
rv_mock_lines(const struct rv_mock *mock)
{
    return &mock->lines;
}

const struct rv_ae_value *
rv_mock_attributes(const struct rv_mock *mock, int64_t object)
{
    return &mock->objects[object].attributes;
}

const struct rv_ae_value *
rv_mock_state_vars(const struct rv_mock *mock)
{
    return &mock->state_vars;
}

void
rv_mock_libraries(struct rv_mock *mock, rv_mock_library fn, void *arg)
{
    mock->library = fn;
    mock->library_arg = arg;
}

void
rv_mock_on_call(struct rv_mock *mock, rv_mock_call fn, void *arg)
{
    mock->call = fn;
    mock->call_arg = arg;
}
