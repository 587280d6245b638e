/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows are read first and the supervisor is asked then: whoever has a row is
 * known to the supervisor by that time, so one that it does not name is dead.
 */
#define RV_LOG_TOPIC RV_TOPIC_SERVER
#include "server/census.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "queue/queue.h"
#include "server/figures.h"
#include "server/protocol.h"
#include "store/lease.h"
#include "store/record.h"

enum { MOST_ROWS = 4096, MOST_ENDED = 64, MOST_LOST = 16 };

struct row {
    int64_t id;
    char guid[37];
    struct rv_cpu_look cpu;
};

struct ended {
    char guid[37];
    char reason[256];
};

struct rv_census {
    struct rv_worker *worker;
    struct row *rows;
    int count;
    struct ended ended[MOST_ENDED]; /* the last ones, as a ring */
    int next_ended;
    char lost[MOST_LOST][37]; /* guids of those that live and had no row last time */
    int lost_count;
    struct rv_cpu_look server_cpu; /* of the supervisor */
    struct rv_machine machine;     /* read for each look at the workers */
    int disks_full;                /* one of them is, nearly */
};

struct rv_census *
rv_census_new(struct rv_worker *worker)
{
    struct rv_census *census = rv_alloc(sizeof(*census));
    census->worker = worker;
    return census;
}

void
rv_census_free(struct rv_census *census)
{
    if (census == NULL)
        return;
    free(census->rows);
    free(census);
}

void
rv_census_ended(struct rv_census *census, const char *guid, const char *reason)
{
    struct ended *ended = &census->ended[census->next_ended++ % MOST_ENDED];
    snprintf(ended->guid, sizeof(ended->guid), "%s", guid);
    snprintf(ended->reason, sizeof(ended->reason), "%s", reason);
}

void
rv_census_disks(struct rv_census *census, int full)
{
    census->disks_full = full;
}

static const char *
reason_of(const struct rv_census *census, const char *guid)
{
    for (int i = 0; i < MOST_ENDED; i++)
        if (strcmp(census->ended[i].guid, guid) == 0)
            return census->ended[i].reason;
    return "its worker has ended";
}

static const struct row *
known_row(const struct row *rows, int count, int64_t id)
{
    for (int i = 0; i < count; i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}

static int
read_rows(struct rv_census *census, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *found = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vint(census->worker->server_id) };
    struct row *rows = rv_alloc(sizeof(struct row) * MOST_ROWS);
    int count = 0, more = -1;
    if (rv_store_query(census->worker->store, &found,
                       "SELECT id, guid FROM miq_workers WHERE miq_server_id = $1 ORDER BY id",
                       params, 1, err) == 0)
        while ((more = rv_rows_next(found, &row, err)) > 0 && count < MOST_ROWS) {
            const struct row *old = known_row(census->rows, census->count, row[0].v.i);
            if (old)
                rows[count] = *old;
            rows[count].id = row[0].v.i;
            snprintf(rows[count].guid, sizeof(rows[count].guid), "%s", row[1].v.text);
            count++;
        }
    if (more < 0) {
        free(rows);
        return err->code;
    }
    free(census->rows);
    census->rows = rows;
    census->count = count;
    return 0;
}

static int
ask_who_lives(struct rv_census *census, cJSON **out, rv_err *err)
{
    RV_AUTO_JSON cJSON *who = rv_message_new("who");
    return rv_worker_ask(census->worker, who, out, err);
}

static const cJSON *
find_living(const cJSON *living, const char *guid)
{
    const cJSON *one = NULL;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(living, "workers"))
    {
        const char *name = rv_json_string(one, "guid");
        if (name && strcmp(name, guid) == 0)
            return one;
    }
    return NULL;
}

static int
delete_row(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    const int64_t *id = arg;
    return rv_record_delete(store, feed, rv_model_table("miq_workers"), *id, err);
}

static int
bury(struct rv_census *census, struct row *row, rv_err *err)
{
    int64_t returned = 0;
    struct rv_worker *worker = census->worker;
    const char *reason = reason_of(census, row->guid);
    if (rv_lease_release_holder(worker->store, row->id, err) ||
        rv_queue_release_holder(worker->store, row->id, reason, &returned, err) ||
        rv_record_transaction(worker->store, delete_row, &row->id, err))
        return err->code;
    if (returned > 0) {
        rv_log(RV_WARNING, "messages of a worker that ended are ready again",
               RV_F("messages", RV_I(returned)), RV_F("reason", RV_S(reason)));
        rv_worker_wake(worker, "");
    }
    return 0;
}

