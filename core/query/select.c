/* SPDX-License-Identifier: Apache-2.0
 *
 * Resolving attribute paths and writing the SELECT. Names that reach SQL are those of the
 * dictionary; a client's text is only compared with them.
 */
#include "query/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

enum { KINDS_KEPT = 512 };

int
rv_column_public(const struct rv_column *column)
{
    return (column->flags & (REEVE_COL_SECRET | REEVE_COL_INTERNAL)) == 0;
}

static int
fail_attribute(const struct rv_kind *kind, const char *name, struct rv_arena *arena, rv_err *err)
{
    const char **names = rv_arena_alloc(arena, ((size_t)kind->column_count + 32) * sizeof(*names));
    const struct rv_virtual *virtual;
    int count = 0;

    for (int i = 0; i < kind->column_count; i++) {
        if (rv_column_public(&kind->columns[i]))
            names[count++] = kind->columns[i].name;
    }
    for (int at = 0; (virtual = rv_virtual_next(kind, &at)) != NULL;)
        names[count++] = virtual->name;
    rv_fail(err, RV_E_INVALID, "unknown attribute '%.200s' of %s", name, kind->api_name);
    const char *nearest = rv_nearest(name, names);
    return nearest ? rv_hint(err, "did you mean '%s'?", nearest) : err->code;
}

static int
add_field(struct rv_select *select, struct rv_output field)
{
    for (int i = 0; i < select->field_count; i++) {
        struct rv_output *old = &select->fields[i];
        if (old->hop == field.hop && old->column == field.column && old->virtual == field.virtual) {
            old->shown |= field.shown;
            return i;
        }
    }
    if (select->field_count == select->field_size) {
        int size = select->field_size ? 2 * select->field_size : 64;
        struct rv_output *fields = rv_arena_alloc(select->arena, (size_t)size * sizeof(*fields));
        if (select->field_count)
            memcpy(fields, select->fields, (size_t)select->field_count * sizeof(*fields));
        select->fields = fields;
        select->field_size = size;
    }
    select->fields[select->field_count] = field;
    select->plain = 0;
    return select->field_count++;
}

int
rv_select_read(struct rv_select *select, int hop, int column)
{
    return add_field(select, (struct rv_output){ .hop = hop, .column = column });
}

void
rv_select_init(struct rv_select *select, struct rv_arena *arena, const struct rv_kind *kind,
               const char *alias)
{
    *select = (struct rv_select){ .arena = arena, .hop_count = 1 };
    select->hops[0] = (struct rv_hop){ .kind = kind, .parent = -1, .via = -1, .shown = 1 };
    snprintf(select->hops[0].alias, sizeof(select->hops[0].alias), "%s", alias);
    add_field(select, (struct rv_output){ .column = rv_kind_column(kind, "id"), .shown = 1 });
}

static int
same_hop(const struct rv_hop *a, const struct rv_hop *b)
{
    return a->parent == b->parent && a->via == b->via && a->single.relation == b->single.relation;
}

/* The hop, new or from before; negative when there are too many. */
static int
add_hop(struct rv_select *select, struct rv_hop hop, rv_err *err)
{
    for (int i = 1; i < select->hop_count; i++) {
        if (same_hop(&select->hops[i], &hop))
            return i;
    }
    if (select->hop_count == RV_HOPS_MAX)
        return rv_fail(err, RV_E_INVALID, "more than %d associations in one request",
                       RV_HOPS_MAX - 1);
    int at = select->hop_count++;
    snprintf(hop.alias, sizeof(hop.alias), "j%d", at);
    select->hops[at] = hop;
    select->hops[at].id_at = rv_select_read(select, at, rv_kind_column(hop.kind, "id"));
    return at;
}

/* Follow one to-one association; 0 when name is none. */
static int
follow(struct rv_select *select, int from, const char *name, int *to, rv_err *err)
{
    const struct rv_kind *kind = select->hops[from].kind;
    int column = rv_kind_association(kind, name);
    struct rv_hop hop = { .parent = from, .via = column };
    struct rv_sub sub;

    if (column >= 0) {
        const struct rv_column *ref = &kind->columns[column];
        if (!rv_column_public(ref))
            return 0;
        if (!ref->target)
            return rv_fail(err, RV_E_INVALID,
                           "'%s' of %s may be of several kinds; read %s and ask for that row", name,
                           kind->api_name, ref->name);
        hop.kind = rv_model_kind(ref->target);
    } else if (rv_sub_find(&sub, kind, name) && rv_sub_single(&sub)) {
        hop.single = sub;
        hop.kind = sub.child;
    } else {
        return 0;
    }
    hop.name = rv_arena_strdup(select->arena, name);
    *to = add_hop(select, hop, err);
    return *to < 0 ? *to : 1;
}

static int
resolve_last(struct rv_select *select, int hop, const char *name, const char *path,
             struct rv_ref *out, rv_err *err)
{
    const struct rv_kind *kind = select->hops[hop].kind;
    int column = rv_kind_column(kind, name);
    int to = hop;

