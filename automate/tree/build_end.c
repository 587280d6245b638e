/* SPDX-License-Identifier: Apache-2.0
 *
 * Putting a tree together: what was collected is sorted by domain, path and name without regard to
 * case, so that everything of a class lies side by side, and so do names that must not both be
 * there. No step is worse than sorting, since a domain may have a hundred thousand instances.
 */
#include "tree/build_internal.h"

#include <string.h>
#include "base/text.h"
#include "tree/names.h"

struct ending {
    struct rv_ae_build *build;
    struct rv_ae_tree *tree;
    rv_err *err;
};

static int
fail(struct ending *e, const struct rv_ae_item *item, const char *format, const char *word,
     const char *other)
{
    const struct rv_ae_parse in = {
        .arena = e->build->arena, .file = item->file, .notes = e->build->notes, .err = e->err
    };
    char text[1024];

    snprintf(text, sizeof(text), "%s%s%s", format, word, other);
    rv_ae_parse_fail(&in, 0, "%s", text);
    return e->build->notes ? 0 : RV_E_INVALID;
}

static char *
folded(struct ending *e, const char *text)
{
    char *copy = rv_arena_strdup(e->build->arena, text);

    RV_ASSERT(copy);
    rv_lower(copy);
    return copy;
}

static int
by_keys(const void *a, const void *b)
{
    const struct rv_ae_item *x = a, *y = b;
    int order = x->domain - y->domain;

    if (order == 0)
        order = strcmp(x->path_key, y->path_key);
    if (order == 0)
        order = strcmp(x->name_key, y->name_key);
    return order ? order : strcmp(x->file, y->file);
}

static int
same_keys(const struct rv_ae_item *x, const struct rv_ae_item *y)
{
    return x->domain == y->domain && strcmp(x->path_key, y->path_key) == 0 &&
           strcmp(x->name_key, y->name_key) == 0;
}

static void
take_out(struct rv_ae_items *items, size_t index)
{
    items->count--;
    memmove(&items->list[index], &items->list[index + 1],
            (items->count - index) * sizeof(*items->list));
}

/* Marks instead of moving: taking many out one by one would be quadratic. */
static void
drop_marked(struct rv_ae_items *items)
{
    size_t kept = 0;

    for (size_t i = 0; i < items->count; i++)
        if (items->list[i].domain >= 0)
            items->list[kept++] = items->list[i];
    items->count = kept;
}

static int
sort_and_check(struct ending *e, enum rv_ae_part part, const char *word)
{
    struct rv_ae_items *items = &e->build->parts[part];

    if (items->count > 1)
        qsort(items->list, items->count, sizeof(*items->list), by_keys);
    size_t first = 0;
    for (size_t i = 1; i < items->count; i++) {
        struct rv_ae_item *item = &items->list[i];
        if (!same_keys(&items->list[first], item)) {
            first = i;
            continue;
        }
        char text[64];
        snprintf(text, sizeof(text), "the same %s as (names differ by case only) ", word);
        if (fail(e, item, text, items->list[first].file, "") < 0)
            return e->err->code;
        item->domain = -1;
    }
    drop_marked(items);
    return 0;
}

/* Domains by name; their folder is what others are found by. */
static int
end_domains(struct ending *e)
{
    struct rv_ae_items *items = &e->build->parts[RV_AE_PART_DOMAIN];

    for (size_t i = 0; i < items->count; i++) {
        struct rv_ae_item *item = &items->list[i];
        rv_err why = RV_ERR_INIT;
        if (rv_ae_name_check(RV_AE_NAMED_DOMAIN, item->def.domain.name, &why) < 0) {
            if (fail(e, item, why.text, "", "") < 0)
                return e->err->code;
            take_out(items, i--);
            continue;
        }
        item->domain = 0;
        item->path_key = "";
        item->name_key = folded(e, item->def.domain.name);
    }
    return sort_and_check(e, RV_AE_PART_DOMAIN, "domain");
}

static const char *
below(const char *dir, const char *root)
{
    size_t len = strlen(root);

    if (len == 0)
        return dir;
    if (strncmp(dir, root, len) != 0 || (dir[len] != '/' && dir[len] != '\0'))
        return NULL;
    return dir[len] == '/' ? dir + len + 1 : dir + len;
}

