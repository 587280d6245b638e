/* SPDX-License-Identifier: Apache-2.0
 *
 * Words for tables of columns, and the tables of each family of kinds.
 */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include <stddef.h>
#include "table.h"

struct cli_columns_of {
    const char *kind;
    const struct cli_column *columns;
};
/* Each ends with a NULL kind. */
extern const struct cli_columns_of cli_columns_kubernetes[];
extern const struct cli_columns_of cli_columns_infra[];
extern const struct cli_columns_of cli_columns_cloud[];
extern const struct cli_columns_of cli_columns_others[];

/* Title, attributes. Without OR: "<none>" when there is nothing. */
#define COL(title, attributes, cell)                                                               \
    {                                                                                              \
        title, attributes, cli_cell_##cell, "<none>", 0                                            \
    }
#define COL_OR(title, attributes, cell, empty)                                                     \
    {                                                                                              \
        title, attributes, cli_cell_##cell, empty, 0                                               \
    }
#define WIDE(title, attributes, cell)                                                              \
    {                                                                                              \
        title, attributes, cli_cell_##cell, "<none>", 1                                            \
    }
#define WIDE_OR(title, attributes, cell, empty)                                                    \
    {                                                                                              \
        title, attributes, cli_cell_##cell, empty, 1                                               \
    }
#define NAMESPACE COL("NAMESPACE", "namespace", text)
#define NAME COL("NAME", "name", text)
#define AGE COL_OR("AGE", "ems_created_on", age, "<unknown>")
/* What ends a wide table of things that providers have. */
#define PROVIDER WIDE("PROVIDER", "ext_management_system.name", text)
#define ID WIDE("ID", "id", text)

#endif
