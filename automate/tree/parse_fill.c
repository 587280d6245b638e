/* SPDX-License-Identifier: Apache-2.0
 *
 * Maps become members of definitions by tables. Keys that ManageIQ writes and nothing here needs
 * (stamps, a domain's git data) are known and passed over; others are warned of.
 */
#include "tree/parse_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/json.h"
#include "base/text.h"
#include "tree/names.h"

enum { MOST_KEYS = 32, OPTIONS_MAX = 1 << 20 };

static void
tell(const struct rv_ae_parse *in, enum rv_ae_note_level level, int line, const char *text)
{
    if (in->notes)
        in->notes->note(in->notes->arg, level, in->file, line, text);
    else if (level == RV_AE_NOTE_ERROR && line)
        rv_fail(in->err, RV_E_INVALID, "%s:%d: %s", in->file, line, text);
    else if (level == RV_AE_NOTE_ERROR)
        rv_fail(in->err, RV_E_INVALID, "%s: %s", in->file, text);
}

int
rv_ae_parse_fail(const struct rv_ae_parse *in, int line, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    tell(in, RV_AE_NOTE_ERROR, line, text);
    return RV_E_INVALID;
}

void
rv_ae_parse_warn(const struct rv_ae_parse *in, int line, const char *format, ...)
{
    char text[1024];
    va_list args;

    if (in->notes == NULL)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    tell(in, RV_AE_NOTE_WARNING, line, text);
}

const char *
rv_ae_parse_keep(const struct rv_ae_parse *in, const char *text, size_t len)
{
    const char *copy = rv_arena_strndup(in->arena, text, len);

    RV_ASSERT(copy);
    return copy;
}

struct rv_ae_place
rv_ae_parse_place(const struct rv_ae_parse *in, const struct rv_ae_node *node)
{
    return (struct rv_ae_place){ .file = in->file, .line = node->line };
}

static int
read_int(const struct rv_ae_parse *in, const struct rv_ae_node *node, int32_t *out)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t number;

    if (rv_parse_int(&number, node->text, &ignored) < 0 || number < INT32_MIN || number > INT32_MAX)
        return rv_ae_parse_fail(in, node->line, "%s: '%.40s' is no whole number", node->key,
                                node->text);
    *out = (int32_t)number;
    return 0;
}

static int
read_flag(const struct rv_ae_parse *in, const struct rv_ae_node *node, int *out)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t flag;

    if (rv_parse_flag(&flag, node->text, &ignored) < 0)
        return rv_ae_parse_fail(in, node->line, "%s: true or false is expected, not '%.40s'",
                                node->key, node->text);
    *out = (int)flag;
    return 0;
}

static int
read_bit(const struct rv_ae_parse *in, const struct rv_ae_node *node, int32_t bit, int32_t *flags)
{
    int on = 0;

    if (read_flag(in, node, &on) < 0)
        return RV_E_INVALID;
    *flags = on ? *flags | bit : *flags & ~bit;
    return 0;
}

static int
read_aetype(const struct rv_ae_parse *in, const struct rv_ae_node *node, int32_t *out)
{
    int found = rv_ae_aetype(node->text);

    if (found < 0)
        return rv_ae_parse_fail(in, node->line,
                                "aetype '%.40s' is none of attribute, assertion, method, "
                                "relationship and state",
                                node->text);
    *out = found;
    return 0;
}

static int
read_source(const struct rv_ae_parse *in, const struct rv_ae_node *node, int32_t *out)
{
    int found = rv_ae_source_of(node->text);

    if (found < 0)
        rv_ae_parse_warn(in, node->line,
                         "source '%.40s' is none of user, user_locked, remote and "
                         "system",
                         node->text);
    *out = found < 0 ? RV_AE_USER : found;
    return 0;
}

static int
read_embedded(const struct rv_ae_parse *in, const struct rv_ae_node *node, struct rv_ae_method *out)
{
    size_t count = 0;

    if (node->type != RV_AE_NODE_LIST)
        return rv_ae_parse_fail(in, node->line, "%s: a list of paths is expected", node->key);
    const char **paths = rv_arena_alloc(in->arena, (node->count + 1) * sizeof(*paths));
    RV_ASSERT(paths);
    for (const struct rv_ae_node *one = node->first; one; one = one->next) {
        if (one->type != RV_AE_NODE_TEXT)
            return rv_ae_parse_fail(in, one->line, "%s: a path is expected", node->key);
        paths[count++] = rv_ae_parse_keep(in, one->text, one->len);
    }
    out->embedded = paths;
    out->embedded_count = count;
    return 0;
}

static int
read_options(const struct rv_ae_parse *in, const struct rv_ae_node *node, struct rv_ae_method *out)
{
    RV_AUTO_JSON cJSON *json = rv_ae_node_json(node);
    RV_AUTO_BUF rv_buf text = rv_buf_limited(OPTIONS_MAX);

    if (node->type != RV_AE_NODE_MAP)
        return rv_ae_parse_fail(in, node->line, "options: keys and values are expected");
    if (node->count == 0)
        return 0;
    if (rv_json_canonical(&text, json) < 0)
        return rv_ae_parse_fail(in, node->line, "options: more than %d bytes", OPTIONS_MAX);
    out->options = rv_ae_parse_keep(in, rv_buf_text(&text), text.len);
    return 0;
}

