/* SPDX-License-Identifier: Apache-2.0
 *
 * Compares listings of one inventory.
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

static int
is_meant(const struct suspects *suspects, const char *key)
{
    return suspects == NULL || suspects_hold(suspects, key);
}

/* Objects of `in` that `from` lacks. */
static void
say_missing(const struct record *in, const struct record *from, const struct suspects *suspects,
            const char *where, rv_buf *said)
{
    int missing = 0;
    for (int i = 0; i < in->count && missing < SAID; i++) {
        const struct seen *seen = &in->seen[i];
        if (rv_names_find(&from->by_key, seen->key) >= 0 || !is_meant(suspects, seen->key))
            continue;
        add_key(said, seen);
        rv_buf_addf(said, " %s\n", where);
        missing++;
    }
}

void
record_say_differences(const struct record *first, const struct record *second,
                       const struct suspects *suspects, rv_buf *said)
{
    int differ = 0;
    say_missing(first, second, suspects, "is in the first listing only", said);
    say_missing(second, first, suspects, "is in the second listing only", said);
    for (int i = 0; i < first->count && differ < SAID; i++) {
        const struct seen *seen = &first->seen[i];
        int other = rv_names_find(&second->by_key, seen->key);
        if (other < 0 || same(seen, &second->seen[other]) || !is_meant(suspects, seen->key))
            continue;
        say_difference(said, seen, &second->seen[other]);
        differ++;
    }
}

int
record_unseen(const struct record *first, const struct record *second, struct suspects *suspects)
{
    int missing = 0;
    for (int i = 0; i < first->count; i++) {
        if (rv_names_find(&second->by_key, first->seen[i].key) >= 0)
            continue;
        missing++;
        suspects_name(suspects, first->seen[i].key);
    }
    return missing;
}

int
record_differ(const struct record *first, const struct record *second, struct suspects *suspects)
{
    int differ = record_unseen(first, second, suspects) + record_unseen(second, first, suspects);
    for (int i = 0; i < first->count; i++) {
        int other = rv_names_find(&second->by_key, first->seen[i].key);
        if (other < 0 || same(&first->seen[i], &second->seen[other]))
            continue;
        differ++;
        suspects_name(suspects, first->seen[i].key);
    }
    return differ;
}

static int
is_fleeting(const struct record *before, const struct seen *seen, const struct record *after)
{
    return rv_names_find(&before->by_key, seen->key) < 0 &&
           rv_names_find(&after->by_key, seen->key) < 0;
}

void
record_fleeting(const struct record *before, const struct record *at, const struct record *after,
                struct suspects *suspects)
{
    for (int i = 0; i < at->count; i++)
        if (is_fleeting(before, &at->seen[i], after))
            suspects_name(suspects, at->seen[i].kind->name);
}

void
record_say_fleeting(const struct record *before, const struct record *at,
                    const struct record *after, const struct suspects *suspects, rv_buf *said)
{
    for (int i = 0, lines = 0; i < at->count && lines < SAID; i++) {
        const struct seen *seen = &at->seen[i];
        if (!suspects_hold(suspects, seen->kind->name) || !is_fleeting(before, seen, after))
            continue;
        add_key(said, seen);
        rv_buf_addf(said, " is in one listing only; every listing has such a %s\n",
                    seen->kind->name);
        lines++;
    }
}

static int
is_lost(const struct seen *seen, const struct record *second, const struct record *again,
        enum lost_kinds kinds)
{
    return (kinds == LOST_OF_ANY || second->complete[seen->kind->index]) &&
           rv_names_find(&second->by_key, seen->key) < 0 &&
           rv_names_find(&second->by_rejected, seen->key) < 0 &&
           (again == NULL || rv_names_find(&again->by_key, seen->key) >= 0);
}

int
record_lost(const struct record *first, const struct record *second, const struct record *again,
            enum lost_kinds kinds, rv_buf *said)
{
    int lost = 0;
    for (int i = 0; i < first->count; i++)
        if (is_lost(&first->seen[i], second, again, kinds) && lost++ == 0)
            add_key(said, &first->seen[i]);
    return lost;
}
