/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker and its store: opening it when it can be had, settings and roles that
 * are kept there, the worker's own row.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/model.h"
#include "server/logging.h"
#include "server/protocol.h"
#include "server/worker.h"
#include "store/record.h"
#include "store/schema.h"

enum {
    RETRY_MS = 500,
    RETRY_MOST_MS = 15000,
    REFUSED_MOST_MS = 5000, /* each try is a line in the database's log */
    SAY_AGAIN_MS = 30000,
    ALIVE_MS = 2500
};

/* Waits that double, and what is said meanwhile. */
struct trying {
    int64_t wait_ms, said_ms;
};

/* 1 to try again, 0 when err will not pass by itself or we are told to stop. Who tells others why
 * there is no store goes on telling them, whatever is wrong: another would fail like it. */
static int
try_again(struct rv_worker *worker, struct trying *trying, int64_t most_ms, const char *message,
          const rv_err *err)
{
    int64_t now_ms = rv_monotonic_ms();
    int passes = err->code == RV_E_UNAVAILABLE || err->code == RV_E_TIMEOUT;
    if (!passes && (worker->on_store_down == NULL || err->code == RV_E_CANCELLED))
        return 0;
    if (!passes)
        most_ms = REFUSED_MOST_MS;
    if (worker->on_store_down)
        worker->on_store_down(worker->arg, err);
    if (trying->said_ms == 0 || now_ms - trying->said_ms > SAY_AGAIN_MS) {
        trying->said_ms = now_ms;
        rv_log_err(RV_WARNING, message, err);
    }
    trying->wait_ms = trying->wait_ms ? trying->wait_ms * 2 : RETRY_MS;
    if (trying->wait_ms > most_ms)
        trying->wait_ms = most_ms;
    rv_worker_wait(worker, trying->wait_ms);
    return !worker->stop;
}

static int
open_once(struct rv_worker *worker, int64_t statement_timeout_ms,
          int (*prepare)(struct rv_worker *worker, rv_err *err), rv_err *err)
{
    char application[64];
    snprintf(application, sizeof(application), "reeved %s", worker->type);
    const struct rv_store_config config = { .url = worker->store_url,
                                            .module_dir = worker->module_dir,
                                            .application = application,
                                            .statement_timeout_ms = statement_timeout_ms,
                                            .answer_timeout_ms =
                                                rv_settings_int(worker->settings, "store_timeout"),
                                            /* Somebody waits for what has a time of its own. */
                                            .alive_timeout_ms =
                                                statement_timeout_ms ? ALIVE_MS : 0 };
    if (worker->store == NULL && rv_store_open(&worker->store, &config, err))
        return err->code;
    return prepare ? prepare(worker, err) : rv_schema_open(worker->store, err);
}

static int
told_to_stop(const struct rv_worker *worker, rv_err *err)
{
    if (!worker->stop)
        return err->code;
    rv_err_clear(err);
    return rv_fail(err, RV_E_CANCELLED, "told to stop before the database was there");
}

int
rv_worker_store(struct rv_worker *worker, int64_t statement_timeout_ms,
                int (*prepare)(struct rv_worker *worker, rv_err *err), rv_err *err)
{
    struct trying trying = { 0 };
    rv_worker_read(worker);
    while (open_once(worker, statement_timeout_ms, prepare, err)) {
        if (!try_again(worker, &trying, RETRY_MS, "the database is not available; trying again",
                       err))
            return told_to_stop(worker, err);
        rv_err_clear(err);
    }
    if (trying.said_ms)
        rv_log(RV_INFO, "the database is available again");
    return 0;
}

int
rv_worker_settings(struct rv_worker *worker, rv_err *err)
{
    worker->settings_changed = 0;
    worker->settings_missed = 1;
    if (rv_settings_load(worker->settings, worker->store, worker->region_id, worker->zone_id,
                         worker->server_id, err))
        return err->code;
    worker->settings_missed = 0;
    rv_server_log(worker->settings);
    return 0;
}

int
rv_worker_roles(struct rv_worker *worker, char **roles, int most, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vint(worker->server_id) };
    int count = 0, more;
    if (rv_store_query(worker->store, &rows,
                       "SELECT r.name FROM assigned_server_roles a"
                       " JOIN server_roles r ON r.id = a.server_role_id"
                       " WHERE a.miq_server_id = $1 AND a.active ORDER BY r.name",
                       params, 1, err))
        return err->code;
    for (int i = 0; roles[i]; i++) {
        free(roles[i]);
        roles[i] = NULL;
    }
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        if (row[0].type == RV_TEXT && count < most)
            roles[count++] = rv_strdup(row[0].v.text);
    return more;
}

/* A worker that announces itself. */
struct announcement {
    struct rv_worker *worker;
    const char *queues;
};

static int
insert_row(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const struct announcement *announcement = arg;
    struct rv_worker *worker = announcement->worker;
    int64_t now_ms = rv_now_ms();
    const struct rv_field fields[] = {
        { "guid", rv_vtext(worker->guid) },
        { "type", rv_vtext(worker->type) },
        { "status", rv_vtext("ready") },
        { "pid", rv_vint(getpid()) },
        { "queue_name", rv_vtext(announcement->queues) },
        { "miq_server_id", rv_vint(worker->server_id) },
        { "started_on", rv_vint(now_ms) },
        { "last_heartbeat", rv_vint(now_ms) },
        { "uri", strcmp(worker->type, "api") == 0 ? rv_vtext(worker->url) : RV_VNULL },
        { "ems_id", worker->provider ? rv_vint(worker->provider) : RV_VNULL },
        { "fence", worker->fence ? rv_vtext(worker->fence) : RV_VNULL },
    };
    return rv_record_insert(store, feed, rv_model_table("miq_workers"), fields, RV_COUNT(fields),
                            &worker->row, err);
}

static int
make_row(struct rv_worker *worker, const char *queues, rv_err *err)
{
    struct announcement announcement = { worker, queues };
    if (rv_store_reserve_ids(worker->store, 1, err))
        return err->code;
    rv_store_relax(worker->store, 1); /* a power cut ends the worker too */
    int rc = rv_record_transaction(worker->store, insert_row, &announcement, err);
    rv_store_relax(worker->store, 0);
    return rc;
}

int
rv_worker_ready(struct rv_worker *worker, const char *const *queues, rv_err *err)
{
    RV_AUTO_JSON cJSON *ready = rv_message_new("ready");
    cJSON *list = cJSON_AddArrayToObject(ready, "queues");
    RV_AUTO_BUF rv_buf names = rv_buf_limited(4096);
    for (int i = 0; queues[i]; i++) {
        cJSON_AddItemToArray(list, cJSON_CreateString(queues[i]));
        rv_buf_addf(&names, "%s%s", i ? "," : "", queues[i]);
    }
    /* A full disk takes no row, and would not take that of a worker in our place. */
    struct trying trying = { 0 };
    while (make_row(worker, rv_buf_text(&names), err)) {
        rv_wrap(err, "announce the worker");
        if (!try_again(worker, &trying, RETRY_MOST_MS,
                       "the worker cannot be written down; trying again", err))
            return told_to_stop(worker, err);
        rv_err_clear(err);
    }
    if (trying.said_ms)
        rv_log(RV_INFO, "the worker is written down");
    cJSON_AddNumberToObject(ready, "row", (double)worker->row);
    rv_worker_send(worker, ready);
    return 0;
}