int
rv_ae_parse_length(const struct rv_ae_parse *in, const struct rv_ae_node *node)
{
    return node->len > RV_AE_VALUE_MAX
               ? rv_ae_parse_fail(in, node->line, "%.80s: a value has at most %d bytes", node->key,
                                  RV_AE_VALUE_MAX)
               : 0;
}

static int
fill_one(const struct rv_ae_parse *in, const struct rv_ae_key *key, const struct rv_ae_node *node,
         void *out)
{
    void *member = (char *)out + key->at;
    struct rv_ae_field *field = out;

    if (key->how == AS_PASSED_OVER || node->type == RV_AE_NODE_NULL)
        return 0;
    if (key->how == AS_EMBEDDED)
        return read_embedded(in, node, out);
    if (key->how == AS_OPTIONS)
        return read_options(in, node, out);
    if (node->type != RV_AE_NODE_TEXT)
        return rv_ae_parse_fail(in, node->line, "%s: a text is expected", node->key);
    if (key->how == AS_TEXT && rv_ae_parse_length(in, node) < 0)
        return RV_E_INVALID;
    switch (key->how) {
    case AS_INT:
        return read_int(in, node, member);
    case AS_FLAG:
        return read_flag(in, node, member);
    case AS_SUBSTITUTE:
        return read_bit(in, node, RV_AE_SUBSTITUTE, &field->flags);
    case AS_ONCE:
        return read_bit(in, node, RV_AE_ONCE, &field->flags);
    case AS_AETYPE:
        return read_aetype(in, node, member);
    case AS_SOURCE:
        return read_source(in, node, member);
    case AS_DATATYPE:
        field->datatype = rv_ae_datatype(node->text);
        if (field->datatype == RV_AE_DATA_OBJECT)
            field->object_class = rv_ae_parse_keep(in, node->text, node->len);
        return 0;
    default:
        *(const char **)member = rv_ae_parse_keep(in, node->text, node->len);
        return 0;
    }
}

static void
warn_unknown(const struct rv_ae_parse *in, const struct rv_ae_key *keys,
             const struct rv_ae_node *node)
{
    const char *names[MOST_KEYS + 1];
    size_t count = 0;

    for (; keys[count].name && count < MOST_KEYS; count++)
        names[count] = keys[count].name;
    names[count] = NULL;
    const char *nearest = rv_nearest(node->key, names);
    if (nearest)
        rv_ae_parse_warn(in, node->line, "unknown key '%.60s': do you mean '%s'?", node->key,
                         nearest);
    else
        rv_ae_parse_warn(in, node->line, "unknown key '%.60s'", node->key);
}

int
rv_ae_fill(const struct rv_ae_parse *in, const struct rv_ae_key *keys, const struct rv_ae_node *map,
           void *out)
{
    int rc = 0;

    for (const struct rv_ae_node *node = map->first; node; node = node->next) {
        const struct rv_ae_key *key = keys;
        while (key->name && strcmp(key->name, node->key) != 0)
            key++;
        if (key->name == NULL)
            warn_unknown(in, keys, node);
        else if (fill_one(in, key, node, out) < 0)
            rc = RV_E_INVALID;
        if (rc < 0 && in->notes == NULL)
            return rc;
    }
    return rc;
}

static const struct rv_ae_key document_keys[] = {
    { "object_type", 0, 0 }, { "version", 0, 0 }, { "object", 0, 0 }, { NULL, 0, 0 }
};

int
rv_ae_open_document(const struct rv_ae_parse *in, const struct rv_ae_node *node, const char *type,
                    const struct rv_ae_key *parts, const struct rv_ae_node **object,
                    const struct rv_ae_node **attributes)
{
    const struct rv_ae_node *said = rv_ae_node_get(node, "object_type");

    if (node->type != RV_AE_NODE_MAP)
        return rv_ae_parse_fail(in, node->line, "no document of a %s: keys are expected", type);
    if (said == NULL || said->type != RV_AE_NODE_TEXT)
        return rv_ae_parse_fail(in, node->line, "object_type is missing: '%s' is expected", type);
    if (strcmp(said->text, type) != 0)
        return rv_ae_parse_fail(in, said->line, "object_type is '%.40s': '%s' is expected here",
                                said->text, type);
    *object = rv_ae_node_get(node, "object");
    if (*object == NULL || (*object)->type != RV_AE_NODE_MAP)
        return rv_ae_parse_fail(in, node->line, "'object' with its attributes is missing");
    *attributes = rv_ae_node_get(*object, "attributes");
    if (*attributes == NULL || (*attributes)->type != RV_AE_NODE_MAP)
        return rv_ae_parse_fail(in, (*object)->line, "'attributes' is missing");
    for (const struct rv_ae_node *one = node->first; one; one = one->next)
        if (rv_ae_node_get(node, one->key) == one && strcmp(one->key, "object_type") != 0 &&
            strcmp(one->key, "version") != 0 && strcmp(one->key, "object") != 0)
            warn_unknown(in, document_keys, one);
    for (const struct rv_ae_node *one = (*object)->first; one; one = one->next) {
        const struct rv_ae_key *key = parts;
        while (key->name && strcmp(key->name, one->key) != 0)
            key++;
        if (key->name == NULL)
            warn_unknown(in, parts, one);
    }
    return 0;
}
