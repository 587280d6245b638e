/* SPDX-License-Identifier: Apache-2.0
 *
 * Region, zone, server and roles are looked for by their natural keys and made
 * when absent, under one lock, so that two servers that start together agree.
 */
#define RV_LOG_TOPIC RV_TOPIC_SERVER
#include "server/identity.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "auth/auth.h"
#include "base/clock.h"
#include "base/guid.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "home/home.h"
#include "model/model.h"
#include "store/record.h"

enum { PASSWORD_BYTES = 12 };

static const struct {
    const char *name, *description;
    int max_concurrent;
    const char *scope;
    int by_default;
} roles[] = {
    { "automate", "Automation Engine", 0, "region", 1 },
    { "cockpit_ws", "Cockpit", 1, "zone", 0 },
    { "database_operations", "Database Operations", 0, "region", 1 },
    { "database_owner", "Database Owner", 1, "database", 0 },
    { "embedded_ansible", "Embedded Ansible", 1, "region", 0 },
    { "ems_inventory", "Provider Inventory", 1, "zone", 1 },
    { "ems_metrics_collector", "Capacity & Utilization Data Collector", 0, "zone", 0 },
    { "ems_metrics_coordinator", "Capacity & Utilization Coordinator", 1, "zone", 0 },
    { "ems_metrics_processor", "Capacity & Utilization Data Processor", 0, "zone", 0 },
    { "ems_operations", "Provider Operations", 0, "zone", 1 },
    { "event", "Event Monitor", 1, "zone", 1 },
    { "git_owner", "Git Repositories Owner", 1, "zone", 0 },
    { "notifier", "Notifier", 1, "region", 0 },
    { "reporting", "Reporting", 0, "region", 1 },
    { "scheduler", "Scheduler", 1, "region", 1 },
    { "smartproxy", "SmartProxy", 0, "zone", 0 },
    { "smartstate", "SmartState Analysis", 0, "zone", 1 },
    { "user_interface", "User Interface", 0, "region", 1 },
    { "web_services", "Web Services", 0, "region", 1 },
    { "websocket", "Websocket", 0, "region", 1 },
};

/* What the functions below share while the transaction is open. */
struct making {
    struct rv_worker *worker;
    struct rv_store *store;
    struct rv_feed *feed;
    int new_server;
};

/* id of the one row that the query finds: 1, 0, or an error. */
static int
find_id(struct making *m, int64_t *id, const char *sql, rv_value key, rv_err *err)
{
    rv_value row[1];
    int found = rv_store_one(m->store, row, 1, sql, &key, 1, err);
    if (found > 0)
        *id = row[0].v.i;
    return found;
}

static int
insert(struct making *m, const char *table, const struct rv_field *fields, int count, int64_t *id,
       rv_err *err)
{
    return rv_record_insert(m->store, m->feed, rv_model_table(table), fields, count, id, err);
}

static int
make_region(struct making *m, rv_err *err)
{
    char guid[37];
    int64_t number = rv_store_region(m->store);
    int found = find_id(m, &m->worker->region_id, "SELECT id FROM miq_regions WHERE region = $1",
                        rv_vint(number), err);
    if (found)
        return found < 0 ? found : 0;
    rv_guid(guid);
    RV_AUTO_FREE char *description = rv_format("Region %lld", (long long)number);
    const struct rv_field fields[] = { { "region", rv_vint(number) },
                                       { "description", rv_vtext(description) },
                                       { "guid", rv_vtext(guid) } };
    return insert(m, "miq_regions", fields, RV_COUNT(fields), &m->worker->region_id, err);
}

static int
find_or_make_zone(struct making *m, const char *name, rv_err *err)
{
    int found = find_id(m, &m->worker->zone_id, "SELECT id FROM zones WHERE name = $1",
                        rv_vtext(name), err);
    if (found)
        return found < 0 ? found : 0;
    const struct rv_field fields[] = { { "name", rv_vtext(name) },
                                       { "description", rv_vtext(name) },
                                       { "visible", rv_vint(1) } };
    return insert(m, "zones", fields, RV_COUNT(fields), &m->worker->zone_id, err);
}

/* A server that is known stays in its zone; the setting counts for a new one. */
static int
make_zone(struct making *m, rv_err *err)
{
    rv_value row[2];
    const char *wanted = rv_settings_string(m->worker->settings, "zone");
    const rv_value params[] = { rv_vtext(m->worker->server_guid) };
    int found =
        rv_store_one(m->store, row, 2,
                     "SELECT z.id, z.name FROM miq_servers s JOIN zones z ON z.id = s.zone_id"
                     " WHERE s.guid = $1",
                     params, 1, err);
    if (found < 0)
        return found;
    free(m->worker->zone);
    m->worker->zone = rv_strdup(found ? row[1].v.text : wanted);
    if (found) {
        m->worker->zone_id = row[0].v.i;
        return 0;
    }
    return find_or_make_zone(m, wanted, err);
}

