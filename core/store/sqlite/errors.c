/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite's result codes as classes, with a text that names the file and a hint
 * for what a person can mend.
 */
#include "lite.h"

#include <string.h>

static int
fail_constraint(struct lite *lite, int extended, rv_err *err)
{
    const char *text = sqlite3_errmsg(lite->db);

    if (extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
        extended == SQLITE_CONSTRAINT_ROWID)
        return rv_fail(err, RV_E_CONFLICT, "%s", text);
    return rv_fail(err, RV_E_INVALID, "%s", text);
}

static int
fail_busy(struct lite *lite, int extended, rv_err *err)
{
    if (lite->cancelled)
        return rv_fail(err, RV_E_CANCELLED, "cancelled while waiting for the database '%s'",
                       lite->path);
    if (extended == SQLITE_BUSY_SNAPSHOT) {
        rv_fail(err, RV_E_UNAVAILABLE, "database '%s' has changed since an open query began",
                lite->path);
        return rv_hint(err, "read the query to its end, or close it, before writing");
    }
    rv_fail(err, RV_E_UNAVAILABLE, "database '%s' is locked by another process (waited %lld ms)",
            lite->path, (long long)lite->busy_waited_ms);
    return rv_hint(err, "see who has it open: fuser '%s'; or use PostgreSQL for many writers",
                   lite->path);
}

static int
fail_interrupted(struct lite *lite, rv_err *err)
{
    if (lite->cancelled)
        return rv_fail(err, RV_E_CANCELLED, "statement cancelled");
    return rv_fail(err, RV_E_TIMEOUT, "statement took longer than %lld ms",
                   (long long)lite->statement_timeout_ms);
}

static int
fail_full(struct lite *lite, rv_err *err)
{
    rv_fail(err, RV_E_UNAVAILABLE, "no space left for database '%s'", lite->path);
    return rv_hint(
        err,
        "free space on its file system; the server tries its own work again, a request that was "
        "refused must be sent again");
}

static int
fail_io(struct lite *lite, rv_err *err)
{
    int number = sqlite3_system_errno(lite->db);

    rv_fail(err, RV_E_UNAVAILABLE, "database '%s': %s%s%s", lite->path, sqlite3_errmsg(lite->db),
            number ? ": " : "", number ? strerror(number) : "");
    return rv_hint(err, "look at the disk and its free space (df, dmesg)");
}

static int
fail_damaged(struct lite *lite, int rc, rv_err *err)
{
    rv_fail(err, rc == SQLITE_NOTADB ? RV_E_INVALID : RV_E_INTERNAL, "database '%s': %s",
            lite->path, sqlite3_errmsg(lite->db));
    return rv_hint(err, rc == SQLITE_NOTADB ? "this file is not a SQLite database; name another"
                                            : "restore the file from a backup");
}

static int
fail_readonly(struct lite *lite, int extended, rv_err *err)
{
    if (extended == SQLITE_READONLY_DBMOVED) {
        rv_fail(err, RV_E_UNAVAILABLE, "database '%s' was moved or deleted while open", lite->path);
        return rv_hint(err, "put the file back, or restart the server");
    }
    rv_fail(err, RV_E_PERMISSION, "database '%s' cannot be written: %s", lite->path,
            sqlite3_errmsg(lite->db));
    return rv_hint(err, "its owner must be the user that the server runs as, and so its folder's");
}

static int
fail_open(struct lite *lite, rv_err *err)
{
    int number = sqlite3_system_errno(lite->db);

    return rv_fail(err, RV_E_UNAVAILABLE, "open database '%s': %s", lite->path,
                   number ? strerror(number) : sqlite3_errmsg(lite->db));
}

int
lite_fail(struct lite *lite, int rc, const char *sql, rv_err *err)
{
    int extended = sqlite3_extended_errcode(lite->db);

    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
        return fail_constraint(lite, extended, err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail_busy(lite, extended, err);
    case SQLITE_INTERRUPT:
        return fail_interrupted(lite, err);
    case SQLITE_FULL:
        return fail_full(lite, err);
    case SQLITE_IOERR:
        return fail_io(lite, err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fail_damaged(lite, rc & 0xff, err);
    case SQLITE_READONLY:
        return fail_readonly(lite, extended, err);
    case SQLITE_CANTOPEN:
        return fail_open(lite, err);
    case SQLITE_TOOBIG:
        return rv_fail(err, RV_E_LIMIT, "value too long for the database: %s",
                       sqlite3_errmsg(lite->db));
    case SQLITE_MISMATCH:
        return rv_fail(err, RV_E_INVALID, "%s", sqlite3_errmsg(lite->db));
    case SQLITE_NOMEM:
        return rv_fail(err, RV_E_UNAVAILABLE, "database '%s': out of memory", lite->path);
    default:
        return rv_fail(err, RV_E_INTERNAL, "%s (%d) in: %.300s", sqlite3_errmsg(lite->db), extended,
                       sql ? sql : "");
    }
}
