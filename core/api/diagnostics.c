/* SPDX-License-Identifier: Apache-2.0
 *
 * GET /api/diagnostics: what a person who looks for a mistake wants to know of the server's
 * machine and database, in one answer: clocks, limits, the home's files, PostgreSQL's settings, the
 * last warnings and errors of the log.
 * While the database cannot be had, all that does not come from it. What is counted is in /metrics.
 * Nothing in here is secret, and nothing of it is judged: that does reevectl doctor.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "api/answer.h"
#include "api/api_internal.h"
#include "api/handlers.h"
#include "api/health.h"
#include "base/clock.h"
#include "base/log_ring.h"
#include "base/machine.h"
#include "base/text.h"
#include "store/notes.h"
#include "store/schema.h"

static void
put_text(rv_json_writer *w, const char *name, const char *text)
{
    rv_jw_name(w, name);
    rv_jw_string(w, text);
}

static void
put_int(rv_json_writer *w, const char *name, int64_t number)
{
    rv_jw_name(w, name);
    rv_jw_int(w, number);
}

static int64_t
count_open_files(void)
{
    int64_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count - 3; /* ".", ".." and the one just used */
}

static void
write_server(const struct rv_api_config *config, rv_json_writer *w)
{
    struct rlimit files = { 0, 0 };
    char host[256] = "";
    gethostname(host, sizeof(host) - 1);
    getrlimit(RLIMIT_NOFILE, &files);
    rv_jw_name(w, "server");
    rv_jw_object(w);
    put_text(w, "version", config->version);
    put_text(w, "hostname", host);
    put_int(w, "time_ms", rv_now_ms());
    put_int(w, "open_files", count_open_files());
    put_int(w, "open_files_max",
            files.rlim_cur == RLIM_INFINITY ? INT64_MAX : (int64_t)files.rlim_cur);
    put_int(w, "processors", sysconf(_SC_NPROCESSORS_ONLN));
    rv_jw_end_object(w);
}

/* Its mode as "0600"; absent when it is not there. */
static void
write_file(rv_json_writer *w, const char *home, const char *name)
{
    char path[4096], mode[16];
    struct stat about;
    snprintf(path, sizeof(path), "%s/%s", home, name);
    rv_jw_name(w, name);
    rv_jw_object(w);
    rv_jw_name(w, "present");
    int present = lstat(path, &about) == 0;
    rv_jw_flag(w, present);
    if (present) {
        snprintf(mode, sizeof(mode), "%04o", (unsigned)(about.st_mode & 07777));
        put_text(w, "mode", mode);
        put_int(w, "owner", about.st_uid);
    }
    rv_jw_end_object(w);
}

static void
write_home(const struct rv_api_config *config, rv_json_writer *w)
{
    static const char *const names[] = { "key", "admin-password", "reeve.yaml" };
    struct rv_disk disk;
    rv_jw_name(w, "home");
    if (config->home == NULL) {
        rv_jw_null(w);
        return;
    }
    rv_jw_object(w);
    put_text(w, "path", config->home);
    put_int(w, "user", geteuid());
    if (rv_machine_disk(&disk, config->home)) {
        put_int(w, "free_bytes", disk.free_bytes);
        put_int(w, "size_bytes", disk.size_bytes);
        put_int(w, "free_files", disk.free_files);
        put_int(w, "files", disk.files);
    }
    rv_jw_name(w, "files_of_ours");
    rv_jw_object(w);
    for (size_t i = 0; i < RV_COUNT(names); i++)
        write_file(w, config->home, names[i]);
    rv_jw_end_object(w);
    rv_jw_end_object(w);
}

/* PostgreSQL's settings that matter, as it says them. */
static int
write_postgres(struct rv_store *store, rv_json_writer *w, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    int rc = rv_store_query(
        store, &rows,
        "SELECT CAST(name AS text), setting FROM pg_settings WHERE name IN ('server_version',"
        " 'max_connections', 'superuser_reserved_connections', 'fsync', 'full_page_writes',"
        " 'synchronous_commit', 'autovacuum', 'shared_buffers', 'work_mem', 'max_wal_size',"
        " 'statement_timeout', 'idle_in_transaction_session_timeout',"
        " 'default_transaction_read_only', 'TimeZone', 'server_encoding') ORDER BY name",
        NULL, 0, err);
    rv_jw_name(w, "settings");
    rv_jw_object(w);
    while (rc >= 0 && (rc = rv_rows_next(rows, &row, err)) == 1)
        put_text(w, row[0].v.text, row[1].type == RV_TEXT ? row[1].v.text : "");
    rv_jw_end_object(w);
    if (rc < 0)
        return rc;
    rv_rows_close(rows);
    rows = NULL;
    rv_value out[4];
    rc = rv_store_one(
        store, out, 4,
        "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint),"
        " (SELECT CAST(COALESCE(SUM(numbackends), 0) AS bigint) FROM pg_stat_database),"
        " (SELECT CAST(COALESCE(MAX(EXTRACT(EPOCH FROM clock_timestamp() - xact_start)),"
        " 0) * 1000 AS bigint) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()),"
        " CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END",
        NULL, 0, err);
    if (rc < 0)
        return rc;
    put_int(w, "time_ms", out[0].v.i);
    put_int(w, "connections", out[1].v.i);
    put_int(w, "oldest_transaction_ms", out[2].v.i);
    rv_jw_name(w, "standby");
    rv_jw_flag(w, out[3].v.i != 0);
    return 0;
}

