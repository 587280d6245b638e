/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider has a refresh worker, and an event worker when it has events, while it is enabled, in
 * our zone, not in quarantine, and its credentials are not known to be wrong. Those that were
 * refused are tried again when their time has come, since what was wrong may have been the other
 * side, or when a person asks for a refresh.
 */
#define RV_LOG_TOPIC RV_TOPIC_SERVER
#include "server/staffing.h"

#include <string.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "host/host.h"
#include "inventory/provider.h"
#include "model/model.h"
#include "queue/queue.h"
#include "server/protocol.h"
#include "store/record.h"

enum { MOST_QUARANTINED = 256, MOST_REQUESTS = 100 /* LIMIT of their query */ };

static void
add_want(cJSON *workers, const char *type, int64_t count, int64_t provider, const char *name)
{
    cJSON *want = cJSON_CreateObject();
    cJSON_AddStringToObject(want, "type", type);
    cJSON_AddNumberToObject(want, "count", (double)count);
    if (provider)
        cJSON_AddNumberToObject(want, "provider", (double)provider);
    if (name)
        cJSON_AddStringToObject(want, "name", name);
    cJSON_AddItemToArray(workers, want);
}

static int
add_for_providers(struct rv_worker *worker, cJSON *workers, const char *type, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    /* Whether a provider has events its refresh worker has noted. */
    const rv_value params[] = { rv_vint(rv_now_ms()), rv_vint(worker->zone_id),
                                rv_vint(strcmp(type, "event") == 0) };
    int more;
    if (rv_store_query(worker->store, &rows,
                       "SELECT e.id, e.name FROM ext_management_systems e"
                       " WHERE e.zone_id = $2 AND e.enabled AND e.quarantine_reason IS NULL"
                       " AND (NOT $3 OR COALESCE(e.supports_events, FALSE))"
                       " AND NOT (" RV_PROVIDER_RESTS_SQL ") ORDER BY e.id",
                       params, 3, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        add_want(workers, type, 1, row[0].v.i, row[1].type == RV_TEXT ? row[1].v.text : "");
    return more;
}

cJSON *
rv_staffing_want(struct rv_worker *worker, const struct rv_headcount_input *input, rv_err *err)
{
    cJSON *want = rv_message_new("want");
    cJSON *workers = cJSON_AddArrayToObject(want, "workers");
    for (const struct rv_worker_type *type = rv_worker_types(); type->name; type++) {
        int count = rv_headcount(type, input);
        if (count == 0 || (type->flags & RV_TYPE_ALWAYS))
            continue;
        if (!(type->flags & RV_TYPE_PROVIDER)) {
            add_want(workers, type->name, count, 0, NULL);
        } else if (!worker->space_low && add_for_providers(worker, workers, type->name, err)) {
            cJSON_Delete(want);
            rv_wrap(err, "find out which workers there should be");
            return NULL;
        }
    }
    return want;
}

struct request {
    int64_t id;
    rv_err why;
};

static void
say_why(rv_err *why, const rv_value *row)
{
    if (row[1].type == RV_NULL)
        rv_fail(why, RV_E_NOT_FOUND, "the provider is gone");
    else if (row[3].type == RV_TEXT)
        rv_fail(why, RV_E_UNAVAILABLE, "provider '%s' is in quarantine: %s", row[2].v.text,
                row[3].v.text);
    else if (row[4].type == RV_TEXT)
        rv_fail(why, RV_E_AUTH, "the credentials of provider '%s' are wrong: %s", row[2].v.text,
                row[4].v.text);
    else
        rv_fail(why, RV_E_UNAVAILABLE, "provider '%s' is paused", row[2].v.text);
}

static int
read_requests(struct rv_worker *worker, struct request *out, int *count, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vtext(rv_model_table("ext_management_systems")->name) };
    int more;
    *count = 0;
    /* The last refresh's failure says more than the credentials' status alone. */
    if (rv_store_query(
            worker->store, &rows,
            "SELECT q.id, e.id, e.name, e.quarantine_reason,"
            "  CASE WHEN a.id IS NULL THEN NULL"
            "   ELSE COALESCE(a.status_details, e.last_refresh_error, 'refused') END"
            " FROM miq_queue q"
            " LEFT JOIN ext_management_systems e ON q.queue_name = 'ems_' || e.id"
            " LEFT JOIN authentications a ON a.resource_id = e.id AND a.resource_type = $1"
            "  AND a.status = 'Invalid'"
            " WHERE q.state = 'ready' AND q.queue_name LIKE 'ems_%'"
            "  AND (e.id IS NULL OR NOT e.enabled OR e.quarantine_reason IS NOT NULL"
            /* What a person asked for has a worker begin. */
            "   OR (a.id IS NOT NULL"
            "    AND NOT (q.method_name = 'refresh' AND q.miq_task_id IS NOT NULL)))"
            " ORDER BY q.id LIMIT 100",
            params, 1, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0 && *count < MOST_REQUESTS) {
        out[*count].id = row[0].v.i;
        say_why(&out[(*count)++].why, row);
    }
    return more < 0 ? more : 0;
}

int
rv_staffing_refuse(struct rv_worker *worker, rv_err *err)
{
    struct request *requests = rv_alloc(sizeof(struct request) * MOST_REQUESTS);
    int count = 0;
    int failed = read_requests(worker, requests, &count, err);
    for (int i = 0; i < count && !failed; i++) {
        failed = rv_queue_give_up(worker->store, requests[i].id, &requests[i].why, err);
        if (failed == RV_E_NOT_FOUND) /* a worker that is about to stop has taken it */
            failed = 0;
        else if (!failed)
            rv_log(RV_WARNING, "request given up", RV_F("message", RV_I(requests[i].id)),
                   RV_F("reason", RV_S(requests[i].why.text)));
    }
    free(requests);
    return failed ? rv_wrap(err, "end requests that nobody serves") : 0;
}

static int
write_quarantine(struct rv_worker *worker, int64_t provider_id, const char *reason, rv_err *err)
{
    const struct rv_field fields[] = { { "quarantine_reason", rv_vtext(reason) },
                                       { "quarantined_on",
                                         reason ? rv_vint(rv_now_ms()) : RV_VNULL } };
    return rv_record_update_alone(worker->store, rv_model_table("ext_management_systems"),
                                  provider_id, fields, RV_COUNT(fields), err);
}

int
rv_staffing_quarantine(struct rv_worker *worker, int64_t provider_id, const char *reason,
                       rv_err *err)
{
    int failed = write_quarantine(worker, provider_id, reason, err);
    if (failed && failed != RV_E_NOT_FOUND)
        return rv_wrap(err, "put a provider in quarantine");
    return 0;
}

struct quarantined {
    int64_t id;
    int64_t since_ms;
    int64_t proved_ms; /* when its credentials were last proved */
    char *type;
};

static int
read_quarantined(struct rv_worker *worker, struct quarantined *out, int *count, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vtext(rv_model_table("ext_management_systems")->name) };
    int more;
    *count = 0;
    if (rv_store_query(worker->store, &rows,
                       "SELECT e.id, e.quarantined_on, e.type, (SELECT MAX(a.last_valid_on)"
                       "  FROM authentications a WHERE a.resource_type = $1"
                       "  AND a.resource_id = e.id)"
                       " FROM ext_management_systems e WHERE e.quarantine_reason IS NOT NULL",
                       params, 1, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0 && *count < MOST_QUARANTINED)
        out[(*count)++] = (struct quarantined){ .id = row[0].v.i,
                                                .since_ms = row[1].type == RV_INT ? row[1].v.i : 0,
                                                .proved_ms = row[3].type == RV_INT ? row[3].v.i : 0,
                                                .type = rv_strdup(row[2].v.text) };
    return more < 0 ? more : 0;
}

static int64_t
changed_ms(const char *path)
{
    struct stat info;
    if (stat(path, &info))
        return 0;
    return (int64_t)info.st_ctim.tv_sec * 1000 + info.st_ctim.tv_nsec / 1000000;
}

static int
pardon_one(struct rv_worker *worker, const struct quarantined *one, rv_err *err)
{
    char **files = NULL;
    int newer = rv_module_files(&files, worker->provider_path, one->type) > 0 &&
                changed_ms(files[0]) > one->since_ms;
    rv_names_free(files);
    if (!newer && one->proved_ms <= one->since_ms)
        return 0;
    rv_log(
        RV_INFO, "quarantine ended", RV_F("provider", RV_I(one->id)),
        RV_F("reason", RV_S(newer ? "its module is newer" : "its credentials were proved again")));
    return write_quarantine(worker, one->id, NULL, err);
}

int
rv_staffing_pardon(struct rv_worker *worker, rv_err *err)
{
    struct quarantined found[MOST_QUARANTINED];
    int count = 0;
    int failed = read_quarantined(worker, found, &count, err);
    for (int i = 0; i < count; i++) {
        if (!failed)
            failed = pardon_one(worker, &found[i], err);
        free(found[i].type);
    }
    return failed ? rv_wrap(err, "end quarantines") : 0;
}
