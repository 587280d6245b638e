/* SPDX-License-Identifier: Apache-2.0
 *
 * Which columns a table of a kind has: those of its family's table, else what the dictionary
 * suggests.
 */
#include "columns.h"

#include <string.h>
#include "kind.h"

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
    WIDE("CREATED", "created_on", age),
    PROVIDER,
    COL("ID", "id", text),
};

static int
has_attribute(const struct rv_kind *kind, const char *path)
{
    if (strchr(path, '.')) /* the provider's name: for what providers have */
        return !kind->server && rv_kind_association(kind, "ext_management_system") >= 0;
    return rv_kind_column(kind, path) >= 0;
}

static const struct cli_column *
suggest(const struct cli_kind *kind)
{
    static const struct cli_column unknown[] = { NAME, COL("ID", "id", text), CLI_COLUMNS_END };
    static struct cli_column made[RV_COUNT(suggestions) + 1];
    int count = 0;

    if (!kind->kind) /* only the server knows its attributes */
        return unknown;
    for (size_t i = 0; i < RV_COUNT(suggestions); i++)
        if (has_attribute(kind->kind, suggestions[i].attributes))
            made[count++] = suggestions[i];
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
    const struct cli_column *columns = NULL;

    if (kind->kind)
        columns = find_in(cli_columns_kubernetes, kind->kind->name);
    if (kind->kind && !columns)
        columns = find_in(cli_columns_others, kind->kind->name);
    return columns ? columns : suggest(kind);
}
