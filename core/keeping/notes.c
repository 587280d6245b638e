/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes are rows of schema_info beside the version and the region.
 */
#include "keeping/notes.h"

int
rv_note_read(int64_t *value, struct rv_store *store, const char *name, rv_err *err)
{
    rv_value row[1];
    int found = rv_store_one(store, row, 1, "SELECT value FROM schema_info WHERE name = $1",
                             (rv_value[]){ rv_vtext(name) }, 1, err);

    *value = found > 0 ? row[0].v.i : 0;
    return found < 0 ? found : 0;
}

int
rv_note_write(struct rv_store *store, const char *name, int64_t value, rv_err *err)
{
    const rv_value params[] = { rv_vtext(name), rv_vint(value) };

    return rv_store_exec(store, NULL,
                         "INSERT INTO schema_info (name, value) VALUES ($1, $2)"
                         " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                         params, 2, err);
}
