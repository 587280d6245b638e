/* SPDX-License-Identifier: Apache-2.0
 *
 * A worker is ended by its supervisor, which is that of the API worker that was asked. Roles are
 * rows: the server worker sees the difference and has workers started or ended.
 */
#include "api/staff.h"

#include <inttypes.h>
#include "api/api_internal.h"
#include "api/document.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "store/record.h"

enum { MOST_ROLES = 64 };

static void
finish(struct rv_job *job, int64_t id, const char *message)
{
    rv_job_result(job, id, message);
    rv_jw_end_object(rv_job_out(job));
}

static int
find_worker(struct rv_job *job, int64_t id, char guid[40], char type[40], rv_err *err)
{
    struct rv_api *api = job->req->api;
    rv_value row[3];
    int found = rv_store_one(api->config.store, row, 3,
                             "SELECT guid, type, miq_server_id FROM miq_workers WHERE id = $1",
                             (rv_value[]){ rv_vint(id) }, 1, err);
    if (found < 0)
        return found;
    if (found == 0)
        return rv_fail_row(job->kind, rv_arena_format(job->req->arena, "%" PRId64, id), err);
    if (row[2].type != RV_INT || row[2].v.i != api->config.server_id) {
        rv_fail(err, RV_E_CONFLICT, "worker %" PRId64 " belongs to another server", id);
        return rv_hint(err, "ask the API of that server: 'reevectl get servers -o wide' shows "
                            "where it is");
    }
    snprintf(guid, 40, "%s", row[0].type == RV_TEXT ? row[0].v.text : "");
    snprintf(type, 40, "%s", row[1].type == RV_TEXT ? row[1].v.text : "");
    return 0;
}

static int
end_worker(struct rv_job *job, int64_t id, const char *what, const char *said, rv_err *err)
{
    struct rv_api *api = job->req->api;
    char guid[40], type[40];
    int rc = find_worker(job, id, guid, type, err);
    if (rc < 0)
        return rc;
    if (api->config.host.end_worker == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "this server cannot end workers");
    api->config.host.end_worker(api->config.host.arg, guid, what);
    finish(
        job, id,
        rv_arena_format(job->req->arena, "Worker id: %" PRId64 " type: '%s' %s", id, type, said));
    return 0;
}

int
rv_worker_restart_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    return end_worker(job, id, "restart", "ends after its message and is replaced", err);
}

int
rv_worker_kill_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    (void)item;
    return end_worker(job, id, "kill", "is killed and replaced", err);
}

/* What the transaction works with. */
struct giving {
    int64_t server_id, zone_id, role_id;
    const char *name;
    int64_t most;
    int zone_scope, active;
};

static int
no_such_role(struct rv_store *store, const char *name, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    char *names[MOST_ROLES + 1] = { NULL };
    int count = 0;
    rv_err ignored = RV_ERR_INIT;
    if (rv_store_query(store, &rows, "SELECT name FROM server_roles ORDER BY name", NULL, 0,
                       &ignored) == 0)
        while (rv_rows_next(rows, &row, &ignored) > 0 && count < MOST_ROLES)
            names[count++] = rv_strdup(row[0].v.text);
    const char *near = rv_nearest(name, (const char *const *)names);
    rv_fail(err, RV_E_INVALID, "there is no server role '%.100s'%s%s%s", name,
            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    for (int i = 0; i < count; i++)
        free(names[i]);
    return rv_hint(err, "'reevectl get server_roles' lists them");
}

static int
read_role(struct rv_job *job, struct giving *giving, const cJSON *item, int64_t id, rv_err *err)
{
    struct rv_store *store = job->req->api->config.store;
    rv_value row[3];
    giving->name = rv_json_string(item, "role");
    giving->server_id = id;
    if (giving->name == NULL)
        return rv_fail(err, RV_E_INVALID, "\"role\" must be the name of a server role");
    int found = rv_store_one(store, row, 1, "SELECT zone_id FROM miq_servers WHERE id = $1",
                             (rv_value[]){ rv_vint(id) }, 1, err);
    if (found <= 0)
        return found < 0
                   ? found
                   : rv_fail_row(job->kind, rv_arena_format(job->req->arena, "%" PRId64, id), err);
    giving->zone_id = row[0].type == RV_INT ? row[0].v.i : 0;
    found = rv_store_one(
        store, row, 3,
        "SELECT id, COALESCE(max_concurrent, 0), role_scope FROM server_roles WHERE name = $1",
        (rv_value[]){ rv_vtext(giving->name) }, 1, err);
    if (found <= 0)
        return found < 0 ? found : no_such_role(store, giving->name, err);
    giving->role_id = row[0].v.i;
    giving->most = row[1].v.i;
    giving->zone_scope = row[2].type == RV_TEXT && rv_streq(row[2].v.text, "zone");
    return 0;
}

/* How many others have it active where that is counted. */
static int
count_others(const struct giving *giving, struct rv_store *store, int64_t *count, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(giving->role_id), rv_vint(giving->server_id),
                                rv_vint(giving->zone_scope ? giving->zone_id : 0) };
    int found = rv_store_one(store, row, 1,
                             "SELECT COUNT(*) FROM assigned_server_roles a"
                             " JOIN miq_servers s ON s.id = a.miq_server_id"
                             " WHERE a.server_role_id = $1 AND a.active AND s.id <> $2"
                             "  AND (CAST($3 AS BIGINT) = 0 OR s.zone_id = $3)"
                             "  AND s.status IN ('starting', 'started')",
                             params, 3, err);
    if (found < 0)
        return found;
    *count = found ? row[0].v.i : 0;
    return 0;
}

