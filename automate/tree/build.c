/* SPDX-License-Identifier: Apache-2.0
 *
 * Which part of a tree a file is goes by its path; what it says by parse.c.
 */
#include "tree/build_internal.h"

#include <string.h>
#include "base/text.h"
#include "base/wait.h"
#include "tree/names.h"

enum { POLL_EVERY = 256 }; /* files: a heart beats meanwhile */
#define NODES_MAX ((size_t)512 << 20)

struct split {
    enum rv_ae_part part;
    size_t dir_len; /* of the domain, namespace or class */
    const char *stem;
    size_t stem_len;
    const char *suffix;
};

static int
ends_with(const char *text, size_t len, const char *end)
{
    size_t end_len = strlen(end);

    return len >= end_len && memcmp(text + len - end_len, end, end_len) == 0;
}

static int
has_hidden_part(const char *path)
{
    return *path == '.' || strstr(path, "/.") != NULL;
}

/* NAME_test.lua tests the method NAME: it is none itself. */
static int
is_test(const struct split *split)
{
    static const char end[] = "_test";
    size_t len = strlen(end);

    return split->stem_len > len && memcmp(split->stem + split->stem_len - len, end, len) == 0;
}

static int
split_class_file(struct split *out, const char *path, size_t dir_len)
{
    static const char methods[] = ".class/__methods__", class[] = ".class";
    int is_yaml = strcmp(out->suffix, "yaml") == 0;

    if (ends_with(path, dir_len, methods)) {
        out->dir_len = dir_len - strlen(methods);
        out->part = is_yaml ? RV_AE_PART_METHOD : RV_AE_PART_BODY;
        return is_yaml || (rv_ae_suffix_language(out->suffix) != NULL && !is_test(out));
    }
    if (!is_yaml || !ends_with(path, dir_len, class))
        return 0;
    out->dir_len = dir_len - strlen(class);
    out->part = RV_AE_PART_INSTANCE;
    if (out->stem_len == strlen("__class__") && memcmp(out->stem, "__class__", out->stem_len) == 0)
        out->part = RV_AE_PART_CLASS;
    return 1;
}

static int
split_path(struct split *out, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t dir_len = slash ? (size_t)(slash - path) : 0;

    if (has_hidden_part(path) || dot == NULL || dot == base)
        return 0;
    *out = (struct split){
        .dir_len = dir_len, .stem = base, .stem_len = (size_t)(dot - base), .suffix = dot + 1
    };
    if (strcmp(base, "__domain__.yaml") == 0) {
        out->part = RV_AE_PART_DOMAIN;
        return 1;
    }
    if (strcmp(base, "__namespace__.yaml") == 0) {
        out->part = RV_AE_PART_NAMESPACE;
        return 1;
    }
    return split_class_file(out, path, dir_len);
}

int
rv_ae_build_wants(const char *path)
{
    struct split split;

    return split_path(&split, path);
}

struct rv_ae_build *
rv_ae_build_begin(const struct rv_ae_notes *notes)
{
    struct rv_ae_build *build = rv_alloc(sizeof(*build));

    build->arena = rv_arena_new(0);
    build->scratch = rv_arena_new(NODES_MAX);
    build->notes = notes;
    return build;
}

void
rv_ae_build_drop(struct rv_ae_build *build)
{
    if (build == NULL)
        return;
    for (int i = 0; i < RV_AE_PARTS; i++)
        free(build->parts[i].list);
    rv_arena_free(build->arena);
    rv_arena_free(build->scratch);
    free(build);
}

static struct rv_ae_item *
add_item(struct rv_ae_build *build, enum rv_ae_part part)
{
    struct rv_ae_items *items = &build->parts[part];

    if (items->count == items->size) {
        items->size = items->size ? items->size * 2 : 16;
        items->list = rv_realloc(items->list, items->size, sizeof(*items->list));
    }
    struct rv_ae_item *item = &items->list[items->count++];
    *item = (struct rv_ae_item){ .domain = -1 };
    return item;
}

/* The name that a file gives to what does not say its own. */
static const char *
name_of_file(struct rv_ae_build *build, const struct split *split, const char *path)
{
    RV_AUTO_BUF rv_buf name = rv_buf_limited(RV_AE_PATH_MAX);
    const char *dir_name = path + split->dir_len;

    if (split->part == RV_AE_PART_INSTANCE || split->part == RV_AE_PART_METHOD) {
        rv_ae_name_from_file(&name, split->stem, split->stem_len);
        return rv_arena_strdup(build->arena, rv_buf_text(&name));
    }
    while (dir_name > path && dir_name[-1] != '/')
        dir_name--;
    return rv_arena_strndup(build->arena, dir_name, (size_t)(path + split->dir_len - dir_name));
}

