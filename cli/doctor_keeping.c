/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether what should happen now and then does: old rows go, backups are made.
 */
#include "doctor.h"
#include "table.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS (24 * 60 * MINUTE_MS)

enum { BACKUP_DAYS = 8 };

static void
judge_retention(struct cli_doctor *doctor, const cJSON *keeping, int64_t now_ms)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(256);
    int64_t keep_ms = rv_json_int(keeping, "changes_keep_ms", 0);
    int64_t age_ms = now_ms - rv_json_int(keeping, "oldest_change_ms", now_ms);
    /* They go in batches, some rounds after their time. */
    int64_t patience_ms = 10 * rv_json_int(keeping, "purge_interval_ms", 0) + 60 * MINUTE_MS;
    int late = keep_ms > 0 && age_ms > keep_ms + patience_ms;
    rv_buf_add_string(&text, "changes are kept for ");
    cli_add_duration(&text, keep_ms);
    rv_buf_add_string(&text, ", the oldest is ");
    cli_add_duration(&text, age_ms);
    cli_doctor_add(doctor, "retention", late ? CLI_HEALTH_WARNING : CLI_HEALTH_OK, "%s",
                   late ? rv_buf_text(&text) : "what is over is dropped in time");
    if (late)
        cli_doctor_advise(doctor,
                          "the server worker drops them each purge.interval, purge.batch at "
                          "once: its log says why it does not (reevectl log recent), or the "
                          "batch is too small for what comes");
}

static void
judge_backup(struct cli_doctor *doctor, const cJSON *keeping, int64_t now_ms)
{
    RV_AUTO_BUF rv_buf age = rv_buf_limited(64);
    int64_t last_ms = rv_json_int(keeping, "last_backup_ms", 0);
    int64_t made_ms = rv_json_int(keeping, "made_ms", now_ms);
    int64_t since_ms = now_ms - (last_ms ? last_ms : made_ms);
    if (since_ms <= BACKUP_DAYS * DAY_MS) {
        cli_doctor_add(doctor, "backup", CLI_HEALTH_OK, "%s",
                       last_ms ? "the last backup is not old"
                               : "the database is young; there is no backup yet");
        return;
    }
    cli_add_duration(&age, since_ms);
    if (last_ms)
        cli_doctor_add(doctor, "backup", CLI_HEALTH_WARNING, "the last backup is %s old",
                       rv_buf_text(&age));
    else
        cli_doctor_add(doctor, "backup", CLI_HEALTH_WARNING, "there has never been a backup");
    cli_doctor_advise(doctor,
                      "on the server: reevectl db backup FILE --home HOME, best each night; "
                      "keep it, and the key, on another machine. Of PostgreSQL pg_basebackup "
                      "or pg_dump will do as well");
}

void
cli_judge_keeping(struct cli_doctor *doctor, const cJSON *diagnostics)
{
    const cJSON *keeping = cJSON_GetObjectItemCaseSensitive(diagnostics, "keeping");
    int64_t now_ms =
        rv_json_int(cJSON_GetObjectItemCaseSensitive(diagnostics, "server"), "time_ms", 0);
    if (!cJSON_IsObject(keeping))
        return;
    judge_retention(doctor, keeping, now_ms);
    judge_backup(doctor, keeping, now_ms);
}
