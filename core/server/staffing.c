/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider has a refresh worker while it is enabled, in our zone, not in
 * quarantine, and its credentials are not known to be wrong.
 */
#include "server/staffing.h"

#include <sys/stat.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/model.h"
#include "server/protocol.h"
#include "store/record.h"

enum { MOST_QUARANTINED = 256 };

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
add_refreshers(struct rv_worker *worker, cJSON *workers, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vint(worker->zone_id),
                                rv_vtext(rv_model_table("ext_management_systems")->name) };
    int more;
    if (rv_store_query(worker->store, &rows,
                       "SELECT e.id, e.name FROM ext_management_systems e"
                       " WHERE e.zone_id = $1 AND e.enabled AND e.quarantine_reason IS NULL"
                       " AND NOT EXISTS (SELECT 1 FROM authentications a WHERE a.resource_id = e.id"
                       "  AND a.resource_type = $2 AND a.status = 'Invalid') ORDER BY e.id",
                       params, 2, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        add_want(workers, "refresh", 1, row[0].v.i, row[1].type == RV_TEXT ? row[1].v.text : "");
    return more;
}

cJSON *
rv_staffing_want(struct rv_worker *worker, rv_err *err)
{
    cJSON *want = rv_message_new("want");
    cJSON *workers = cJSON_AddArrayToObject(want, "workers");
    add_want(workers, "generic", rv_settings_int(worker->settings, "workers.generic.count"), 0,
             NULL);
    add_want(workers, "api", rv_settings_int(worker->settings, "workers.api.count"), 0, NULL);
    if (add_refreshers(worker, workers, err) == 0)
        return want;
    cJSON_Delete(want);
    rv_wrap(err, "find out which workers there should be");
    return NULL;
}

static int
write_quarantine(struct rv_worker *worker, int64_t provider_id, const char *reason, rv_err *err)
{
    const struct rv_field fields[] = { { "quarantine_reason", rv_vtext(reason) },
                                       { "quarantined_on",
                                         reason ? rv_vint(rv_now_ms()) : RV_VNULL } };
    if (rv_store_begin(worker->store, err))
        return err->code;
    struct rv_feed *feed = rv_feed_new();
    int failed = rv_record_update(worker->store, feed, rv_model_table("ext_management_systems"),
                                  provider_id, fields, RV_COUNT(fields), err);
    if (!failed)
        failed = rv_feed_flush(feed, worker->store, err);
    rv_feed_free(feed);
    if (failed) {
        rv_store_rollback(worker->store);
        return failed;
    }
    return rv_store_commit(worker->store, err);
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
    char *type;
};

static int
read_quarantined(struct rv_worker *worker, struct quarantined *out, int *count, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;
    *count = 0;
    if (rv_store_query(worker->store, &rows,
                       "SELECT id, quarantined_on, type FROM ext_management_systems"
                       " WHERE quarantine_reason IS NOT NULL",
                       NULL, 0, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0 && *count < MOST_QUARANTINED)
        out[(*count)++] = (struct quarantined){ .id = row[0].v.i,
                                                .since_ms = row[1].type == RV_INT ? row[1].v.i : 0,
                                                .type = rv_strdup(row[2].v.text) };
    return more < 0 ? more : 0;
}

static int
pardon_one(struct rv_worker *worker, const struct quarantined *one, rv_err *err)
{
    struct stat info;
    RV_AUTO_FREE char *path = rv_format("%s/%s.so", worker->provider_dir, one->type);
    if (stat(path, &info) ||
        (int64_t)info.st_ctim.tv_sec * 1000 + info.st_ctim.tv_nsec / 1000000 <= one->since_ms)
        return 0;
    rv_log(RV_INFO, "quarantine ended: the module is a newer one", RV_F("provider", RV_I(one->id)),
           RV_F("module", RV_S(path)));
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
