/* SPDX-License-Identifier: Apache-2.0
 *
 * `reeved db backup`, `inspect` and `restore`.
 *
 * A SQLite store is restored into a new file beside the old one, which is kept under another name:
 * until the last moment nothing has changed. In PostgreSQL it happens in place.
 */
#include "db/db_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "store/url.h"

static int
flags_of(const struct rv_db *db)
{
    return (db->args.overwrite ? RV_KEEP_OVERWRITE : 0) | (db->home.dir ? RV_KEEP_KEY : 0);
}

static int
read_key(char **out, const struct rv_db *db, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_secret(4096);

    *out = NULL;
    if (!db->args.with_key) {
        rv_db_warn("the key that opens stored credentials is not in this backup: keep a copy of "
                   "%s/key in another place, or they are lost",
                   db->home.dir ? db->home.dir : "HOME");
        return 0;
    }
    if (!db->home.dir)
        return rv_fail(err, RV_E_INVALID, "--with-key needs --home DIR, where the key is");
    RV_AUTO_FREE char *path = rv_home_path(db->home.dir, "key");
    if (rv_buf_read_file(&text, path, err) < 0) {
        rv_wrap(err, "key file '%s'", path);
        return err->code == RV_E_PERMISSION
                   ? rv_hint(err, "where root starts reeved with --user, the key is root's: keep a "
                                  "copy of it as root")
                   : err->code;
    }
    *out = rv_buf_take_string(&text);
    rv_db_warn("the key is in this backup: whoever has the file has every stored credential");
    return 0;
}

static void
wipe_text(char *text)
{
    if (text)
        rv_wipe(text, strlen(text));
    free(text);
}

static int
backup(struct rv_db *db, const char *key, rv_err *err)
{
    const struct rv_backup_options options = { .path = db->args.file,
                                               .key = key,
                                               .flags = flags_of(db) };
    struct rv_store *store = NULL;
    RV_AUTO_JSON cJSON *report = NULL;

    if (rv_db_open_store(&store, db, db->url, RV_STORE_THERE, err) < 0)
        return err->code;
    rv_keep_backup(&report, store, &options, rv_db_watch(), err);
    rv_store_close(store);
    if (err->code == 0)
        rv_db_print(db, "backup taken, and read again", report);
    return err->code;
}

int
rv_db_backup(struct rv_db *db, rv_err *err)
{
    char *key = NULL;

    if (rv_db_open_home(db, err) < 0 || read_key(&key, db, err) < 0)
        return err->code;
    int rc = backup(db, key, err);
    wipe_text(key);
    return rc;
}

int
rv_db_inspect(struct rv_db *db, rv_err *err)
{
    RV_AUTO_JSON cJSON *report = NULL;

    if (rv_keep_inspect(&report, db->args.file, rv_db_watch(), err) < 0)
        return err->code;
    rv_db_print(db, "the backup is whole", report);
    return 0;
}

/* "PATH.before-restore-MS" */
static char *
aside(const char *path)
{
    return rv_format("%s.before-restore-%lld", path, (long long)rv_now_ms());
}

/* The key of the backup becomes the home's: what is stored was sealed with it. Another one that is
 * there is kept aside. */
static int
put_key(struct rv_db *db, const char *key, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf old = rv_buf_secret(4096);

    if (!db->home.dir) {
        rv_db_warn("the backup holds a key, and --home does not say where it belongs: it was left "
                   "in the backup");
        return 0;
    }
    RV_AUTO_FREE char *path = rv_home_path(db->home.dir, "key");
    int there = access(path, F_OK) == 0;
    if (there && rv_buf_read_file(&old, path, err) < 0)
        return err->code;
    if (there && strcmp(rv_buf_text(&old), key) == 0)
        return 0;
    if (there) {
        RV_AUTO_FREE char *kept = aside(path);
        if (rename(path, kept) != 0)
            return rv_fail_errno(err, "rename '%s'", path);
        rv_db_say("the key of before is now %s", kept);
    }
    return rv_home_write(db->home.dir, "key", key, 0600, err);
}

static int
settle_key(struct rv_db *db, const char *key, rv_err *err)
{
    if (key)
        return put_key(db, key, err);
    RV_AUTO_FREE char *path = db->home.dir ? rv_home_path(db->home.dir, "key") : NULL;
    if (path && access(path, F_OK) != 0)
        rv_db_warn("the backup holds no key, and there is none in the home: put your copy of it "
                   "at %s before the server starts, or stored credentials cannot be opened",
                   path);
    return 0;
}

