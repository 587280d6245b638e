/* SPDX-License-Identifier: Apache-2.0
 *
 * Trees as recursive queries, which both stores answer alike. A walk keeps what it has seen, so
 * that it ends in a circle (which a provider may emit) and sees each row once. Where levels are
 * asked for the step belongs to what was seen: a row may then come once a step, and so they are
 * few.
 */
#include "api/tree.h"

#include <string.h>
#include "base/text.h"

/* Kinds whose rows name the key of another of the same owner; others do so by parent_id. */
static const struct own_tree {
    const char *kind, *owner, *key, *parent;
} own_trees[] = {
    { "snapshot", "vm_or_template_id", "uid", "parent_uid" },
    { "guest_device", "hardware_id", "uid_ems", "parent_device_uid" },
};

static const struct own_tree *
keyed_tree(const struct rv_kind *kind)
{
    for (size_t i = 0; i < RV_COUNT(own_trees); i++)
        if (rv_streq(own_trees[i].kind, kind->name))
            return &own_trees[i];
    return NULL;
}

/* Tags hang on each other too, but those are the server's own. */
static int
has_own_tree(const struct rv_kind *kind)
{
    int column = rv_kind_column(kind, "parent_id");

    if (keyed_tree(kind))
        return 1;
    return column >= 0 && !kind->server && rv_streq(kind->columns[column].target, kind->name);
}

static int
relates(const struct rv_kind *kind, const char *column)
{
    const struct rv_kind *relationship = rv_model_kind("relationship");

    return rv_kind_accepts(relationship, rv_kind_column(relationship, column), kind);
}

int
rv_tree_accepts(const struct rv_kind *kind, const struct rv_kind *from,
                enum rv_tree_direction direction)
{
    if (has_own_tree(kind))
        return kind == from;
    if (direction == RV_TREE_UNDER)
        return relates(from, "parent_id") && relates(kind, "resource_id");
    return relates(from, "resource_id") && relates(kind, "parent_id");
}

/* "COLLECTION/ID" */
static int
read_row(struct rv_tree_row *out, const char *name, const char *text, rv_err *err)
{
    const char *slash = strchr(text, '/');
    rv_err ignored = RV_ERR_INIT;

    RV_AUTO_FREE char *word = rv_strndup(text, slash ? (size_t)(slash - text) : strlen(text));
    out->kind = rv_model_collection(word);
    if (out->kind && slash && rv_parse_int(&out->id, slash + 1, &ignored) == 0 && out->id >= 0)
        return 0;
    rv_fail(err, RV_E_INVALID, "%s: '%.100s' is not of the form COLLECTION/ID", name, text);
    return rv_hint(err, "folders/1000000000005, say");
}

static int
read_direction(struct rv_tree_row *out, struct rv_request *req, const char *name,
               const struct rv_kind *kind, enum rv_tree_direction direction, rv_err *err)
{
    const char *text = rv_request_param(req, name);

    if (!text)
        return 0;
    if (read_row(out, name, text, err) < 0)
        return err->code;
    if (rv_tree_accepts(kind, out->kind, direction))
        return 0;
    rv_fail(err, RV_E_INVALID, "%s: %s have no place %s one of %s", name, kind->api_name,
            direction == RV_TREE_UNDER ? "under" : "above", out->kind->api_name);
    return rv_hint(err, "GET /api/%s/ID has the sub-collections of a row", out->kind->api_name),
           err->code;
}

static int
read_levels(struct rv_tree_params *out, struct rv_request *req, rv_err *err)
{
    const char *text = rv_request_param(req, "levels");
    rv_err ignored = RV_ERR_INIT;

    if (text == NULL || (rv_parse_int(&out->levels, text, &ignored) == 0 && out->levels >= 1 &&
                         out->levels <= RV_TREE_LEVELS_MAX))
        return 0;
    rv_fail(err, RV_E_INVALID, "levels: '%.100s' is not a whole number from 1 to %d", text,
            RV_TREE_LEVELS_MAX);
    return rv_hint(err, "leave it out for all levels");
}

int
rv_tree_read(struct rv_tree_params *out, struct rv_request *req, const struct rv_kind *kind,
             rv_err *err)
{
    const char *tree = rv_request_param(req, "tree");

    *out = (struct rv_tree_params){ .tree = "ems_metadata" };
    if (tree && !rv_streq(tree, "ems_metadata") && !rv_streq(tree, "genealogy"))
        return rv_fail(err, RV_E_INVALID, "tree: '%.100s' is neither ems_metadata nor genealogy",
                       tree);
    if (tree)
        out->tree = rv_streq(tree, "genealogy") ? "genealogy" : "ems_metadata";
    if (read_direction(&out->under, req, "under", kind, RV_TREE_UNDER, err) < 0 ||
        read_direction(&out->above, req, "above", kind, RV_TREE_ABOVE, err) < 0)
        return err->code;
    return read_levels(out, req, err);
}

