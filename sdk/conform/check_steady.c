/* SPDX-License-Identifier: Apache-2.0
 *
 * What is emitted depends on the other side alone. The other side may change while
 * it is listed: what is held against a provider has to be found in every listing.
 */
#include "checks.h"

#include "callback.h"
#include "record.h"

enum { LISTINGS = 6, KEPT = 3 };

struct series {
    struct record *records[KEPT];
    int count;
    struct suspects differ;   /* objects that are never as they were in the listing before */
    struct suspects fleeting; /* kinds of which something is in one listing only, each time */
};

static struct record *
record_at(const struct series *series, int index)
{
    return series->records[index % KEPT];
}

/* After a listing: whether it is as the one before. */
static int
is_as_before(struct series *series)
{
    int at = series->count++;
    if (at == 0)
        return 0;
    const struct record *last = record_at(series, at), *before = record_at(series, at - 1);
    int differ = record_differ(before, last, &series->differ);
    suspects_end_round(&series->differ);
    if (at > 1) {
        record_fleeting(record_at(series, at - 2), before, last, &series->fleeting);
        suspects_end_round(&series->fleeting);
    }
    return differ == 0;
}

static void
judge(struct trial *trial, const struct series *series)
{
    RV_AUTO_BUF
    rv_buf said = rv_buf_limited(64 << 10);
    int at = series->count - 1;
    const struct record *last = record_at(series, at), *before = record_at(series, at - 1);
    if (series->differ.kept.count)
        record_say_differences(before, last, &series->differ, &said);
    else if (series->fleeting.kept.count)
        record_say_fleeting(record_at(series, at - 2), before, last, &series->fleeting, &said);
    else
        record_say_differences(before, last, NULL, &said);
    if (series->differ.kept.count == 0 && series->fleeting.kept.count == 0) {
        trial_skip_changing(trial, "%s", rv_buf_text(&said));
        return;
    }
    trial_fail(trial, "%s", rv_buf_text(&said));
    trial_advise(trial,
                 "what is emitted must depend on the other side alone: no clock, no counter, "
                 "no address; what changes by itself all the time is a volatile column");
}

/* Every second listing is of a connection of its own, when there is a config for it. 0, or -1. */
static int
list_next(struct trial *trial, struct rv_connection *connection, struct rv_config *config,
          const struct series *series)
{
    struct record *record = record_at(series, series->count);
    struct rv_connection *other = NULL;
    if (config == NULL || series->count % 2 == 0)
        return callback_list(trial, connection, record);
    if (callback_open(trial, config, NULL, &other) < 0)
        return trial_fail(trial, "it cannot be opened a second time");
    int rc = callback_list(trial, other, record);
    callback_close(trial, other);
    return rc;
}

static void
compare_listings(struct trial *trial, struct rv_connection *connection, struct rv_config *config)
{
    struct series series = { .records = { trial_record(trial), trial_record(trial),
                                          trial_record(trial) } };
    int rc = 0, same = 0;
    while (rc == 0 && !same && series.count < LISTINGS) {
        rc = list_next(trial, connection, config, &series);
        same = rc == 0 && is_as_before(&series);
    }
    if (rc == 0 && !same)
        judge(trial, &series);
    suspects_free(&series.differ);
    suspects_free(&series.fleeting);
}

void
check_twice(struct trial *trial)
{
    struct rv_connection *connection = callback_connect(trial);
    if (connection)
        compare_listings(trial, connection, NULL);
}

void
check_new_connection(struct trial *trial)
{
    struct rv_connection *connection = callback_connect(trial);
    if (connection)
        compare_listings(trial, connection, trial->configs[0]);
}
