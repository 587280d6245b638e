/* SPDX-License-Identifier: Apache-2.0
 *
 * `reeved db copy`: a home moves from one store to another.
 */
#include "db/db_internal.h"

#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "store/url.h"

static int
check_switch(const struct rv_db *db, rv_err *err)
{
    if (!db->args.switch_home)
        return 0;
    if (!db->home.dir)
        return rv_fail(err, RV_E_INVALID, "--switch needs --home DIR, the one to be switched");
    if (db->args.live)
        return rv_fail(err, RV_E_INVALID,
                       "--switch and --live exclude each other: what changes "
                       "after the copy would be lost");
    if (rv_settings_string(db->home.settings, "store")[0] == '\0')
        return 0;
    rv_fail(err, RV_E_CONFLICT, "reeve.yaml says where the store is");
    return rv_hint(err,
                   "take 'store' out of '%s/reeve.yaml', or copy without --switch and change "
                   "it there",
                   db->home.dir);
}

static int
copy(cJSON **report, struct rv_db *db, struct rv_store *from, rv_err *err)
{
    struct rv_store *to = NULL;

    if (!db->args.live && rv_db_check_alone(from, err) < 0)
        return err->code;
    if (rv_db_open_store(&to, db, db->args.to, 0, err) < 0)
        return rv_wrap(err, "the target");
    if (rv_db_check_alone(to, err) < 0)
        rv_wrap(err, "the target");
    else
        rv_keep_copy(report, from, to, db->args.overwrite ? RV_KEEP_OVERWRITE : 0, rv_db_watch(),
                     err);
    rv_store_close(to);
    return err->code;
}

static int
settle(struct rv_db *db, rv_err *err)
{
    RV_AUTO_FREE char *shown = rv_store_url_public(db->args.to);

    if (db->args.switch_home) {
        if (rv_home_set_store(&db->home, db->args.to, err) < 0)
            return err->code;
        rv_db_say("%s uses %s from its next start on", db->home.dir, shown);
    } else if (db->home.dir && !db->args.live) {
        rv_db_say("to go on with the copy: reeved --home %s --store '%s'", db->home.dir, shown);
    }
    return 0;
}

int
rv_db_copy(struct rv_db *db, rv_err *err)
{
    struct rv_store *from = NULL;
    RV_AUTO_JSON cJSON *report = NULL;

    if ((db->args.live ? rv_db_open_home(db, err) : rv_db_hold_home(db, RV_DB_THERE, err)) < 0 ||
        check_switch(db, err) < 0 || rv_db_check_owner(db->args.to, err) < 0)
        return err->code;
    if (strcmp(db->url, db->args.to) == 0)
        return rv_fail(err, RV_E_INVALID, "source and target are the same");
    if (rv_db_open_store(&from, db, db->url, RV_STORE_THERE, err) < 0)
        return rv_wrap(err, "the source");
    copy(&report, db, from, err);
    rv_store_close(from);
    if (err->code || settle(db, err) < 0)
        return err->code;
    rv_db_print(db, "copied, and compared row by row", report);
    return 0;
}