/* The domain in whose folder it lies, the deepest when there are several. */
static int
find_domain(struct ending *e, struct rv_ae_item *item)
{
    const struct rv_ae_items *domains = &e->build->parts[RV_AE_PART_DOMAIN];
    size_t deepest = 0;

    for (size_t i = 0; i < domains->count; i++) {
        const char *root = domains->list[i].dir, *rest = below(item->dir, root);
        if (rest == NULL || (item->domain >= 0 && strlen(root) < deepest))
            continue;
        deepest = strlen(root);
        item->domain = (int32_t)i;
        item->path = rest;
    }
    return item->domain;
}

/* Every part of a path but the last is a namespace; the last is one, or a class. */
static int
check_path(const char *path, enum rv_ae_named last, rv_err *err)
{
    char part[RV_AE_PATH_MAX + 1];

    if (strlen(path) > RV_AE_PATH_MAX)
        return rv_fail(err, RV_E_INVALID, "a path longer than %d bytes", RV_AE_PATH_MAX);
    while (*path) {
        size_t len = strcspn(path, "/");
        memcpy(part, path, len);
        part[len] = '\0';
        int is_last = path[len] == '\0';
        if (rv_ae_name_check(is_last ? last : RV_AE_NAMED_NAMESPACE, part, err) < 0)
            return err->code;
        path += len + !is_last;
    }
    return 0;
}

/* What was said to be its name, and whether it may be; NULL for what has its name from its path. */
static const char *
own_name(enum rv_ae_part part, struct rv_ae_item *item, rv_err *err)
{
    if (part == RV_AE_PART_INSTANCE) {
        rv_ae_name_check(RV_AE_NAMED_INSTANCE, item->def.instance.name, err);
        return item->def.instance.name;
    }
    if (part == RV_AE_PART_METHOD) {
        rv_ae_name_check(RV_AE_NAMED_METHOD, item->def.method.name, err);
        return item->def.method.name;
    }
    return part == RV_AE_PART_BODY ? item->stem : "";
}

/* A class or namespace that calls itself something else than its folder does is a mistake. */
static int
check_folder(enum rv_ae_part part, const struct rv_ae_item *item, rv_err *err)
{
    const char *slash = strrchr(item->path, '/'), *folder = slash ? slash + 1 : item->path;
    const char *said = part == RV_AE_PART_CLASS       ? item->def.class.name
                       : part == RV_AE_PART_NAMESPACE ? item->def.namespace.path
                                                      : NULL;

    if (said == NULL || rv_strcaseeq(said, folder))
        return 0;
    return rv_fail(err, RV_E_INVALID, "it says that its name is '%.80s', its folder's is '%.80s'",
                   said, folder);
}

static int
place_one(struct ending *e, enum rv_ae_part part, struct rv_ae_item *item)
{
    rv_err why = RV_ERR_INIT;

    if (find_domain(e, item) < 0)
        return fail(e, item, "it lies in no domain: no folder above it has a __domain__.yaml", "",
                    "");
    check_path(item->path, part == RV_AE_PART_NAMESPACE ? RV_AE_NAMED_NAMESPACE : RV_AE_NAMED_CLASS,
               &why);
    const char *name = why.code ? "" : own_name(part, item, &why);
    if (!why.code && *item->path == '\0')
        rv_fail(&why, RV_E_INVALID, "a domain is no %s",
                part == RV_AE_PART_NAMESPACE ? "namespace" : "class");
    if (!why.code)
        check_folder(part, item, &why);
    if (why.code) {
        item->domain = -1;
        return fail(e, item, why.text, "", "");
    }
    item->path_key = folded(e, item->path);
    /* A body's case is its file's: it belongs to the method of just this file name. */
    item->name_key = part == RV_AE_PART_BODY
                         ? rv_arena_format(e->build->arena, "%s.%s", name, item->def.body.suffix)
                         : folded(e, name);
    return 0;
}

static int
end_part(struct ending *e, enum rv_ae_part part, const char *word)
{
    struct rv_ae_items *items = &e->build->parts[part];

    for (size_t i = 0; i < items->count; i++)
        if (place_one(e, part, &items->list[i]) < 0)
            return e->err->code;
    drop_marked(items);
    return sort_and_check(e, part, word);
}

static void *
take_memory(struct ending *e, size_t count, size_t size)
{
    void *memory = rv_arena_alloc(e->build->arena, (count ? count : 1) * size);

    RV_ASSERT(memory);
    return memory;
}