static int
find_assignment(const struct giving *giving, struct rv_store *store, int64_t *id, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(giving->server_id), rv_vint(giving->role_id) };
    int found = rv_store_one(store, row, 1,
                             "SELECT id FROM assigned_server_roles"
                             " WHERE miq_server_id = $1 AND server_role_id = $2",
                             params, 2, err);
    if (found > 0)
        *id = row[0].v.i;
    return found;
}

static int
add_role(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct giving *giving = arg;
    const struct rv_kind *kind = rv_model_table("assigned_server_roles");
    int64_t id = 0, others = 0;
    if (rv_store_lock(store, "server_roles", err) || count_others(giving, store, &others, err))
        return err->code;
    giving->active = giving->most == 0 || others < giving->most;
    const struct rv_field fields[] = { { "active", rv_vint(giving->active) },
                                       { "miq_server_id", rv_vint(giving->server_id) },
                                       { "server_role_id", rv_vint(giving->role_id) },
                                       { "priority", rv_vint(2) } };
    int found = find_assignment(giving, store, &id, err);
    if (found < 0)
        return found;
    if (found)
        return rv_record_update(store, feed, kind, id, fields, 1, err);
    return rv_record_insert(store, feed, kind, fields, RV_COUNT(fields), NULL, err);
}

static int
remove_role(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct giving *giving = arg;
    int64_t id = 0, others = 0;
    if (rv_store_lock(store, "server_roles", err))
        return err->code;
    int found = find_assignment(giving, store, &id, err);
    if (found <= 0)
        return found;
    if (count_others(giving, store, &others, err))
        return err->code;
    /* Nobody could give it back over the API. */
    if (rv_streq(giving->name, "web_services") && others == 0) {
        rv_fail(err, RV_E_CONFLICT, "no other server serves the API");
        return rv_hint(err, "give the role to another server first");
    }
    return rv_record_delete(store, feed, rv_model_table("assigned_server_roles"), id, err);
}

static int
change_role(struct rv_job *job, const cJSON *item, int64_t id, rv_record_work work,
            struct giving *giving, rv_err *err)
{
    struct rv_api *api = job->req->api;
    if (read_role(job, giving, item, id, err) || rv_store_reserve_ids(api->config.store, 1, err) ||
        rv_record_transaction(api->config.store, work, giving, err))
        return err->code;
    api->config.host.wake(api->config.host.arg, "workers");
    return 0;
}

int
rv_server_add_role_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct giving giving = { 0 };
    int rc = change_role(job, item, id, add_role, &giving, err);
    if (rc < 0)
        return rc;
    finish(job, id,
           rv_arena_format(job->req->arena, "Server id: %" PRId64 " has role '%s'%s", id,
                           giving.name,
                           giving.active ? "" : ", and stands by: another server has it active"));
    return 0;
}

int
rv_server_remove_role_run(struct rv_job *job, const cJSON *item, int64_t id, rv_err *err)
{
    struct giving giving = { 0 };
    int rc = change_role(job, item, id, remove_role, &giving, err);
    if (rc < 0)
        return rc;
    finish(job, id,
           rv_arena_format(job->req->arena,
                           "Server id: %" PRId64 " does not have role '%s' any more", id,
                           giving.name));
    return 0;
}
