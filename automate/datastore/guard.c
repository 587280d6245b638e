/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may change a domain, and the generation that tells others of a change.
 */
#include "datastore/datastore.h"

#include "base/clock.h"
#include "store/notes.h"

int
rv_datastore_begin(struct rv_store *store, rv_err *err)
{
    return rv_store_lock(store, "automate datastore", err);
}

int
rv_datastore_changed(struct rv_store *store, rv_err *err)
{
    return rv_store_exec(store, NULL,
                         "INSERT INTO schema_info (name, value) VALUES ('" RV_NOTE_AUTOMATE "', 1)"
                         " ON CONFLICT (name) DO UPDATE SET value = schema_info.value + 1",
                         NULL, 0, err);
}

rv_value
rv_datastore_words(const char *text)
{
    return text && *text ? rv_vtext(text) : RV_VNULL;
}

/* 1 may, 0 may not. */
static const char allowed[][4] = {
    [RV_AE_USER] = { 1, 1, 1, 1 },
    [RV_AE_USER_LOCKED] = { 1, 1, 0, 0 },
    [RV_AE_REMOTE] = { 1, 0, 0, 1 },
    [RV_AE_SYSTEM] = { 0, 0, 0, 0 },
};

int
rv_datastore_may(enum rv_datastore_act act, int source, const char *name, rv_err *err)
{
    if (allowed[source][act])
        return 0;
    if (source == RV_AE_SYSTEM) {
        rv_fail(err, RV_E_PERMISSION, "domain '%s' is part of Reeve and stays as it is", name);
        return rv_hint(err, "what a domain of your own says of the same path comes first");
    }
    if (source == RV_AE_REMOTE)
        return rv_fail(err, RV_E_PERMISSION,
                       "domain '%s' is kept in git: change it there, and read it again", name);
    rv_fail(err, RV_E_PERMISSION, "domain '%s' is locked", name);
    return rv_hint(err, "reevectl automate unlock %s", name);
}