static int
restore_into(cJSON **report, char **key, struct rv_db *db, const char *url,
             const struct rv_keep_identity *old, rv_err *err)
{
    int64_t region = db->home.settings ? rv_settings_int(db->home.settings, "region") : -1;
    const struct rv_restore_options options = { .path = db->args.file,
                                                .region = old->made ? old->region : region,
                                                .ids_used = old->ids_used,
                                                .flags = flags_of(db) };
    struct rv_store *store = NULL;

    if (old->made && region >= 0 && region != old->region)
        return rv_fail(err, RV_E_CONFLICT, "the store is of region %lld, the setting says %lld",
                       (long long)old->region, (long long)region);
    if (rv_db_open_store(&store, db, url, 0, err) < 0)
        return err->code;
    if (rv_db_check_alone(store, err) == 0)
        rv_keep_restore(report, key, store, &options, rv_db_watch(), err);
    rv_store_close(store);
    return err->code;
}

static void
remove_file(const char *path)
{
    static const char *const tails[] = { "", "-wal", "-shm" };

    for (size_t i = 0; i < RV_COUNT(tails); i++) {
        RV_AUTO_FREE char *one = rv_format("%s%s", path, tails[i]);
        unlink(one);
    }
}

/* No link that somebody put there is followed. */
static int
make_file(const char *path, rv_err *err)
{
    RV_AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    return fd < 0 ? rv_fail_errno(err, "create '%s'", path) : 0;
}

/* What the file of before knows, and that nobody else has it open: a change of the journal's mode
 * needs it alone. A damaged one is no reason not to restore. */
static int
look_at_file(struct rv_keep_identity *old, struct rv_db *db, const char *path, rv_err *err)
{
    struct rv_store *store = NULL;
    const struct rv_store_config config = { .url = db->url,
                                            .module_dir = db->module_dir,
                                            .busy_timeout_ms = 100 };

    if (access(path, F_OK) != 0)
        return 0;
    if (rv_store_open(&store, &config, err) < 0 || rv_keep_look(old, store, err) < 0) {
        rv_store_close(store);
        if (!db->args.overwrite)
            return err->code;
        rv_db_warn("the database of before cannot be read: %s", err->text);
        rv_err_clear(err);
        return 0;
    }
    int rc = rv_store_script(store, "PRAGMA journal_mode = DELETE", err);
    rv_store_close(store);
    if (rc == RV_E_UNAVAILABLE) {
        rv_fail(err, RV_E_CONFLICT, "another process has '%s' open", path);
        return rv_hint(err, "stop the server first; fuser '%s' says who it is", path);
    }
    if (rc == 0 && old->tables > 0 && !db->args.overwrite) {
        rv_fail(err, RV_E_CONFLICT, "the store is not empty: it has %d tables", old->tables);
        return rv_hint(err, "give --overwrite: the file of before is kept under another name");
    }
    return rc;
}

static int
swap(const char *fresh, const char *path, rv_err *err)
{
    RV_AUTO_FREE char *kept = aside(path);
    RV_AUTO_FREE char *log = rv_format("%s-wal", path);
    RV_AUTO_FREE char *shared = rv_format("%s-shm", path);

    if (access(path, F_OK) == 0) {
        if (link(path, kept) != 0)
            return rv_fail_errno(err, "keep '%s' as '%s'", path, kept);
        rv_db_say("the database of before is now %s: remove it when all is well", kept);
    }
    /* Of a damaged one: it must not be taken for the new one's. */
    unlink(log);
    unlink(shared);
    if (rename(fresh, path) != 0)
        return rv_fail_errno(err, "rename '%s' to '%s'", fresh, path);
    return rv_file_sync_folder(path, err);
}

static int
restore_file(cJSON **report, char **key, struct rv_db *db, const char *path, rv_err *err)
{
    RV_AUTO_FREE char *fresh = rv_format("%s.restoring", path);
    RV_AUTO_FREE char *url = rv_format("sqlite:%s", fresh);
    struct rv_keep_identity old = { 0 };

    if (look_at_file(&old, db, path, err) < 0)
        return err->code;
    remove_file(fresh);
    if (make_file(fresh, err) < 0)
        return err->code;
    if (restore_into(report, key, db, url, &old, err) == 0)
        swap(fresh, path, err);
    if (err->code)
        remove_file(fresh);
    return err->code;
}

int
rv_db_restore(struct rv_db *db, rv_err *err)
{
    RV_AUTO_JSON cJSON *report = NULL;
    const struct rv_keep_identity none = { 0 };
    char *key = NULL;

    if (access(db->args.file, R_OK) != 0)
        return rv_fail_errno(err, "backup '%s'", db->args.file);
    if (rv_db_hold_home(db, RV_DB_MAKE, err) < 0)
        return err->code;
    const char *path = rv_store_url_file(db->url);
    int rc = path ? restore_file(&report, &key, db, path, err)
                  : restore_into(&report, &key, db, db->url, &none, err);
    if (rc == 0)
        rc = settle_key(db, key, err);
    wipe_text(key);
    if (rc == 0)
        rv_db_print(db, "restored, and compared with the backup", report);
    return rc;
}
