/* SPDX-License-Identifier: Apache-2.0
 *
 * A map from ids to slots. Slots of rows that went are given back when they are most of all.
 */
#include "rows.h"

#include <stdlib.h>
#include "base/mem.h"
#include "model/names.h"

#define SLACK 1024

struct slot {
    char *id;
    cJSON *row; /* NULL: it went */
};

struct cli_rows {
    struct rv_names names; /* id to slot */
    struct slot *slots;
    int used, size, live;
};

struct cli_rows *
cli_rows_new(void)
{
    return rv_alloc(sizeof(struct cli_rows));
}

void
cli_rows_clear(struct cli_rows *rows)
{
    for (int i = 0; i < rows->used; i++) {
        free(rows->slots[i].id);
        cJSON_Delete(rows->slots[i].row);
    }
    rv_names_clear(&rows->names);
    rows->used = rows->live = 0;
}

void
cli_rows_free(struct cli_rows *rows)
{
    if (!rows)
        return;
    cli_rows_clear(rows);
    free(rows->slots);
    free(rows);
}

int
cli_rows_count(const struct cli_rows *rows)
{
    return rows->live;
}

static void
compact(struct cli_rows *rows)
{
    int kept = 0;

    if (rows->used < 2 * rows->live + SLACK)
        return;
    rv_names_clear(&rows->names);
    for (int i = 0; i < rows->used; i++) {
        if (!rows->slots[i].row) {
            free(rows->slots[i].id);
            continue;
        }
        rows->slots[kept] = rows->slots[i];
        rv_names_add(&rows->names, rows->slots[kept].id, kept);
        kept++;
    }
    rows->used = kept;
}

void
cli_rows_put(struct cli_rows *rows, cJSON *row)
{
    const char *id = rv_json_string(row, "id");
    int at = id ? rv_names_find(&rows->names, id) : -1;

    if (!id) {
        cJSON_Delete(row);
        return;
    }
    if (at < 0) {
        if (rows->used == rows->size) {
            rows->size = rows->size ? 2 * rows->size : 256;
            rows->slots = rv_realloc(rows->slots, (size_t)rows->size, sizeof(*rows->slots));
        }
        at = rows->used++;
        rows->slots[at] = (struct slot){ .id = rv_strdup(id) };
        rv_names_add(&rows->names, rows->slots[at].id, at);
    }
    rows->live += rows->slots[at].row == NULL;
    cJSON_Delete(rows->slots[at].row);
    rows->slots[at].row = row;
}

cJSON *
cli_rows_take(struct cli_rows *rows, const char *id)
{
    int at = rv_names_find(&rows->names, id);
    cJSON *row = at < 0 ? NULL : rows->slots[at].row;

    if (!row)
        return NULL;
    rows->slots[at].row = NULL;
    rows->live--;
    compact(rows);
    return row;
}

void
cli_rows_each(const struct cli_rows *rows, void (*fn)(void *arg, const cJSON *row), void *arg)
{
    for (int i = 0; i < rows->used; i++)
        if (rows->slots[i].row)
            fn(arg, rows->slots[i].row);
}
