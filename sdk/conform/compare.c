/* SPDX-License-Identifier: Apache-2.0
 *
 * Compares two listings of one inventory.
 */
#include "record.h"

#include <string.h>

enum { SAID = 6, COLUMNS_SAID = 4 };

/* "KIND REF" as a person writes it. */
static void
add_key(rv_buf *said, const struct seen *seen)
{
    rv_buf_addf(said, "%s '%.150s'", seen->kind->name, seen->key + strlen(seen->kind->name) + 1);
}

static void
say_difference(rv_buf *said, const struct seen *first, const struct seen *second)
{
    int columns = 0;
    add_key(said, first);
    rv_buf_add_string(said, " differs in");
    for (int i = 0; i < first->kind->column_count; i++)
        if (first->columns[i] != second->columns[i] && columns++ < COLUMNS_SAID)
            rv_buf_addf(said, "%s %s", columns > 1 ? "," : "", first->kind->columns[i].name);
    if (columns > COLUMNS_SAID)
        rv_buf_addf(said, " and %d more columns", columns - COLUMNS_SAID);
    if (first->children != second->children)
        rv_buf_addf(said, "%s its children", columns ? " and" : "");
    rv_buf_add_char(said, '\n');
}

static int
same(const struct seen *first, const struct seen *second)
{
    return first->children == second->children &&
           memcmp(first->columns, second->columns,
                  (size_t)first->kind->column_count * sizeof(uint32_t)) == 0;
}

/* Objects of `in` that `from` lacks. */
static int
say_missing(const struct record *in, const struct record *from, const char *where, rv_buf *said)
{
    int missing = 0;
    for (int i = 0; i < in->count; i++) {
        const struct seen *seen = &in->seen[i];
        if (rv_names_find(&from->by_key, seen->key) >= 0 || missing++ >= SAID)
            continue;
        add_key(said, seen);
        rv_buf_addf(said, " %s\n", where);
    }
    return missing;
}

int
record_compare(const struct record *first, const struct record *second, rv_buf *said)
{
    int differ = say_missing(first, second, "is in the first listing only", said);
    differ += say_missing(second, first, "is in the second listing only", said);
    for (int i = 0; i < first->count; i++) {
        int other = rv_names_find(&second->by_key, first->seen[i].key);
        if (other < 0 || same(&first->seen[i], &second->seen[other]))
            continue;
        if (differ++ < SAID)
            say_difference(said, &first->seen[i], &second->seen[other]);
    }
    return differ;
}

int
record_lost(const struct record *first, const struct record *second, rv_buf *said)
{
    int lost = 0;
    for (int i = 0; i < first->count; i++) {
        const struct seen *seen = &first->seen[i];
        if (!second->complete[seen->kind->index] ||
            rv_names_find(&second->by_key, seen->key) >= 0 ||
            rv_names_find(&second->by_rejected, seen->key) >= 0)
            continue;
        if (lost++ > 0)
            continue;
        add_key(said, seen);
    }
    return lost;
}
