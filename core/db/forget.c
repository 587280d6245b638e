/* SPDX-License-Identifier: Apache-2.0
 *
 * `reeved db forget`: the key is lost for good, and the server is to run again.
 */
#include "db/db_internal.h"

#include <stdio.h>
#include <unistd.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "keeping/sealed.h"
#include "store/audit.h"
#include "store/schema.h"

/* None when there is no key file. */
static int
read_ids(struct rv_sealed_keys *out, const struct rv_db *db, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_home_path(db->home.dir, "key");
    struct rv_key *key = NULL;

    if (access(path, F_OK) != 0)
        return 0;
    if (rv_key_load(&key, path, err) < 0)
        return err->code;
    for (int i = 0; i < rv_key_count(key) && i < RV_SEALED_KEYS; i++)
        snprintf(out->ids[i], sizeof(out->ids[i]), "%s", rv_key_id(key, i));
    rv_key_free(key);
    return 0;
}

static int
may_forget(const struct rv_db *db, const struct rv_sealed_tally *tally, rv_err *err)
{
    long long lost = (long long)(tally->all - tally->open);

    if (lost == 0 || db->args.overwrite)
        return 0;
    rv_fail(err, RV_E_CONFLICT,
            "%lld of %lld stored secrets need a key ('%s') that is not in %s/key", lost,
            (long long)tally->all, tally->other, db->home.dir);
    return rv_hint(err, "look for a copy of it first; --overwrite takes these secrets out of the "
                        "database, and they must be given again");
}

static void
note(struct rv_store *store, const struct rv_sealed_tally *tally)
{
    RV_AUTO_FREE char *message = rv_format("%lld stored secrets were given up: their key is lost",
                                           (long long)(tally->all - tally->open));

    rv_audit_note(store, &(struct rv_audit){ .event = "secrets_forgotten", .message = message });
}

static int
forget(struct rv_db *db, struct rv_store *store, rv_err *err)
{
    struct rv_sealed_keys keys = { 0 };
    struct rv_sealed_tally tally;

    if (rv_db_check_alone(store, err) < 0 || rv_schema_open(store, err) < 0 ||
        read_ids(&keys, db, err) < 0 || rv_sealed_count(&tally, store, &keys, err) < 0 ||
        may_forget(db, &tally, err) < 0 || rv_sealed_forget(store, &keys, err) < 0)
        return err->code;
    if (tally.all > tally.open)
        note(store, &tally);
    RV_AUTO_JSON cJSON *report = cJSON_CreateObject();
    cJSON_AddNumberToObject(report, "forgotten", (double)(tally.all - tally.open));
    cJSON_AddNumberToObject(report, "kept", (double)tally.open);
    rv_db_print(db, tally.all > tally.open ? "forgotten" : "the key opens all of them", report);
    return 0;
}

int
rv_db_forget(struct rv_db *db, rv_err *err)
{
    struct rv_store *store = NULL;

    if (!db->args.home)
        return rv_fail(err, RV_E_INVALID, "db forget needs --home DIR, where the key is");
    if (rv_db_hold_home(db, RV_DB_THERE, err) < 0 ||
        rv_db_open_store(&store, db, db->url, RV_STORE_THERE, err) < 0)
        return err->code;
    forget(db, store, err);
    rv_store_close(store);
    return err->code;
}
