/* SPDX-License-Identifier: Apache-2.0
 *
 * What the figures of a server's machine and database mean.
 */
#include "doctor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "table.h"

enum {
    SKEW_WARNING_MS = 5000,
    SKEW_FAILED_MS = 120000,
    DATABASE_SKEW_MS = 2000,
    SLOW_US = 100000,
    OLD_TRANSACTION_MS = 10 * 60 * 1000,
    SPARE_CONNECTIONS = 5,
    FEW_FILES = 1024,
};
static const double disk_low = 0.10, disk_full = 0.02;

void
cli_doctor_add(struct cli_doctor *doctor, const char *check, enum cli_health state,
               const char *format, ...)
{
    static const char *const states[] = { "ok", "warning", "failed" };
    char found[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(found, sizeof(found), format, args);
    va_end(args);
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "check", check);
    cJSON_AddStringToObject(one, "state", states[state]);
    cJSON_AddStringToObject(one, "found", found);
    cJSON_AddStringToObject(one, "advice", "");
    cJSON_AddItemToArray(doctor->findings, one);
    if ((int)state > doctor->worst)
        doctor->worst = state;
}

void
cli_doctor_advise(struct cli_doctor *doctor, const char *format, ...)
{
    char advice[1024];
    va_list args;
    cJSON *last = cJSON_GetArrayItem(doctor->findings, cJSON_GetArraySize(doctor->findings) - 1);
    va_start(args, format);
    vsnprintf(advice, sizeof(advice), format, args);
    va_end(args);
    cJSON_ReplaceItemInObjectCaseSensitive(last, "advice", cJSON_CreateString(advice));
}

void
cli_doctor_error(struct cli_doctor *doctor, const char *check, const rv_err *err)
{
    cli_doctor_add(doctor, check, CLI_HEALTH_FAILED, "%s", err->text);
    if (err->hint[0])
        cli_doctor_advise(doctor, "%s", err->hint);
}

static const cJSON *
part(const cJSON *diagnostics, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(diagnostics, name);
}

static const char *
duration_of(char out[64], int64_t ms)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(64);
    if (ms < 0)
        ms = -ms;
    if (ms < 1000)
        rv_buf_addf(&text, "%" PRId64 " ms", ms);
    else
        cli_add_duration(&text, ms);
    snprintf(out, 64, "%s", rv_buf_text(&text));
    return out;
}

void
cli_judge_versions(struct cli_doctor *doctor, const cJSON *diagnostics, const char *ours)
{
    const char *theirs = rv_json_string(part(diagnostics, "server"), "version");
    int same = rv_streq(ours, theirs);
    cli_doctor_add(doctor, "version", same ? CLI_HEALTH_OK : CLI_HEALTH_WARNING,
                   same ? "the server and reevectl are %s"
                        : "the server is %s, this reevectl is %s",
                   theirs ? theirs : "unknown", ours);
    if (!same)
        cli_doctor_advise(doctor, "install the reevectl of the server's version");
}

static void
judge_our_clock(struct cli_doctor *doctor, int64_t server_ms, int64_t here_ms, int64_t took_ms)
{
    char text[64];
    int64_t apart_ms = server_ms - here_ms;
    /* It was read at some moment while we waited. */
    int64_t sure_ms = apart_ms > took_ms    ? apart_ms - took_ms
                      : apart_ms < -took_ms ? -apart_ms - took_ms
                                            : 0;
    enum cli_health state = sure_ms > SKEW_FAILED_MS    ? CLI_HEALTH_FAILED
                            : sure_ms > SKEW_WARNING_MS ? CLI_HEALTH_WARNING
                                                        : CLI_HEALTH_OK;
    if (state == CLI_HEALTH_OK) {
        cli_doctor_add(doctor, "clock", state, "the server's clock agrees with ours");
        return;
    }
    cli_doctor_add(doctor, "clock", state, "the server's clock is %s %s ours",
                   duration_of(text, apart_ms), apart_ms > 0 ? "ahead of" : "behind");
    cli_doctor_advise(doctor, "compare both with a third (timedatectl, chronyc tracking): ages, "
                              "certificates and schedules go by them");
}

static void
judge_database_clock(struct cli_doctor *doctor, int64_t server_ms, int64_t database_ms)
{
    char text[64];
    int64_t apart_ms = database_ms - server_ms;
    int apart = apart_ms > DATABASE_SKEW_MS || apart_ms < -DATABASE_SKEW_MS;
    if (!apart) {
        cli_doctor_add(doctor, "database clock", CLI_HEALTH_OK,
                       "the database's clock agrees with the server's");
        return;
    }
    cli_doctor_add(doctor, "database clock", CLI_HEALTH_WARNING,
                   "PostgreSQL's clock is %s %s the server's", duration_of(text, apart_ms),
                   apart_ms > 0 ? "ahead of" : "behind");
    cli_doctor_advise(doctor,
                      "let both machines follow the same time servers: with several servers "
                      "leases would end too early or too late");
}

