/* SPDX-License-Identifier: Apache-2.0
 *
 * Which columns a table of a kind has: those of its family's table, else what the dictionary
 * suggests.
 */
#include "columns.h"

#include <string.h>
#include "kind.h"

#define ENOUGH 7 /* columns of a table that nobody has designed */

/* Columns worth showing of a kind that has no table of its own, in this order. */
static const struct cli_column suggestions[] = {
    NAMESPACE,
    NAME,
    COL("KIND", "object_kind", text),
    COL("TYPE", "type", text),
    COL("STATUS", "status", text),
    COL("PHASE", "phase", text),
    COL("STATE", "state", text),
    COL("ROLE", "role", text),
    COL("RESOURCE", "resource", text),
    COL("HOST", "hostname", text),
    COL("PORT", "port", text),
    COL("KEY", "key", text),
    COL("VALUE", "value", text),
    COL("DESCRIPTION", "description", text),
    AGE,
};

/* What ends such a table. */
static const struct cli_column endings[] = { WIDE("CREATED", "created_on", age), PROVIDER, ID };

static int
has_attribute(const struct rv_kind *kind, const char *path)
{
    if (strchr(path, '.')) /* the provider's name: for what providers have */
        return !kind->server && rv_kind_association(kind, "ext_management_system") >= 0;
    return rv_kind_column(kind, path) >= 0;
}

/* Worth showing when there is room: an attribute of its own that people can read. */
static int
is_telling(const struct rv_kind *kind, int index)
{
    static const char *const noise[] = { "ems_ref", "resource_version", "guid", "uid_ems" };
    const struct rv_column *column = &kind->columns[index];
    size_t len = strlen(column->name);

    if (index + 1 < kind->column_count && kind->columns[index + 1].type_column == index)
        return 0; /* kind of what the next one refers to */
    for (size_t i = 0; i < RV_COUNT(noise); i++)
        if (strcmp(column->name, noise[i]) == 0)
            return 0;
    return !(column->flags & (REEVE_COL_CORE | REEVE_COL_INTERNAL | REEVE_COL_SECRET)) &&
           column->type != REEVE_REF && column->type != REEVE_JSON &&
           !(len > 3 && strcmp(column->name + len - 3, "_id") == 0);
}

static int
is_there(const struct cli_column *columns, int count, const char *attribute)
{
    for (int i = 0; i < count; i++)
        if (strcmp(columns[i].attributes, attribute) == 0)
            return 1;
    return 0;
}

/* "HEIGHT-UNITS" of "height_units" */
static void
make_title(char *out, size_t size, const char *name)
{
    snprintf(out, size, "%s", name);
    for (; *out; out++)
        *out = (char)(*out == '_' ? '-' : *out >= 'a' && *out <= 'z' ? *out - 'a' + 'A' : *out);
}

static int
add_known(struct cli_column *made, int count, const struct rv_kind *kind,
          const struct cli_column *from, size_t from_count)
{
    for (size_t i = 0; i < from_count; i++)
        if (has_attribute(kind, from[i].attributes))
            made[count++] = from[i];
    return count;
}

/* What the dictionary has of the suggestions, further attributes until there are enough, and the
 * endings. Good until the next call. */
static const struct cli_column *
suggest(const struct rv_kind *kind)
{
    static struct cli_column made[RV_COUNT(suggestions) + ENOUGH + RV_COUNT(endings) + 1];
    static char titles[ENOUGH][64];
    int count = add_known(made, 0, kind, suggestions, RV_COUNT(suggestions));

    for (int i = 0; i < kind->column_count && count < ENOUGH; i++) {
        const struct rv_column *column = &kind->columns[i];

        if (!is_telling(kind, i) || is_there(made, count, column->name))
            continue;
        make_title(titles[count], sizeof(titles[count]), column->name);
        made[count] =
            (struct cli_column){ titles[count], column->name, cli_cell_text, "<none>", 0 };
        count++;
    }
    count = add_known(made, count, kind, endings, RV_COUNT(endings));
    if (rv_kind_column(kind, "name") < 0)
        made[count - 1].wide = 0; /* nothing else tells one row from another */
    made[count] = (struct cli_column)CLI_COLUMNS_END;
    return made;
}

static const struct cli_column *
find_in(const struct cli_columns_of *tables, const char *kind)
{
    for (; tables->kind; tables++)
        if (strcmp(tables->kind, kind) == 0)
            return tables->columns;
    return NULL;
}

const struct cli_column *
cli_columns(const struct cli_kind *kind)
{
    static const struct cli_column unknown[] = { NAME, COL("ID", "id", text), CLI_COLUMNS_END };
    static const struct cli_columns_of *const families[] = { cli_columns_kubernetes,
                                                             cli_columns_infra, cli_columns_cloud,
                                                             cli_columns_others };
    const struct cli_column *columns = NULL;

    if (!kind->kind) /* only the server knows its attributes */
        return unknown;
    for (size_t i = 0; i < RV_COUNT(families) && !columns; i++)
        columns = find_in(families[i], kind->kind->name);
    return columns ? columns : suggest(kind->kind);
}