static int
make_server(struct making *m, rv_err *err)
{
    char host[256] = "localhost";
    struct rv_worker *worker = m->worker;
    gethostname(host, sizeof(host) - 1);
    const char *name = rv_settings_string(worker->settings, "server.name");
    const struct rv_field fields[] = {
        { "status", rv_vtext("starting") },
        { "name", rv_vtext(name[0] ? name : host) },
        { "hostname", rv_vtext(host) },
        { "url", rv_vtext(worker->url) },
        { "version", rv_vtext(REEVE_VERSION) },
        { "pid", rv_vint(getppid()) },
        { "started_on", rv_vint(rv_now_ms()) },
        { "stopped_on", RV_VNULL },
        { "last_heartbeat", rv_vint(rv_now_ms()) },
        { "has_active_webservices", rv_vint(1) },
        { "is_master", rv_vint(1) },
        { "guid", rv_vtext(worker->server_guid) },
        { "zone_id", rv_vint(worker->zone_id) },
    };
    int found = find_id(m, &worker->server_id, "SELECT id FROM miq_servers WHERE guid = $1",
                        rv_vtext(worker->server_guid), err);
    if (found < 0)
        return found;
    m->new_server = !found;
    if (!found)
        return insert(m, "miq_servers", fields, RV_COUNT(fields), &worker->server_id, err);
    return rv_record_update(m->store, m->feed, rv_model_table("miq_servers"), worker->server_id,
                            fields, RV_COUNT(fields), err);
}

static int
assign_role(struct making *m, int64_t role_id, int active, rv_err *err)
{
    const struct rv_field fields[] = { { "miq_server_id", rv_vint(m->worker->server_id) },
                                       { "server_role_id", rv_vint(role_id) },
                                       { "active", rv_vint(active) },
                                       { "priority", rv_vint(2) } };
    return insert(m, "assigned_server_roles", fields, RV_COUNT(fields), NULL, err);
}

static int
make_roles(struct making *m, rv_err *err)
{
    for (size_t i = 0; i < RV_COUNT(roles); i++) {
        int64_t id = 0;
        const struct rv_field fields[] = { { "name", rv_vtext(roles[i].name) },
                                           { "description", rv_vtext(roles[i].description) },
                                           { "max_concurrent", rv_vint(roles[i].max_concurrent) },
                                           { "external_failover", rv_vint(0) },
                                           { "role_scope", rv_vtext(roles[i].scope) } };
        int found = find_id(m, &id, "SELECT id FROM server_roles WHERE name = $1",
                            rv_vtext(roles[i].name), err);
        if (found < 0 || (!found && insert(m, "server_roles", fields, RV_COUNT(fields), &id, err)))
            return err->code;
        /* Those that one server of the region has are taken in its rounds (sole_roles.c). */
        int sole = roles[i].max_concurrent == 1 && strcmp(roles[i].scope, "region") == 0;
        if (m->new_server && roles[i].by_default && assign_role(m, id, !sole, err))
            return err->code;
    }
    return 0;
}

static int
make_all(void *arg, struct rv_store *store, struct rv_feed *feed, rv_err *err)
{
    struct making *m = arg;
    m->store = store;
    m->feed = feed;
    if (rv_store_lock(store, "identity", err) || make_region(m, err) || make_zone(m, err) ||
        make_server(m, err) || make_roles(m, err))
        return err->code;
    return 0;
}

int
rv_identity_establish(struct rv_worker *worker, rv_err *err)
{
    struct making m = { .worker = worker };
    if (rv_store_reserve_ids(worker->store, 100, err) ||
        rv_record_transaction(worker->store, make_all, &m, err))
        return rv_wrap(err, "establish the server's identity");
    return 0;
}

int
rv_identity_known(struct rv_worker *worker, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vint(worker->server_id), rv_vtext(worker->server_guid) };
    return rv_store_one(worker->store, row, 1,
                        "SELECT id FROM miq_servers WHERE id = $1 AND guid = $2", params, 2, err);
}

static int
admin_password(char **out, const struct rv_worker *worker, rv_err *err)
{
    char password[2 * PASSWORD_BYTES + 1];
    if (rv_home_read(out, worker->home, "admin-password", err) == 0)
        return 0;
    if (err->code != RV_E_NOT_FOUND)
        return err->code;
    rv_err_clear(err);
    rv_random_hex(password, PASSWORD_BYTES);
    *out = rv_strdup(password);
    RV_AUTO_FREE char *line = rv_format("%s\n", password);
    int failed = rv_home_write(worker->home, "admin-password", line, 0600, err);
    rv_wipe(line, strlen(line));
    rv_wipe(password, sizeof(password));
    return failed;
}

int
rv_identity_admin(struct rv_worker *worker, rv_err *err)
{
    RV_AUTO_FREE char *password = NULL;
    int there = rv_auth_has_user(worker->store, "admin", err);
    if (there)
        return there < 0 ? there : 0;
    if (admin_password(&password, worker, err))
        return err->code;
    rv_log_mask(password, strlen(password));
    int failed = rv_auth_set_admin(worker->store, "admin", password, err);
    rv_wipe(password, strlen(password));
    if (failed)
        return failed;
    RV_AUTO_FREE char *path = rv_home_path(worker->home, "admin-password");
    rv_log(RV_INFO, "user made", RV_F("user", RV_S("admin")), RV_F("password_file", RV_S(path)));
    return 0;
}

int
rv_identity_status(struct rv_worker *worker, const char *status, rv_err *err)
{
    int stopped = strcmp(status, "stopped") == 0;
    const struct rv_field fields[] = { { "status", rv_vtext(status) },
                                       { "last_heartbeat", rv_vint(rv_now_ms()) },
                                       { "stopped_on", rv_vint(rv_now_ms()) } };
    if (rv_record_update_alone(worker->store, rv_model_table("miq_servers"), worker->server_id,
                               fields, stopped ? 3 : 2, err))
        return rv_wrap(err, "set the server's status");
    return 0;
}