int
rv_census_bury(struct rv_census *census, rv_err *err)
{
    cJSON *living = NULL;
    int failed = read_rows(census, err);
    if (!failed)
        failed = ask_who_lives(census, &living, err);
    for (int i = 0; i < census->count && !failed; i++)
        if (find_living(living, census->rows[i].guid) == NULL)
            failed = bury(census, &census->rows[i], err);
    cJSON_Delete(living);
    return failed ? rv_wrap(err, "free what dead workers held") : 0;
}

/* 0 where the machine does not tell how much it has. */
static double
memory_percent(const struct rv_census *census, int64_t bytes)
{
    int64_t total = census->machine.memory_total;
    return total ? 100.0 * (double)bytes / (double)total : 0;
}

enum { FIGURES = 8 };

/* What is told of every process. */
static void
put_figures(struct rv_field out[FIGURES], const struct rv_census *census,
            const struct rv_figures *figures, double cpu_percent)
{
    const struct rv_field fields[FIGURES] = {
        { "memory_usage", rv_vint(figures->resident_bytes) },
        { "memory_size", rv_vint(figures->virtual_bytes) },
        { "proportional_set_size", rv_vint(figures->proportional_bytes) },
        { "unique_set_size", rv_vint(figures->unique_bytes) },
        { "percent_memory", rv_vdouble(memory_percent(census, figures->resident_bytes)) },
        { "percent_cpu", rv_vdouble(cpu_percent) },
        { "cpu_time", rv_vdouble(figures->cpu_seconds) },
        { "os_priority", rv_vint(figures->nice) },
    };
    memcpy(out, fields, sizeof(fields));
}

static int
write_figures(struct rv_census *census, struct row *row, const cJSON *one, rv_err *err)
{
    struct rv_figures figures;
    int64_t now_ms = rv_now_ms();
    pid_t pid = (pid_t)rv_json_int(one, "pid", 0);
    const char *status = rv_json_string(one, "status");
    int64_t message = rv_json_int(one, "message", 0);
    if (!rv_figures_read(&figures, pid))
        return 0;
    struct rv_field fields[FIGURES + 3] = {
        { "last_heartbeat", rv_vint(now_ms - rv_json_int(one, "silent_ms", 0)) },
        { "status", rv_vtext(status ? status : "ready") },
        { "message_id", message ? rv_vint(message) : RV_VNULL },
    };
    put_figures(fields + 3, census, &figures,
                rv_figures_cpu_percent(&row->cpu, figures.cpu_seconds));
    return rv_record_update(census->worker->store, NULL, rv_model_table("miq_workers"), row->id,
                            fields, RV_COUNT(fields), err);
}

/* Those whose heart has beaten lately: a frozen one must lose its leases. */
static int
renew_living(struct rv_census *census, const cJSON *living, rv_err *err)
{
    struct rv_worker *worker = census->worker;
    int64_t lease_ms = rv_settings_int(worker->settings, "workers.lease");
    int64_t *holders = rv_alloc(sizeof(int64_t) * (size_t)(census->count + 1));
    int count = 0;
    for (int i = 0; i < census->count; i++) {
        const cJSON *one = find_living(living, census->rows[i].guid);
        if (one && rv_json_int(one, "silent_ms", INT64_MAX) < lease_ms / 2)
            holders[count++] = census->rows[i].id;
    }
    int failed = 0;
    if (count > 0 && (rv_lease_renew(worker->store, holders, count, lease_ms, err) ||
                      rv_queue_renew(worker->store, holders, count, lease_ms, err)))
        failed = err->code;
    free(holders);
    return failed;
}

static void
add_warning(cJSON *warnings, const char *text, const char *hint)
{
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "text", text);
    cJSON_AddStringToObject(one, "hint", hint);
    cJSON_AddItemToArray(warnings, one);
}

/* A loop ends when one of them lives long enough, or is not wanted any more. */
static void
add_loops(cJSON *warnings, const cJSON *living)
{
    const cJSON *loop = NULL;
    cJSON_ArrayForEach(loop, cJSON_GetObjectItemCaseSensitive(living, "loops"))
    {
        const char *type = rv_json_string(loop, "type");
        const char *provider = rv_json_string(loop, "provider");
        RV_AUTO_FREE char *text =
            rv_format("the %s worker%s%s ended %lld times in a row soon after its start",
                      type ? type : "", provider ? " of provider " : "", provider ? provider : "",
                      (long long)rv_json_int(loop, "failures", 0));
        add_warning(warnings, text, "its log and 'reevectl get events' say why");
    }
}

static char *
warnings_of(const cJSON *living, const struct rv_census *census)
{
    RV_AUTO_JSON cJSON *warnings = cJSON_CreateArray();
    add_loops(warnings, living);
    if (rv_json_int(living, "closed", 0))
        add_warning(warnings,
                    "the machine is short of memory: no worker is started, but for server and API",
                    "give it memory or fewer workers, see workers.swap_start_max and "
                    "workers.memory_start_min");
    if (census->worker->space_low)
        add_warning(warnings, "little room is left for the database: providers are not read",
                    "free space there, or keep less (changes.keep, events.keep): see "
                    "maintenance.free_min");
    if (census->disks_full)
        add_warning(warnings, "a file system is nearly full",
                    "'reevectl get events' and the log say which");
    return cJSON_PrintUnformatted(warnings);
}

