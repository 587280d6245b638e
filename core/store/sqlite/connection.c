/* SPDX-License-Identifier: Apache-2.0
 *
 * Opens the database file and sets the connection up: write-ahead log, full
 * durability, and the two places where SQLite lets us in while it works, the
 * busy handler and the progress handler, from which the worker's heart is beaten.
 */
#include "lite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"

#define BUSY_TIMEOUT_MS 10000
#define PROGRESS_OPS 2000 /* about 50 us between looks at the clock */
#define POLL_EVERY_MS 50

int64_t
lite_now_ms(void)
{
    struct timespec now;

    /* The real clock, not base's: how long a lock is waited for has nothing to do with the time
     * that a test sets. */
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Another process writes. 1: try again; 0: give up. */
static int
wait_for_writer(void *arg, int tries)
{
    static const int pauses_ms[] = { 1, 1, 2, 2, 3, 4 };
    struct lite *lite = arg;
    int64_t now = lite_now_ms();
    rv_err err = RV_ERR_INIT;

    if (tries == 0)
        lite->busy_since_ms = now;
    lite->busy_waited_ms = now - lite->busy_since_ms;
    if (lite->busy_waited_ms >= lite->busy_timeout_ms)
        return 0;
    int step = tries < (int)RV_COUNT(pauses_ms) ? tries : (int)RV_COUNT(pauses_ms) - 1;
    if (lite_host->sleep(pauses_ms[step], &err) < 0) {
        lite->cancelled = 1;
        return 0;
    }
    return 1;
}

/* Called between steps of a long statement. 0: go on. */
static int
look_up(void *arg)
{
    struct lite *lite = arg;
    int64_t now = lite_now_ms();
    rv_err err = RV_ERR_INIT;

    if (lite->finishing)
        return 0;
    if (lite->deadline_ms && now >= lite->deadline_ms)
        return 1;
    if (now - lite->polled_ms < POLL_EVERY_MS)
        return 0;
    lite->polled_ms = now;
    if (lite_host->poll(&err) < 0) {
        lite->cancelled = 1;
        return 1;
    }
    return 0;
}

/* The mode of a file that SQLite makes follows the umask; ours is to be 0600, and its -wal and
 * -shm take over the mode of the file. */
static int
make_file(const char *path, int flags, rv_err *err)
{
    RV_AUTO_FREE char *log = rv_format("%s-wal", path);
    if (access(path, F_OK) != 0 && access(log, F_OK) == 0) {
        rv_fail(err, RV_E_UNAVAILABLE, "database '%s' is gone, but its write-ahead log is there",
                path);
        return rv_hint(err, "put the database file back; to begin anew, remove '%s' and '%s-shm'",
                       log, path);
    }
    int fd = open(path, O_RDWR | O_CLOEXEC | (flags & RV_STORE_THERE ? 0 : O_CREAT), 0600);

    if (fd < 0) {
        int number = errno;
        rv_fail_errno(err, "open database '%s'", path);
        if (number == ENOENT)
            rv_hint(err, flags & RV_STORE_THERE ? "no server has run on it yet, or it is elsewhere"
                                                : "the folder must exist before");
        if (number == EACCES || number == EROFS)
            rv_hint(err, "the user that the server runs as must be able to write there");
        return err->code;
    }
    close(fd);
    return 0;
}

static int
note_file(struct lite *lite, rv_err *err)
{
    struct stat about;

    if (stat(lite->path, &about) != 0)
        return rv_fail_errno(err, "look at database '%s'", lite->path);
    lite->device = about.st_dev;
    lite->inode = about.st_ino;
    lite->is_new = about.st_size == 0;
    return 0;
}

int
lite_check_file(const struct lite *lite, rv_err *err)
{
    struct stat about;

    if (stat(lite->path, &about) == 0 && about.st_dev == lite->device &&
        about.st_ino == lite->inode)
        return 0;
    rv_fail(err, RV_E_UNAVAILABLE, "database '%s' was moved or deleted while it was open",
            lite->path);
    return rv_hint(err, "put the file back; if another one is to be used, restart");
}

/* SQLite answers with the mode that it has set, not with an error. */
static int
use_write_ahead_log(struct lite *lite, rv_err *err)
{
    void *rows = NULL;
    const rv_value *row = NULL;

    if (lite_query(lite, &rows, "PRAGMA journal_mode = WAL", NULL, 0, err) < 0)
        return err->code;
    if (lite_rows_next(rows, &row, err) != 1 || row[0].type != RV_TEXT ||
        strcmp(row[0].v.text, "wal") != 0) {
        rv_fail(err, RV_E_UNSUPPORTED, "database '%s' cannot have a write-ahead log", lite->path);
        rv_hint(err, "keep it on a local file system");
    }
    lite_rows_close(rows);
    return err->code;
}

static int
set_up(struct lite *lite, rv_err *err)
{
    sqlite3_extended_result_codes(lite->db, 1);
    sqlite3_busy_handler(lite->db, wait_for_writer, lite);
    sqlite3_progress_handler(lite->db, PROGRESS_OPS, look_up, lite);
    /* "x" is always a name, as in PostgreSQL, and never a text by accident. */
    sqlite3_db_config(lite->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(lite->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(lite->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(lite->db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
    sqlite3_db_config(lite->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if ((lite->is_new && lite_script(lite, "PRAGMA auto_vacuum = INCREMENTAL", err) < 0) ||
        use_write_ahead_log(lite, err) < 0)
        return err->code;
    return lite_script(lite,
                       "PRAGMA synchronous = FULL;"
                       "PRAGMA case_sensitive_like = ON;"
                       "PRAGMA journal_size_limit = 67108864;"
                       "PRAGMA temp_store = MEMORY;"
                       "PRAGMA cache_size = -3072;" /* KiB; the system caches the file too */,
                       err);
}

int
lite_open(void **conn, const struct rv_store_config *config, rv_err *err)
{
    const char *path = strchr(config->url, ':') + 1;

    if (!*path || strstr(path, "?")) {
        rv_fail(err, RV_E_INVALID, "store '%s' names no file", config->url);
        return rv_hint(err, "write it as sqlite:/var/lib/reeve/reeve.db");
    }
    if (make_file(path, config->flags, err) < 0)
        return err->code;

    struct lite *lite = rv_alloc(sizeof *lite);
    lite->path = rv_strdup(path);
    lite->busy_timeout_ms = config->busy_timeout_ms > 0 ? config->busy_timeout_ms : BUSY_TIMEOUT_MS;
    lite->statement_timeout_ms = config->statement_timeout_ms;
    int rc = sqlite3_open_v2(path, &lite->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        lite_fail(lite, rc, "open", err);
    else if (note_file(lite, err) == 0)
        set_up(lite, err);
    if (err->code) {
        lite_close(lite);
        return err->code;
    }
    *conn = lite;
    return 0;
}

void
lite_close(void *conn)
{
    struct lite *lite = conn;

    if (!lite)
        return;
    lite_forget_statements(lite);
    sqlite3_close_v2(lite->db);
    free(lite->path);
    free(lite);
}

int64_t
lite_bytes(void *conn)
{
    static const char *const tails[] = { "", "-wal", "-shm" };
    struct lite *lite = conn;
    int64_t total = 0;

    for (size_t i = 0; i < RV_COUNT(tails); i++) {
        RV_AUTO_FREE char *path = rv_format("%s%s", lite->path, tails[i]);
        struct stat about;
        if (stat(path, &about) == 0)
            total += about.st_size;
    }
    return total;
}

int64_t
lite_log_bytes(void *conn)
{
    struct lite *lite = conn;
    RV_AUTO_FREE char *path = rv_format("%s-wal", lite->path);
    struct stat about;

    return stat(path, &about) == 0 ? about.st_size : 0;
}
