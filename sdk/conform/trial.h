/* SPDX-License-Identifier: Apache-2.0
 *
 * One check while it runs, in its child: the module, what was opened, and the
 * verdict. Everything that is made through a trial is freed with it, so that a check may return
 * wherever it finds something wrong.
 */
#ifndef CONFORM_TRIAL_H
#define CONFORM_TRIAL_H

#include "conform.h"

enum { TRIAL_CONFIGS = 64, TRIAL_CONNECTIONS = 4, TRIAL_RECORDS = 6 };

struct record;

struct trial {
    const struct conform *conform;
    const struct check *check;
    struct report *report;
    struct rv_module *module;
    const struct reeve_provider *provider;
    struct rv_config *configs[TRIAL_CONFIGS];
    int config_count;
    struct rv_connection *connections[TRIAL_CONNECTIONS];
    int connection_count;
    struct record *records[TRIAL_RECORDS];
    int record_count;
    int invented; /* required options were not given and have invented values */
};

/* Run the check, after what it needs was made. */
void trial_run(struct trial *trial);

/* What is wrong, where; up to a dozen lines are kept, the rest is counted. Always -1. */
int trial_fail(struct trial *trial, const char *format, ...) RV_PRINTF(2, 3);
/* The same with an error's text and hint. */
int trial_fail_err(struct trial *trial, const rv_err *err, const char *format, ...) RV_PRINTF(3, 4);
/* What the author can do about it; the first advice stays. Always -1. */
int trial_advise(struct trial *trial, const char *format, ...) RV_PRINTF(2, 3);
/* Behind the title of a check that passes. */
void trial_remark(struct trial *trial, const char *format, ...) RV_PRINTF(2, 3);
/* Always -1. */
int trial_skip(struct trial *trial, const char *format, ...) RV_PRINTF(2, 3);
/* For lack of these options. Always -1. */
int trial_skip_options(struct trial *trial, const char *missing);
/* The system changed too often for a verdict; how is said. Always -1. */
int trial_skip_changing(struct trial *trial, const char *format, ...) RV_PRINTF(2, 3);
/* What was found may come from a change of the system, once: the check runs again, in another
 * process, and has failed when it fails each time. */
void trial_doubt(struct trial *trial);
int trial_failed(const struct trial *trial);

/* The configuration that was given. NULL when required options are missing (the check is then
 * skipped) or others wrong (then it has failed). */
struct rv_config *trial_config(struct trial *trial);
/* The same with invented values for required options that are missing: for what needs no peer. */
struct rv_config *trial_config_invented(struct trial *trial);
/* Of other options than those that were given; NULL with *err set. */
struct rv_config *trial_config_of(struct trial *trial, const cJSON *given, rv_err *err);
/* Before the end of the trial: for checks that make many. */
void trial_config_free(struct trial *trial, struct rv_config *config);
/* The options as given and, when invented is not 0, as invented; the caller's. */
cJSON *trial_options(const struct trial *trial, int invented);
/* Names of required options that are not given, ", " between; the caller's. NULL: none. */
char *trial_missing(const struct trial *trial);
struct record *trial_record(struct trial *trial);

#endif
