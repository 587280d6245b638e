/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes are rows of schema_info.
 */
#include "store/notes.h"

static int
look(int64_t *value, struct rv_store *store, const char *name, rv_err *err)
{
    rv_value row[1];
    int found = rv_store_one(store, row, 1, "SELECT value FROM schema_info WHERE name = $1",
                             (rv_value[]){ rv_vtext(name) }, 1, err);

    *value = found > 0 ? row[0].v.i : 0;
    return found;
}

int
rv_note_read(int64_t *value, struct rv_store *store, const char *name, rv_err *err)
{
    int found = look(value, store, name, err);

    return found < 0 ? found : 0;
}

int
rv_note_need(int64_t *value, struct rv_store *store, const char *name, rv_err *err)
{
    int found = look(value, store, name, err);

    if (found != 0)
        return found < 0 ? found : 0;
    rv_fail(err, RV_E_INVALID, "table schema_info has no '%s'", name);
    return rv_hint(err, "this is not a database of Reeve, or it was damaged");
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