static int
parse_item(struct rv_ae_build *build, const struct rv_ae_parse *in, const struct split *split,
           const struct rv_ae_node *node, const char *path, struct rv_ae_item *item)
{
    const char *name = name_of_file(build, split, path);

    switch (split->part) {
    case RV_AE_PART_DOMAIN:
        return rv_ae_parse_domain(in, node, name, &item->def.domain);
    case RV_AE_PART_NAMESPACE:
        return rv_ae_parse_namespace(in, node, name, &item->def.namespace);
    case RV_AE_PART_CLASS:
        return rv_ae_parse_class(in, node, name, &item->def.class);
    case RV_AE_PART_INSTANCE:
        return rv_ae_parse_instance(in, node, name, &item->def.instance);
    default:
        return rv_ae_parse_method(in, node, name, &item->def.method);
    }
}

static void
place_item(struct rv_ae_build *build, struct rv_ae_item *item, const struct split *split,
           const char *path, const char *shown)
{
    item->file = shown;
    item->dir = rv_arena_strndup(build->arena, path, split->dir_len);
    item->stem = rv_arena_strndup(build->arena, split->stem, split->stem_len);
}

/* Told to the notes it is no failure: what comes behind it is read too. */
static int
ended(struct rv_ae_build *build, enum rv_ae_part part, int rc)
{
    build->failed[part] += rc < 0;
    return build->notes ? 0 : rc;
}

static int
take_document(struct rv_ae_build *build, const struct split *split, const char *path,
              const char *shown, const struct rv_ae_node *node, rv_err *err)
{
    const struct rv_ae_parse in = {
        .arena = build->arena, .file = shown, .notes = build->notes, .err = err
    };
    struct rv_ae_item *item = add_item(build, split->part);

    place_item(build, item, split, path, shown);
    int rc = parse_item(build, &in, split, node, path, item);
    if (rc < 0)
        build->parts[split->part].count--;
    return ended(build, split->part, rc);
}

static int
take_body(struct rv_ae_build *build, const struct split *split, const char *path, const char *shown,
          const char *text, size_t len, rv_err *err)
{
    const struct rv_ae_parse in = {
        .arena = build->arena, .file = shown, .notes = build->notes, .err = err
    };

    if (len > RV_AE_FILE_MAX)
        return ended(build, RV_AE_PART_BODY,
                     rv_ae_parse_fail(&in, 0, "more than %d bytes", RV_AE_FILE_MAX));
    if (!rv_utf8_valid(text, len))
        return ended(build, RV_AE_PART_BODY,
                     rv_ae_parse_fail(&in, 0, "not UTF-8 (byte %zu)", rv_utf8_prefix(text, len)));
    struct rv_ae_item *item = add_item(build, RV_AE_PART_BODY);
    place_item(build, item, split, path, shown);
    item->def.body.text = rv_arena_strndup(build->arena, text, len);
    item->def.body.suffix = rv_arena_strdup(build->arena, split->suffix);
    item->def.body.len = len;
    RV_ASSERT(item->def.body.text && item->def.body.suffix);
    return 0;
}

int
rv_ae_build_file(struct rv_ae_build *build, const char *path, const char *bytes, size_t len,
                 rv_err *err)
{
    const char *shown = rv_arena_strdup(build->arena, path);
    const struct rv_ae_parse in = {
        .arena = build->arena, .file = shown, .notes = build->notes, .err = err
    };
    struct rv_ae_node *node = NULL;
    struct split split;
    rv_err why = RV_ERR_INIT;

    if (!split_path(&split, path))
        return 0;
    if (++build->taken % POLL_EVERY == 0 && rv_wait_poll(err) < 0)
        return err->code;
    if (strlen(path) > RV_AE_PATH_MAX)
        return ended(build, split.part,
                     rv_ae_parse_fail(&in, 0, "its path is longer than %d bytes", RV_AE_PATH_MAX));
    if (split.part == RV_AE_PART_BODY)
        return take_body(build, &split, path, shown, bytes, len, err);
    rv_arena_reset(build->scratch);
    if (rv_ae_node_parse(&node, build->scratch, bytes, len, RV_AE_FILE_MAX, &why) < 0) {
        int line = 0, used = 0;
        if (sscanf(why.text, "line %d, %n", &line, &used) < 1)
            used = 0;
        return ended(build, split.part, rv_ae_parse_fail(&in, line, "%s", why.text + used));
    }
    return take_document(build, &split, path, shown, node, err);
}

int
rv_ae_build_node(struct rv_ae_build *build, const char *path, const char *shown,
                 const struct rv_ae_node *node, rv_err *err)
{
    const char *file = rv_arena_strdup(build->arena, shown);
    struct split split;

    if (!split_path(&split, path))
        return 0;
    const struct rv_ae_parse in = {
        .arena = build->arena, .file = file, .notes = build->notes, .err = err
    };
    if (strlen(path) > RV_AE_PATH_MAX)
        return ended(
            build, split.part,
            rv_ae_parse_fail(&in, node->line, "a path longer than %d bytes", RV_AE_PATH_MAX));
    if (split.part != RV_AE_PART_BODY)
        return take_document(build, &split, path, file, node, err);
    if (node->type == RV_AE_NODE_MAP || node->type == RV_AE_NODE_LIST)
        return ended(build, split.part,
                     rv_ae_parse_fail(&in, node->line, "%s: a text is expected", node->key));
    return take_body(build, &split, path, file, node->text ? node->text : "", node->len, err);
}