static int
write_server(struct rv_census *census, const cJSON *living, rv_err *err)
{
    struct rv_figures figures = { 0 };
    const struct rv_machine *machine = &census->machine;
    int64_t now_ms = rv_now_ms();
    const struct rv_worker *worker = census->worker;
    RV_AUTO_FREE char *warnings = warnings_of(living, census);
    rv_machine_read(&census->machine, rv_settings_string(worker->settings, "server.memory_info"));
    rv_figures_read(&figures, (pid_t)rv_json_int(living, "pid", getppid()));
    figures.unique_bytes = rv_json_int(living, "uss", figures.unique_bytes);
    figures.proportional_bytes = rv_json_int(living, "pss", figures.proportional_bytes);
    double percent = rv_figures_cpu_percent(&census->server_cpu, figures.cpu_seconds);
    struct rv_field fields[FIGURES + 6] = {
        { "last_heartbeat", rv_vint(now_ms) },
        { "system_memory_free", rv_vint(machine->memory_available) },
        { "system_memory_used", rv_vint(machine->memory_total - machine->memory_available) },
        { "system_swap_free", rv_vint(machine->swap_free) },
        { "system_swap_used", rv_vint(machine->swap_total - machine->swap_free) },
        { "warnings", rv_vtext(warnings) },
    };
    put_figures(fields + 6, census, &figures, percent);
    return rv_record_update(worker->store, NULL, rv_model_table("miq_servers"), worker->server_id,
                            fields, RV_COUNT(fields), err);
}

static int
write_living(struct rv_census *census, const cJSON *living, rv_err *err)
{
    if (write_server(census, living, err))
        return err->code;
    for (int i = 0; i < census->count; i++) {
        const cJSON *one = find_living(living, census->rows[i].guid);
        if (one && write_figures(census, &census->rows[i], one, err))
            return err->code;
    }
    return 0;
}

static int
has_row(const struct rv_census *census, const char *guid)
{
    for (int i = 0; i < census->count; i++)
        if (strcmp(census->rows[i].guid, guid) == 0)
            return 1;
    return 0;
}

static int
was_lost(const struct rv_census *census, const char *guid)
{
    for (int i = 0; i < census->lost_count; i++)
        if (strcmp(census->lost[i], guid) == 0)
            return 1;
    return 0;
}

/* A worker without its row holds what nobody renews and nobody frees. Its row may have come after
 * we looked: it is lost when it was not there the last time either. */
static void
look_for_lost(struct rv_census *census, const cJSON *living)
{
    char lost[MOST_LOST][37];
    int count = 0;
    const cJSON *one = NULL;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(living, "workers"))
    {
        const char *guid = rv_json_string(one, "guid"), *status = rv_json_string(one, "status");
        if (!guid || !(rv_streq(status, "ready") || rv_streq(status, "working")) ||
            has_row(census, guid) || count == MOST_LOST)
            continue;
        snprintf(lost[count++], sizeof(lost[0]), "%s", guid);
        if (!was_lost(census, guid))
            continue;
        RV_AUTO_JSON cJSON *message = rv_message_new("forgotten");
        cJSON_AddStringToObject(message, "guid", guid);
        rv_worker_send(census->worker, message);
    }
    memcpy(census->lost, lost, sizeof(lost[0]) * (size_t)count);
    census->lost_count = count;
}

static int
renew(struct rv_census *census, const cJSON *living, rv_err *err)
{
    struct rv_store *store = census->worker->store;
    if (renew_living(census, living, err) || rv_store_begin(store, err))
        return err->code;
    if (write_living(census, living, err)) {
        rv_store_rollback(store);
        return err->code;
    }
    return rv_store_commit(store, err);
}

int
rv_census_renew(struct rv_census *census, rv_err *err)
{
    cJSON *living = NULL;
    int failed = read_rows(census, err);
    if (!failed)
        failed = ask_who_lives(census, &living, err);
    if (!failed) {
        look_for_lost(census, living);
        failed = renew(census, living, err);
    }
    cJSON_Delete(living);
    return failed ? rv_wrap(err, "keep the workers' rows") : 0;
}

int
rv_census_close(struct rv_census *census, rv_err *err)
{
    if (read_rows(census, err))
        return rv_wrap(err, "free what workers held");
    for (int i = 0; i < census->count; i++)
        if (bury(census, &census->rows[i], err))
            return rv_wrap(err, "free what workers held");
    return 0;
}