    if (column >= 0 && rv_column_public(&kind->columns[column])) {
        *out = (struct rv_ref){ .hop = hop, .column = column };
        return 0;
    }
    const struct rv_virtual *virtual = rv_virtual_find(kind, name);
    if (virtual) {
        *out = (struct rv_ref){ .hop = hop, .column = -1, .virtual = virtual };
        return 0;
    }
    int rc = follow(select, hop, name, &to, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return fail_attribute(kind, hop == 0 ? path : name, select->arena, err);
    *out = (struct rv_ref){ .hop = to, .column = -1, .whole = 1 };
    return 0;
}

int
rv_select_resolve(struct rv_select *select, const char *path, struct rv_ref *out, rv_err *err)
{
    const char *part = path;
    int hop = 0, depth = 0;

    for (;;) {
        size_t len = strcspn(part, "./");
        char *name = rv_arena_strndup(select->arena, part, len);
        if (part[len] == '\0')
            return resolve_last(select, hop, name, path, out, err);
        if (++depth > RV_DEPTH_MAX)
            return rv_fail(err, RV_E_INVALID,
                           "attribute '%.200s' goes over more than %d associations", path,
                           RV_DEPTH_MAX);
        int rc = follow(select, hop, name, &hop, err);
        if (rc < 0)
            return rc;
        if (rc == 0) {
            rv_fail(err, RV_E_INVALID, "unknown attribute '%.200s' of %s", path,
                    select->hops[0].kind->api_name);
            return rv_hint(err, "'%.100s' is no to-one association of %s", name,
                           select->hops[hop].kind->api_name);
        }
        part += len + 1;
    }
}

static void
show_hop(struct rv_select *select, int hop)
{
    for (; hop > 0; hop = select->hops[hop].parent)
        select->hops[hop].shown = 1;
}

void
rv_select_show_all(struct rv_select *select, int hop)
{
    const struct rv_kind *kind = select->hops[hop].kind;

    int alone = hop == 0 && select->field_count == 1 && select->hop_count == 1;

    show_hop(select, hop);
    for (int i = 0; i < kind->column_count; i++) {
        if (rv_column_public(&kind->columns[i]))
            add_field(select, (struct rv_output){ .hop = hop, .column = i, .shown = 1 });
    }
    select->plain = alone;
}

void
rv_select_show(struct rv_select *select, const struct rv_ref *ref)
{
    if (ref->whole) {
        rv_select_show_all(select, ref->hop);
        return;
    }
    show_hop(select, ref->hop);
    add_field(select, (struct rv_output){ ref->hop, ref->column, ref->virtual, 1 });
}

void
rv_select_expression(const struct rv_select *select, struct rv_sql *sql, const struct rv_ref *ref)
{
    const struct rv_hop *hop = &select->hops[ref->hop];

    if (ref->virtual)
        rv_virtual_sql(sql, ref->virtual, hop->alias);
    else
        rv_sql_column(sql, hop->alias, hop->kind->columns[ref->column].name);
}

int32_t
rv_select_type(const struct rv_select *select, const struct rv_ref *ref)
{
    if (ref->virtual)
        return ref->virtual->type;
    return select->hops[ref->hop].kind->columns[ref->column].type;
}

static void
add_list(const struct rv_select *select, struct rv_sql *sql)
{
    for (int i = 0; i < select->field_count; i++) {
        const struct rv_output *field = &select->fields[i];
        struct rv_ref ref = { field->hop, field->column, field->virtual, 0 };
        if (i > 0)
            rv_sql_add(sql, ", ");
        if (field->virtual && !field->virtual->sql)
            rv_sql_add(sql, "NULL");
        else
            rv_select_expression(select, sql, &ref);
    }
}

/* Nearly every request wants whole rows: their list of columns is made once a kind. */
void
rv_select_list_sql(const struct rv_select *select, struct rv_sql *sql)
{
    static struct {
        const struct rv_kind *kind;
        const struct rv_column *columns; /* others when a provider's module brought it anew */
        char *text;
    } made[KINDS_KEPT];
    const struct rv_hop *hop = &select->hops[0];
    size_t at = (size_t)hop->kind->index;

    if (!select->plain || at >= RV_COUNT(made) || !rv_streq(hop->alias, "t")) {
        add_list(select, sql);
        return;
    }
    if (made[at].kind != hop->kind || made[at].columns != hop->kind->columns) {
        RV_AUTO_SQL struct rv_sql list = rv_sql_new();
        add_list(select, &list);
        free(made[at].text);
        made[at].text = rv_strdup(rv_buf_text(&list.text));
        made[at].kind = hop->kind;
        made[at].columns = hop->kind->columns;
    }
    rv_sql_add(sql, made[at].text);
}

static void
join_single(struct rv_sql *sql, const struct rv_select *select, const struct rv_hop *hop)
{
    const struct rv_column *owner = &hop->kind->columns[hop->single.relation->column];

    rv_sql_addf(sql, "%s.\"%s\" = %s.\"id\"", hop->alias, owner->name,
                select->hops[hop->parent].alias);
    if (!owner->target)
        rv_sql_addf(sql, " AND %s.\"%s\" = '%s'", hop->alias,
                    hop->kind->columns[owner->type_column].name,
                    select->hops[hop->parent].kind->name);
}

void
rv_select_joins_sql(const struct rv_select *select, struct rv_sql *sql)
{
    for (int i = 1; i < select->hop_count; i++) {
        const struct rv_hop *hop = &select->hops[i];
        const struct rv_hop *parent = &select->hops[hop->parent];
        rv_sql_addf(sql, " LEFT JOIN \"%s\" %s ON ", hop->kind->table, hop->alias);
        if (hop->via < 0)
            join_single(sql, select, hop);
        else
            rv_sql_addf(sql, "%s.\"id\" = %s.\"%s\"", hop->alias, parent->alias,
                        parent->kind->columns[hop->via].name);
    }
}

void
rv_select_from_sql(const struct rv_select *select, struct rv_sql *sql)
{
    rv_sql_addf(sql, " FROM \"%s\" %s", select->hops[0].kind->table, select->hops[0].alias);
    rv_select_joins_sql(select, sql);
}