/* The items of a domain, or of a class when path_key is given: a run in the sorted list. */
static struct rv_ae_item *
run_of(struct rv_ae_items *items, size_t *at, int domain, const char *path_key, size_t *count)
{
    size_t from = *at;

    while (from < items->count && (items->list[from].domain < domain ||
                                   (items->list[from].domain == domain && path_key &&
                                    strcmp(items->list[from].path_key, path_key) < 0)))
        from++;
    size_t to = from;
    while (to < items->count && items->list[to].domain == domain &&
           (path_key == NULL || strcmp(items->list[to].path_key, path_key) == 0))
        to++;
    *at = to;
    *count = to - from;
    return items->count ? &items->list[from] : NULL;
}

static int
by_body(const void *a, const void *b)
{
    const struct rv_ae_item *x = a, *y = b;
    int order = x->domain - y->domain;

    if (order == 0)
        order = strcmp(x->path_key, y->path_key);
    return order ? order : strcmp(x->name_key, y->name_key);
}

/* The text that lies beside a method's document. */
static void
give_body(struct ending *e, struct rv_ae_item *item)
{
    const struct rv_ae_items *bodies = &e->build->parts[RV_AE_PART_BODY];
    struct rv_ae_method *method = &item->def.method;
    const char *suffix = rv_ae_language_suffix(method->language ? method->language : "lua");

    if (suffix && bodies->count) {
        struct rv_ae_item sought = { .domain = item->domain, .path_key = item->path_key };
        sought.name_key = rv_arena_format(e->build->arena, "%s.%s", item->stem, suffix);
        const struct rv_ae_item *found =
            bsearch(&sought, bodies->list, bodies->count, sizeof(*bodies->list), by_body);
        if (found) {
            method->data = found->def.body.text;
            method->data_len = found->def.body.len;
        }
    }
    rv_ae_method_sign(method);
}

static void
fill_class(struct ending *e, struct rv_ae_tree_class *out, const struct rv_ae_item *item,
           size_t *instance_at, size_t *method_at)
{
    size_t count;
    struct rv_ae_item *run = run_of(&e->build->parts[RV_AE_PART_INSTANCE], instance_at,
                                    item->domain, item->path_key, &count);

    out->def = item->def.class;
    out->def.domain = &e->tree->domains[item->domain].def;
    out->def.path = item->path;
    out->instances = take_memory(e, count, sizeof(*out->instances));
    out->instance_count = count;
    for (size_t i = 0; i < count; i++) {
        out->instances[i] = run[i].def.instance;
        out->instances[i].class = &out->def;
    }
    run = run_of(&e->build->parts[RV_AE_PART_METHOD], method_at, item->domain, item->path_key,
                 &count);
    out->methods = take_memory(e, count, sizeof(*out->methods));
    out->method_count = count;
    for (size_t i = 0; i < count; i++) {
        give_body(e, &run[i]);
        out->methods[i] = run[i].def.method;
        out->methods[i].class = &out->def;
    }
}

static void
fill_domain(struct ending *e, int index, size_t at[RV_AE_PARTS])
{
    struct rv_ae_tree_domain *out = &e->tree->domains[index];
    size_t count;
    struct rv_ae_item *run = run_of(&e->build->parts[RV_AE_PART_NAMESPACE],
                                    &at[RV_AE_PART_NAMESPACE], index, NULL, &count);

    out->def = e->build->parts[RV_AE_PART_DOMAIN].list[index].def.domain;
    out->namespaces = take_memory(e, count, sizeof(*out->namespaces));
    out->namespace_count = count;
    for (size_t i = 0; i < count; i++) {
        out->namespaces[i] = run[i].def.namespace;
        out->namespaces[i].path = run[i].path;
    }
    run = run_of(&e->build->parts[RV_AE_PART_CLASS], &at[RV_AE_PART_CLASS], index, NULL, &count);
    out->classes = take_memory(e, count, sizeof(*out->classes));
    out->class_count = count;
    for (size_t i = 0; i < count; i++)
        fill_class(e, &out->classes[i], &run[i], &at[RV_AE_PART_INSTANCE], &at[RV_AE_PART_METHOD]);
}

/* What lies in a folder X.class needs that class. Where a class has a mistake, which was told, this
 * one would only follow from it. */
