/* SPDX-License-Identifier: Apache-2.0
 *
 * What reevectl doctor found. What is asked (doctor.c) and what it means (doctor_judge.c,
 * doctor_rows.c) are apart, so that a test can show a mistake without making it.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli.h"

enum cli_health { CLI_HEALTH_OK, CLI_HEALTH_WARNING, CLI_HEALTH_FAILED };

/* A list of findings: {check, state, found, advice}; the caller's. */
struct cli_doctor {
    cJSON *findings;
    int worst; /* enum cli_health */
};

/* What was found; advice follows by cli_doctor_advise. */
void cli_doctor_add(struct cli_doctor *doctor, const char *check, enum cli_health state,
                    const char *format, ...) RV_PRINTF(4, 5);
/* What to do about the last one. */
void cli_doctor_advise(struct cli_doctor *doctor, const char *format, ...) RV_PRINTF(2, 3);
/* An error that the server or the way to it gave. */
void cli_doctor_error(struct cli_doctor *doctor, const char *check, const rv_err *err);

/* doctor_judge.c: what GET /api/diagnostics said. here_ms: our clock when the answer came; took_ms:
 * how long it took. */
void cli_judge_versions(struct cli_doctor *doctor, const cJSON *diagnostics, const char *ours);
void cli_judge_clocks(struct cli_doctor *doctor, const cJSON *diagnostics, int64_t here_ms,
                      int64_t took_ms);
void cli_judge_database(struct cli_doctor *doctor, const cJSON *diagnostics);
void cli_judge_home(struct cli_doctor *doctor, const cJSON *diagnostics);
void cli_judge_keeping(struct cli_doctor *doctor, const cJSON *diagnostics);
void cli_judge_limits(struct cli_doctor *doctor, const cJSON *diagnostics);

/* doctor_rows.c: what /metrics and the API's rows said. */
/* Sum of a series' samples whose labels contain `part` ("" for all); -1: there is none. */
double cli_metric(const char *metrics, const char *name, const char *part);
void cli_judge_metrics(struct cli_doctor *doctor, const char *metrics, int64_t now_ms);
/* messages: those that are ready or were given up; roles: names of the roles that are active. */
void cli_judge_queue(struct cli_doctor *doctor, const cJSON *messages, const cJSON *roles,
                     int64_t now_ms);
void cli_judge_providers(struct cli_doctor *doctor, const cJSON *providers);
/* lanes: where events come in; roles as above. */
void cli_judge_events(struct cli_doctor *doctor, const cJSON *lanes, const cJSON *roles);
/* failed: the latest runs of automate that failed within the last hour; count: how many did. */
void cli_judge_runs(struct cli_doctor *doctor, const cJSON *failed, int64_t count);
/* Their warnings: [{text, hint}]. */
void cli_judge_servers(struct cli_doctor *doctor, const cJSON *servers);

/* doctor.c: asks everything; findings is an empty array before. */
void cli_doctor_examine(struct cli *cli, struct cli_doctor *doctor);

#endif