/* The first column of the first row, where there is one and it is a number. */
static int
write_number(struct rv_store *store, rv_json_writer *w, const char *name, const char *sql,
             rv_err *err)
{
    rv_value out[1];
    int found = rv_store_one(store, out, 1, sql, NULL, 0, err);
    if (found > 0 && out[0].type == RV_INT)
        put_int(w, name, out[0].v.i);
    return found < 0 ? found : 0;
}

/* How old what is kept is, and what else should happen now and then. */
static int
write_keeping(struct rv_api *api, rv_json_writer *w, rv_err *err)
{
    struct rv_store *store = api->config.store;
    const struct rv_settings *settings = api->config.settings;
    int64_t backup_ms = 0;
    rv_jw_name(w, "keeping");
    rv_jw_object(w);
    put_int(w, "changes_keep_ms", rv_settings_int(settings, "changes.keep"));
    put_int(w, "purge_interval_ms", rv_settings_int(settings, "purge.interval"));
    if (write_number(store, w, "made_ms", "SELECT MIN(created_at) FROM miq_regions", err) < 0 ||
        write_number(store, w, "oldest_change_ms", "SELECT at FROM changes ORDER BY number LIMIT 1",
                     err) < 0 ||
        rv_note_read(&backup_ms, store, RV_NOTE_BACKUP, err) < 0)
        return err->code;
    if (backup_ms > 0)
        put_int(w, "last_backup_ms", backup_ms);
    rv_jw_end_object(w);
    return 0;
}

static void
begin_database(const struct rv_api *api, rv_json_writer *w)
{
    rv_jw_name(w, "database");
    rv_jw_object(w);
    put_text(w, "engine", rv_store_is_postgres(api->config.store) ? "postgresql" : "sqlite");
}

static int
write_store(struct rv_api *api, rv_json_writer *w, rv_err *err)
{
    struct rv_store *store = api->config.store;
    int64_t version = 0, begun_us = rv_monotonic_us();
    begin_database(api, w);
    if (rv_schema_version(store, &version, err) < 0)
        return err->code;
    put_int(w, "schema_version", version);
    put_int(w, "answer_us", rv_monotonic_us() - begun_us);
    put_int(w, "bytes", rv_store_bytes(store));
    if (rv_store_is_postgres(store) && write_postgres(store, w, err) < 0)
        return err->code;
    rv_jw_end_object(w);
    return 0;
}

/* Nothing can be asked of it: what is wrong, in its place. */
static void
write_silent(struct rv_api *api, rv_json_writer *w, const rv_err *err)
{
    int64_t since_ms = rv_store_down_since_ms(api->config.store);
    char since[32];

    begin_database(api, w);
    rv_format_time(since, since_ms);
    if (since_ms)
        put_text(w, "unavailable_since", since);
    put_text(w, "error", err->text);
    put_text(w, "advice", err->hint);
    rv_jw_end_object(w);
}

static void
write_line(void *arg, const char *line)
{
    rv_jw_string(arg, line);
}

/* The last warnings and errors of all processes. */
static void
write_log(rv_json_writer *w)
{
    rv_jw_name(w, "log");
    rv_jw_array(w);
    rv_log_ring_read(write_line, w);
    rv_jw_end_array(w);
}

int
rv_get_diagnostics(struct rv_request *req, rv_err *err)
{
    int rc = rv_request_check_params(req, err);

    if (rc < 0)
        return rc;
    rv_json_writer w = rv_answer_json(req, 200);
    rv_jw_object(&w);
    write_server(&req->api->config, &w);
    write_home(&req->api->config, &w);
    if (rv_store_answers(req->api, err) < 0)
        write_silent(req->api, &w, err);
    else if (write_store(req->api, &w, err) < 0 || write_keeping(req->api, &w, err) < 0)
        return err->code;
    write_log(&w);
    rv_jw_end_object(&w);
    return rv_buf_check(&req->answer.body, err);
}