void
cli_judge_clocks(struct cli_doctor *doctor, const cJSON *diagnostics, int64_t here_ms,
                 int64_t took_ms)
{
    int64_t server_ms = rv_json_int(part(diagnostics, "server"), "time_ms", 0);
    int64_t database_ms = rv_json_int(part(diagnostics, "database"), "time_ms", 0);
    judge_our_clock(doctor, server_ms, here_ms, took_ms);
    if (database_ms)
        judge_database_clock(doctor, server_ms, database_ms);
}

/* What PostgreSQL should not be set to. */
static const struct {
    const char *name, *wrong;
    enum cli_health state;
    const char *found, *advice;
} wrong_settings[] = {
    { "fsync", "off", CLI_HEALTH_FAILED, "fsync is off: a power cut can destroy the whole database",
      "ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();" },
    { "full_page_writes", "off", CLI_HEALTH_FAILED,
      "full_page_writes is off: a power cut can leave pages half written",
      "ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf();" },
    { "synchronous_commit", "off", CLI_HEALTH_WARNING,
      "synchronous_commit is off: a power cut takes the last moments, messages that were "
      "acknowledged among them",
      "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();" },
    { "autovacuum", "off", CLI_HEALTH_WARNING,
      "autovacuum is off: the queue's tables grow and become slow",
      "ALTER SYSTEM SET autovacuum = on; SELECT pg_reload_conf();" },
    { "default_transaction_read_only", "on", CLI_HEALTH_FAILED,
      "the database takes no writes (default_transaction_read_only)",
      "ALTER DATABASE ... RESET default_transaction_read_only; and find who set it: full disk?" },
};

static int
judge_wrong_settings(struct cli_doctor *doctor, const cJSON *settings)
{
    int wrong = 0;
    for (size_t i = 0; i < RV_COUNT(wrong_settings); i++) {
        if (!rv_streq(rv_json_string(settings, wrong_settings[i].name), wrong_settings[i].wrong))
            continue;
        cli_doctor_add(doctor, "database settings", wrong_settings[i].state, "%s",
                       wrong_settings[i].found);
        cli_doctor_advise(doctor, "%s", wrong_settings[i].advice);
        wrong++;
    }
    return wrong;
}

static int64_t
number_of(const cJSON *settings, const char *name)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t number = 0;
    const char *text = rv_json_string(settings, name);
    return text && rv_parse_int(&number, text, &ignored) == 0 ? number : 0;
}

static int
judge_connections(struct cli_doctor *doctor, const cJSON *database, const cJSON *settings)
{
    int64_t most = number_of(settings, "max_connections") -
                   number_of(settings, "superuser_reserved_connections");
    int64_t used = rv_json_int(database, "connections", 0);
    if (most <= 0 || used + SPARE_CONNECTIONS <= most)
        return 0;
    cli_doctor_add(doctor, "database connections", CLI_HEALTH_FAILED,
                   "%" PRId64 " of %" PRId64 " connections of PostgreSQL are in use", used, most);
    cli_doctor_advise(doctor,
                      "each worker has one: raise max_connections in postgresql.conf (needs "
                      "a restart of PostgreSQL), or have fewer workers");
    return 1;
}

static int
judge_activity(struct cli_doctor *doctor, const cJSON *database)
{
    char text[64];
    int wrong = 0;
    int64_t oldest_ms = rv_json_int(database, "oldest_transaction_ms", 0);
    int64_t answer_us = rv_json_int(database, "answer_us", 0);
    if (cJSON_IsTrue(part(database, "standby"))) {
        cli_doctor_add(doctor, "database", CLI_HEALTH_FAILED,
                       "PostgreSQL is a standby and takes no writes");
        cli_doctor_advise(doctor, "give reeved the primary: --store with target_session_attrs="
                                  "read-write, or promote this one");
        wrong++;
    }
    if (oldest_ms > OLD_TRANSACTION_MS) {
        cli_doctor_add(doctor, "database transactions", CLI_HEALTH_WARNING,
                       "a transaction has been open for %s", duration_of(text, oldest_ms));
        cli_doctor_advise(doctor,
                          "while it is, deleted rows take room: find it by SELECT pid, "
                          "application_name, xact_start, query FROM pg_stat_activity ORDER BY "
                          "xact_start; end it by SELECT pg_terminate_backend(pid)");
        wrong++;
    }
    if (answer_us > SLOW_US) {
        cli_doctor_add(doctor, "database", CLI_HEALTH_WARNING,
                       "the smallest question takes the database %s",
                       duration_of(text, answer_us / 1000));
        cli_doctor_advise(doctor, "look at its disk (iostat -x 1) and processors (top)");
        wrong++;
    }
    return wrong;
}

