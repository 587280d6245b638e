/* SPDX-License-Identifier: Apache-2.0
 *
 * What tables, columns and indexes a database has, read in two queries.
 */
#include "schema_internal.h"

#include <stdlib.h>
#include <string.h>
#include "store_internal.h"

static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Rows of one or two texts to "first" and "first.second". */
static int
read_names(char ***out, int *count, struct rv_store *store, const char *sql, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int size = 0, more;

    if (rv_store_query(store, &rows, sql, NULL, 0, err) < 0)
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        if (*count == size) {
            size = size ? size * 2 : 256;
            *out = rv_realloc(*out, (size_t)size, sizeof(char *));
        }
        (*out)[(*count)++] = rv_rows_columns(rows) == 1
                                 ? rv_strdup(row[0].v.text)
                                 : rv_format("%s.%s", row[0].v.text, row[1].v.text);
    }
    if (*count)
        qsort(*out, (size_t)*count, sizeof(char *), compare);
    return more;
}

int
rv_catalogue_load(struct rv_catalogue *out, struct rv_store *store, rv_err *err)
{
    *out = (struct rv_catalogue){ 0 };
    if (read_names(&out->columns, &out->column_count, store, store->driver->columns_sql, err) < 0 ||
        read_names(&out->indexes, &out->index_count, store, store->driver->indexes_sql, err) < 0) {
        rv_catalogue_free(out);
        return rv_wrap(err, "read the catalogue");
    }
    return 0;
}

static void
free_names(char **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

void
rv_catalogue_free(struct rv_catalogue *catalogue)
{
    free_names(catalogue->columns, catalogue->column_count);
    free_names(catalogue->indexes, catalogue->index_count);
    *catalogue = (struct rv_catalogue){ 0 };
}

static int
has(char **names, int count, const char *name)
{
    return count && bsearch(&name, names, (size_t)count, sizeof(char *), compare) != NULL;
}

int
rv_catalogue_has(const struct rv_catalogue *catalogue, const char *table, const char *column)
{
    RV_AUTO_FREE char *name = rv_format("%s.%s", table, column ? column : "");
    size_t len = strlen(name);

    if (column)
        return has(catalogue->columns, catalogue->column_count, name);
    for (int i = 0; i < catalogue->column_count; i++)
        if (strncmp(catalogue->columns[i], name, len) == 0)
            return 1;
    return 0;
}

int
rv_catalogue_has_index(const struct rv_catalogue *catalogue, const char *index)
{
    return has(catalogue->indexes, catalogue->index_count, index);
}
