/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows that point to rows that are not there. A child without its owner is one that nobody will
 * ever delete; another link may lead nowhere: what it names may never have been seen.
 */
#include "keeping/finding.h"

#include <string.h>
#include "base/mem.h"
#include "keeping/flow.h"
#include "model/model.h"

static int
has_rows(struct rv_db_check *check, const char *table, rv_err *err)
{
    rv_value row[1];
    RV_AUTO_FREE char *sql = rv_format("SELECT 1 FROM \"%s\" LIMIT 1", table);

    return rv_store_one(check->store, row, 1, sql, NULL, 0, err);
}

/* Rows of kind whose column points to a row of target that is not there. type: NULL, or the name
 * of the column that says that it points to this kind. */
static int
count_lost(int64_t *out, struct rv_db_check *check, const struct rv_kind *kind, const char *column,
           const char *type, const struct rv_kind *target, rv_err *err)
{
    RV_AUTO_FREE char *of_type =
        type ? rv_format(" AND c.\"%s\" = '%s'", type, target->name) : rv_strdup("");
    RV_AUTO_FREE char *sql =
        rv_format("SELECT COUNT(*) FROM \"%s\" c WHERE c.\"%s\" IS NOT NULL%s AND NOT EXISTS"
                  " (SELECT 1 FROM \"%s\" o WHERE o.id = c.\"%s\")",
                  kind->table, column, of_type, target->table, column);

    return rv_check_number(out, check, sql, err);
}

static void
tell_lost(struct rv_db_check *check, const struct rv_kind *kind, int column,
          const struct rv_kind *target, int64_t count)
{
    const char *name = kind->columns[column].name;

    if (count == 0)
        return;
    if (kind->child && column == kind->owner_column)
        rv_finding(check, RV_FINDING_WARNING, "orphans",
                   "refresh the provider; a delete of those rows loses nothing",
                   "%lld rows of %s belong to rows of %s that are not there", (long long)count,
                   kind->table, target->table);
    else if (strcmp(name, "ems_id") == 0)
        rv_finding(check, RV_FINDING_WARNING, "orphans",
                   "they are of a provider that was deleted; they stay until they are purged",
                   "%lld rows of %s are of providers that are not there", (long long)count,
                   kind->table);
    else
        rv_finding(check, RV_FINDING_NOTE, "links", "nothing to do: it may be seen later",
                   "%lld links %s.%s lead to no row of %s", (long long)count, kind->table, name,
                   target->table);
}

static int
check_link(struct rv_db_check *check, const struct rv_kind *kind, int column,
           const struct rv_kind *target, rv_err *err)
{
    const struct rv_column *about = &kind->columns[column];
    const char *type = about->type_column >= 0 ? kind->columns[about->type_column].name : NULL;
    int64_t count = 0;

    if (!rv_layout_table(&check->layout, target->table))
        return 0;
    if (count_lost(&count, check, kind, about->name, type, target, err) < 0)
        return err->code;
    tell_lost(check, kind, column, target, count);
    return 0;
}

/* To each of the kinds that a polymorphic one may name and does. */
static int
check_polymorphic(struct rv_db_check *check, const struct rv_kind *kind, int column, rv_err *err)
{
    const char *type = kind->columns[kind->columns[column].type_column].name;
    RV_AUTO_FREE char *sql = rv_format(
        "SELECT DISTINCT \"%s\" FROM \"%s\" WHERE \"%s\" IS NOT NULL", type, kind->table, type);
    RV_AUTO_FREE const struct rv_kind **targets =
        rv_realloc(NULL, (size_t)rv_model_count() + 1, sizeof *targets);
    struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int count = 0, more;

    if (rv_store_query(check->store, &rows, sql, NULL, 0, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        const struct rv_kind *target = row[0].type == RV_TEXT ? rv_model_kind(row[0].v.text) : NULL;
        if (target && count < rv_model_count())
            targets[count++] = target;
    }
    rv_rows_close(rows);
    for (int i = 0; i < count && more == 0; i++)
        more = check_link(check, kind, column, targets[i], err);
    return more;
}

static int
check_kind(struct rv_db_check *check, const struct rv_kind *kind, rv_err *err)
{
    int there =
        rv_layout_table(&check->layout, kind->table) ? has_rows(check, kind->table, err) : 0;

    if (there <= 0)
        return there;
    for (int c = 1; c < kind->column_count; c++) {
        const struct rv_column *column = &kind->columns[c];
        const struct rv_kind *target = column->target ? rv_model_kind(column->target) : NULL;
        if (column->type != REEVE_REF)
            continue;
        if (column->type_column >= 0 ? check_polymorphic(check, kind, c, err) < 0
                                     : target && check_link(check, kind, c, target, err) < 0)
            return err->code;
    }
    return rv_keep_step(check->watch, "checked", kind->table, 0, err);
}

int
rv_check_links(struct rv_db_check *check, rv_err *err)
{
    for (int i = 0; i < rv_model_count(); i++)
        if (check_kind(check, rv_model_at(i), err) < 0)
            return err->code;
    return 0;
}
