/* SPDX-License-Identifier: Apache-2.0
 *
 * Relations and joins of the dictionary as sub-collections.
 */
#include "query/sub.h"

#include "base/text.h"

int
rv_sub_count(const struct rv_kind *parent)
{
    int relations, joins;

    rv_kind_relations(parent, &relations);
    rv_kind_joins(parent, &joins);
    return relations + joins;
}

struct rv_sub
rv_sub_at(const struct rv_kind *parent, int index)
{
    int count;
    const struct rv_relation *relations = rv_kind_relations(parent, &count);

    if (index < count) {
        const struct rv_relation *relation = &relations[index];
        return (struct rv_sub){ relation->name, parent, relation->child, relation, NULL };
    }
    const struct rv_join *join = &rv_kind_joins(parent, &(int){ 0 })[index - count];
    return (struct rv_sub){ join->name, parent, join->child, NULL, join };
}

int
rv_sub_find(struct rv_sub *out, const struct rv_kind *parent, const char *name)
{
    int count = rv_sub_count(parent);

    for (int i = 0; i < count; i++) {
        *out = rv_sub_at(parent, i);
        if (rv_streq(out->name, name))
            return 1;
    }
    return 0;
}

int
rv_sub_single(const struct rv_sub *sub)
{
    return sub->relation && sub->relation->single;
}

void
rv_sub_from(struct rv_sql *sql, const struct rv_sub *sub)
{
    if (sub->relation) {
        rv_sql_addf(sql, " FROM \"%s\" c", sub->child->table);
        return;
    }
    const struct rv_kind *via = sub->join->via;
    rv_sql_addf(sql, " FROM \"%s\" v JOIN \"%s\" c ON c.\"id\" = v.\"%s\"", via->table,
                sub->child->table, via->columns[sub->join->child_column].name);
}

static const struct rv_column *
parent_column(const struct rv_sub *sub, const struct rv_kind **kind, const char **alias)
{
    *kind = sub->relation ? sub->child : sub->join->via;
    *alias = sub->relation ? "c" : "v";
    return &(*kind)->columns[sub->relation ? sub->relation->column : sub->join->parent_column];
}

void
rv_sub_parent_column(struct rv_sql *sql, const struct rv_sub *sub)
{
    const struct rv_kind *kind;
    const char *alias;
    const struct rv_column *column = parent_column(sub, &kind, &alias);

    rv_sql_column(sql, alias, column->name);
}

void
rv_sub_type_condition(struct rv_sql *sql, const struct rv_sub *sub)
{
    const struct rv_kind *kind;
    const char *alias;
    const struct rv_column *column = parent_column(sub, &kind, &alias);

    if (column->target)
        return;
    rv_sql_addf(sql, " AND %s.\"%s\" = '%s'", alias, kind->columns[column->type_column].name,
                sub->parent->name);
}

void
rv_sub_of_row(struct rv_sql *sql, const struct rv_sub *sub, const char *alias, int gone_too)
{
    rv_sub_from(sql, sub);
    rv_sql_add(sql, " WHERE ");
    rv_sub_parent_column(sql, sub);
    rv_sql_addf(sql, " = %s.\"id\"", alias);
    rv_sub_type_condition(sql, sub);
    if (sub->child->archived && !gone_too)
        rv_sql_add(sql, " AND c.\"deleted_on\" IS NULL");
}