static int
check_homes(struct ending *e, enum rv_ae_part part)
{
    const struct rv_ae_items *items = &e->build->parts[part];
    const struct rv_ae_items *classes = &e->build->parts[RV_AE_PART_CLASS];

    for (size_t i = 0, at = 0; i < items->count; i++) {
        struct rv_ae_item *item = &items->list[i];
        while (at < classes->count && (classes->list[at].domain < item->domain ||
                                       (classes->list[at].domain == item->domain &&
                                        strcmp(classes->list[at].path_key, item->path_key) < 0)))
            at++;
        int found = at < classes->count && classes->list[at].domain == item->domain &&
                    strcmp(classes->list[at].path_key, item->path_key) == 0;
        if (!found && !e->build->failed[RV_AE_PART_CLASS] &&
            fail(e, item, "its class has no __class__.yaml", "", "") < 0)
            return e->err->code;
    }
    return 0;
}

/* A namespace that has no file of its own is there when something lies in it. */
static void
imply_namespace(struct ending *e, const struct rv_ae_item *from, size_t len)
{
    struct rv_ae_items *items = &e->build->parts[RV_AE_PART_NAMESPACE];

    if (items->count == items->size) {
        items->size = items->size ? items->size * 2 : 16;
        items->list = rv_realloc(items->list, items->size, sizeof(*items->list));
    }
    struct rv_ae_item *item = &items->list[items->count++];
    *item = (struct rv_ae_item){ .file = from->file, .domain = from->domain, .name_key = "" };
    item->path = rv_arena_strndup(e->build->arena, from->path, len);
    item->path_key = folded(e, item->path);
    item->def.namespace.at = (struct rv_ae_place){ .file = from->file };
}

static int
by_path_then_said(const void *a, const void *b)
{
    const struct rv_ae_item *x = a, *y = b;
    int order = x->domain - y->domain;

    if (order == 0)
        order = strcmp(x->path_key, y->path_key);
    return order ? order : (x->dir == NULL) - (y->dir == NULL);
}

static void
imply_namespaces(struct ending *e)
{
    struct rv_ae_items *spaces = &e->build->parts[RV_AE_PART_NAMESPACE];
    const struct rv_ae_items *classes = &e->build->parts[RV_AE_PART_CLASS];
    size_t said = spaces->count, kept = 0;

    for (size_t i = 0; i < classes->count; i++)
        for (const char *at = classes->list[i].path; (at = strchr(at, '/')); at++)
            imply_namespace(e, &classes->list[i], (size_t)(at - classes->list[i].path));
    for (size_t i = 0; i < said; i++) {
        const struct rv_ae_item item = spaces->list[i];
        for (const char *at = item.path; (at = strchr(at, '/')); at++)
            imply_namespace(e, &item, (size_t)(at - item.path));
    }
    if (spaces->count)
        qsort(spaces->list, spaces->count, sizeof(*spaces->list), by_path_then_said);
    for (size_t i = 0; i < spaces->count; i++)
        if (kept == 0 || !same_keys(&spaces->list[kept - 1], &spaces->list[i]))
            spaces->list[kept++] = spaces->list[i];
    spaces->count = kept;
}

static int
end_all(struct ending *e)
{
    static const struct {
        enum rv_ae_part part;
        const char *word;
    } parts[] = { { RV_AE_PART_NAMESPACE, "namespace" },
                  { RV_AE_PART_CLASS, "class" },
                  { RV_AE_PART_INSTANCE, "instance" },
                  { RV_AE_PART_METHOD, "method" },
                  { RV_AE_PART_BODY, "file" } };

    if (end_domains(e) < 0)
        return e->err->code;
    for (size_t i = 0; i < RV_COUNT(parts); i++)
        if (end_part(e, parts[i].part, parts[i].word) < 0)
            return e->err->code;
    if (check_homes(e, RV_AE_PART_INSTANCE) < 0 || check_homes(e, RV_AE_PART_METHOD) < 0)
        return e->err->code;
    imply_namespaces(e);
    size_t count = e->build->parts[RV_AE_PART_DOMAIN].count, at[RV_AE_PARTS] = { 0 };
    e->tree->domains = take_memory(e, count, sizeof(*e->tree->domains));
    e->tree->domain_count = count;
    for (size_t i = 0; i < count; i++)
        fill_domain(e, (int)i, at);
    return 0;
}

int
rv_ae_build_end(struct rv_ae_tree **out, struct rv_ae_build *build, rv_err *err)
{
    struct ending e = { .build = build, .tree = rv_alloc(sizeof(*e.tree)), .err = err };

    int rc = end_all(&e);
    if (rc == 0) {
        e.tree->arena = build->arena;
        build->arena = NULL;
        *out = e.tree;
    } else {
        free(e.tree);
    }
    rv_ae_build_drop(build);
    return rc;
}