/* "c hangs on p", both rows of the kind. */
static void
add_edge(struct rv_sql *sql, const struct rv_kind *kind)
{
    const struct own_tree *keyed = keyed_tree(kind);

    if (keyed)
        rv_sql_addf(sql, "c.\"%s\" = p.\"%s\" AND c.\"%s\" = p.\"%s\"", keyed->owner, keyed->owner,
                    keyed->parent, keyed->key);
    else
        rv_sql_add(sql, "c.\"parent_id\" = p.\"id\"");
}

/* The columns of a walk that count its steps, where levels are asked for. */
static const char *
step(const struct rv_tree_params *params, const char *text)
{
    return params->levels ? text : "";
}

static void
add_step_limit(struct rv_sql *sql, const struct rv_tree_params *params, const char *word)
{
    if (params->levels == 0)
        return;
    rv_sql_addf(sql, " %s way.step < ", word);
    rv_sql_param(sql, rv_vint(params->levels));
}

static void
add_own(struct rv_sql *sql, const struct rv_kind *kind, const struct rv_tree_params *params,
        int64_t from, enum rv_tree_direction direction)
{
    const char *found = direction == RV_TREE_UNDER ? "c" : "p";
    const char *start = direction == RV_TREE_UNDER ? "p" : "c";

    rv_sql_addf(sql,
                " AND t.\"id\" IN (WITH RECURSIVE way(id%s) AS (SELECT %s.\"id\"%s FROM "
                "\"%s\" c JOIN \"%s\" p ON ",
                step(params, ", step"), found, step(params, ", 1"), kind->table, kind->table);
    add_edge(sql, kind);
    rv_sql_addf(sql, " WHERE %s.\"id\" = ", start);
    rv_sql_param(sql, rv_vint(from));
    rv_sql_addf(sql,
                " UNION SELECT %s.\"id\"%s FROM way JOIN \"%s\" %s ON %s.\"id\" = "
                "way.id JOIN \"%s\" %s ON ",
                found, step(params, ", way.step + 1"), kind->table, start, start, kind->table,
                found);
    add_edge(sql, kind);
    add_step_limit(sql, params, "WHERE");
    rv_sql_add(sql, ") SELECT id FROM way)");
}

static void
add_related(struct rv_sql *sql, const struct rv_kind *kind, const struct rv_tree_params *params,
            const struct rv_tree_row *from, enum rv_tree_direction direction)
{
    const char *found = direction == RV_TREE_UNDER ? "resource" : "parent";
    const char *start = direction == RV_TREE_UNDER ? "parent" : "resource";

    rv_sql_addf(sql,
                " AND t.\"id\" IN (WITH RECURSIVE way(kind, id%s) AS (SELECT r.\"%s_type\", "
                "r.\"%s_id\"%s FROM \"relationships\" r WHERE r.\"relationship\" = ",
                step(params, ", step"), found, found, step(params, ", 1"));
    rv_sql_param(sql, rv_vtext(params->tree));
    rv_sql_addf(sql, " AND r.\"%s_type\" = '%s' AND r.\"%s_id\" = ", start, from->kind->name,
                start);
    rv_sql_param(sql, rv_vint(from->id));
    rv_sql_addf(sql,
                " UNION SELECT r.\"%s_type\", r.\"%s_id\"%s FROM way JOIN "
                "\"relationships\" r ON r.\"%s_type\" = way.kind AND r.\"%s_id\" = way.id WHERE "
                "r.\"relationship\" = ",
                found, found, step(params, ", way.step + 1"), start, start);
    rv_sql_param(sql, rv_vtext(params->tree));
    add_step_limit(sql, params, "AND");
    rv_sql_addf(sql, ") SELECT id FROM way WHERE kind = '%s')", kind->name);
}

static void
add_direction(struct rv_sql *sql, const struct rv_kind *kind, const struct rv_tree_params *params,
              const struct rv_tree_row *from, enum rv_tree_direction direction)
{
    if (!from->kind)
        return;
    if (has_own_tree(kind))
        add_own(sql, kind, params, from->id, direction);
    else
        add_related(sql, kind, params, from, direction);
}

void
rv_tree_add(struct rv_sql *sql, const struct rv_kind *kind, const struct rv_tree_params *params)
{
    add_direction(sql, kind, params, &params->under, RV_TREE_UNDER);
    add_direction(sql, kind, params, &params->above, RV_TREE_ABOVE);
}