void
cli_judge_database(struct cli_doctor *doctor, const cJSON *diagnostics)
{
    const cJSON *database = part(diagnostics, "database"), *settings = part(database, "settings");
    const char *engine = rv_json_string(database, "engine");
    const char *error = rv_json_string(database, "error");
    if (error) {
        const char *advice = rv_json_string(database, "advice");
        cli_doctor_add(doctor, "database", CLI_HEALTH_FAILED, "%s", error);
        cli_doctor_advise(doctor, "%s", advice ? advice : "");
        return;
    }
    int wrong = judge_wrong_settings(doctor, settings) +
                judge_connections(doctor, database, settings) + judge_activity(doctor, database);
    if (wrong == 0)
        cli_doctor_add(doctor, "database", CLI_HEALTH_OK, "%s answers in %.1f ms",
                       engine ? engine : "it",
                       (double)rv_json_int(database, "answer_us", 0) / 1000);
}

static void
judge_disk(struct cli_doctor *doctor, const cJSON *home)
{
    double size = (double)rv_json_int(home, "size_bytes", 0);
    double free_bytes = (double)rv_json_int(home, "free_bytes", 0);
    double files = (double)rv_json_int(home, "files", 0);
    double free_files = (double)rv_json_int(home, "free_files", 0);
    double left = size > 0 ? free_bytes / size : 1;
    if (files > 0 && free_files / files < left)
        left = free_files / files;
    enum cli_health state = left < disk_full  ? CLI_HEALTH_FAILED
                            : left < disk_low ? CLI_HEALTH_WARNING
                                              : CLI_HEALTH_OK;
    cli_doctor_add(doctor, "disk", state, "%.0f %% of the disk with the home is free", left * 100);
    if (state != CLI_HEALTH_OK)
        cli_doctor_advise(doctor,
                          "make room or enlarge it (df -h %s; df -i %s): when it is full, "
                          "nothing can be written",
                          rv_json_string(home, "path"), rv_json_string(home, "path"));
}

/* The mode that a file has, as a number; -1: there is none. */
static int
mode_of(const cJSON *file)
{
    int mode = 0;
    const char *text = rv_json_string(file, "mode");
    if (!cJSON_IsTrue(part(file, "present")) || text == NULL)
        return -1;
    for (; *text >= '0' && *text <= '7'; text++)
        mode = mode * 8 + (*text - '0');
    return mode;
}

static void
judge_key(struct cli_doctor *doctor, const cJSON *home, const cJSON *files)
{
    const char *path = rv_json_string(home, "path");
    const cJSON *key = part(files, "key");
    int mode = mode_of(key);
    if (mode < 0) {
        cli_doctor_add(doctor, "key", CLI_HEALTH_FAILED, "there is no file %s/key", path);
        cli_doctor_advise(doctor,
                          "the running server still has it, the next start will not: put the "
                          "one of your backup there (mode 0600)");
    } else if (mode & 077) {
        cli_doctor_add(doctor, "key", CLI_HEALTH_FAILED,
                       "others can read the file that opens all credentials: %s/key is %04o", path,
                       (unsigned)mode);
        cli_doctor_advise(doctor,
                          "chmod 600 %s/key; reeved refuses to start with it as it is. Who "
                          "may have read it? Then change the key and the credentials",
                          path);
    } else if (rv_json_int(key, "owner", 0) != rv_json_int(home, "user", 0)) {
        cli_doctor_add(doctor, "key", CLI_HEALTH_FAILED, "%s/key belongs to another user", path);
        cli_doctor_advise(doctor, "chown it to the user that reeved runs as");
    } else {
        cli_doctor_add(doctor, "key", CLI_HEALTH_OK, "the key file is there, for the server alone");
    }
}

void
cli_judge_home(struct cli_doctor *doctor, const cJSON *diagnostics)
{
    const cJSON *home = part(diagnostics, "home"), *files = part(home, "files_of_ours");
    int password = mode_of(part(files, "admin-password"));
    if (!cJSON_IsObject(home))
        return;
    judge_disk(doctor, home);
    judge_key(doctor, home, files);
    if (password >= 0 && (password & 077)) {
        cli_doctor_add(doctor, "password file", CLI_HEALTH_FAILED,
                       "others can read %s/admin-password", rv_json_string(home, "path"));
        cli_doctor_advise(doctor, "chmod 600 it, and give 'admin' another password");
    }
}

void
cli_judge_limits(struct cli_doctor *doctor, const cJSON *diagnostics)
{
    const cJSON *server = part(diagnostics, "server");
    int64_t most = rv_json_int(server, "open_files_max", 0);
    int64_t open = rv_json_int(server, "open_files", 0);
    int nearly = most > 0 && open > most * 8 / 10;
    enum cli_health state = nearly             ? CLI_HEALTH_FAILED
                            : most < FEW_FILES ? CLI_HEALTH_WARNING
                                               : CLI_HEALTH_OK;
    cli_doctor_add(doctor, "open files", state,
                   "an API worker has %" PRId64 " files open and may have %" PRId64, open, most);
    if (state != CLI_HEALTH_OK)
        cli_doctor_advise(doctor, "give reeved more: LimitNOFILE=65536 in its unit, or ulimit -n "
                                  "before it is started");
}
