/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider's record: ext_management_systems with its endpoints and
 * authentications, made from and turned into the options of its module.
 */
#ifndef RV_PROVIDER_H
#define RV_PROVIDER_H

#include "store/record.h"
#include "base/json.h"
#include "base/vault.h"

struct rv_module;
struct rv_config;
struct rv_settings;

struct rv_provider {
    int64_t id, zone_id;
    int enabled;
    char *name, *type; /* type: the module's name */
    char *guid;
};
void rv_provider_free(struct rv_provider *provider);
int rv_provider_load(struct rv_provider **out, struct rv_store *store, int64_t id, rv_err *err);

/* plain and secrets as rv_config_split gives them. One transaction; the options that have a column
 * in endpoints (hostname, port, path, security_protocol, certificate_authority) or authentications
 * (userid, password, auth_key, client_certificate, client_key) go there, the rest into options.
 * CONFLICT when the name is taken. */
int rv_provider_create(struct rv_store *store, const struct rv_vault *vault, const char *name,
                       const char *type, int64_t zone_id, const cJSON *plain, const cJSON *secrets,
                       int64_t *id, rv_err *err);
/* The same with further columns of the record, in the one transaction. */
struct rv_provider_new {
    const char *name, *type;
    int64_t zone_id; /* 0: the default zone */
    const cJSON *plain, *secrets;
    const struct rv_field *fields; /* each column once, none of those above */
    int field_count;
};
int rv_provider_create_with(struct rv_store *store, const struct rv_vault *vault,
                            const struct rv_provider_new *made, int64_t *id, rv_err *err);
/* name NULL, plain NULL, secrets NULL leave as it is. */
int rv_provider_edit(struct rv_store *store, const struct rv_vault *vault, int64_t id,
                     const char *name, int64_t zone_id, const cJSON *plain, const cJSON *secrets,
                     rv_err *err);
/* Stored options, secrets opened; a JSON object of strings, the caller's. */
int rv_provider_options(struct rv_store *store, const struct rv_vault *vault, int64_t id,
                        cJSON **out, rv_err *err);
/* The record is disabled first; its inventory, then itself are deleted in bounded pieces. Runs as a
 * message ("Provider", "destroy"); may be repeated after a crash. holder, of the lease: the
 * worker's row; two that delete the same must not share it. task_id (0: none) is told how far it
 * is. */
int rv_provider_destroy(struct rv_store *store, int64_t id, int64_t holder, int64_t task_id,
                        rv_err *err);
int rv_provider_set_enabled(struct rv_store *store, int64_t id, int enabled, rv_err *err);

/* Outcome of a refresh or watch, shown on the record. text NULL: fine now. stats NULL: as it was.
 */
int rv_provider_report(struct rv_store *store, int64_t id, const char *error, const char *hint,
                       const cJSON *warnings, const cJSON *stats, int full_refresh, rv_err *err);
/* What a proof that ended with this code says of the credentials: "Valid", "Invalid",
 * "Unreachable", "Error". */
const char *rv_provider_auth_status(int code);
/* Nothing is tried with credentials that were refused until their time has come, or a person waits
 * for a refresh: a condition on the provider `e`; $1 is the time. */
#define RV_PROVIDER_RESTS_SQL                                                                      \
    "EXISTS (SELECT 1 FROM authentications a WHERE a.resource_id = e.id"                           \
    " AND a.resource_type = 'provider' AND a.status = 'Invalid'"                                   \
    " AND (a.next_check_on IS NULL OR a.next_check_on > $1))"                                      \
    " AND NOT EXISTS (SELECT 1 FROM miq_queue q WHERE q.queue_name = 'ems_' || e.id"               \
    " AND q.method_name = 'refresh' AND q.miq_task_id IS NOT NULL"                                 \
    " AND q.state IN ('ready', 'dequeue'))"
/* 1, 0, or an error. */
int rv_provider_rests(struct rv_store *store, int64_t id, rv_err *err);
/* When its credentials are looked at next; 0: not known. */
int rv_provider_next_check(struct rv_store *store, int64_t id, int64_t *out_ms, rv_err *err);
/* When credentials are looked at again. */
struct rv_auth_policy {
    int64_t first_ms;    /* after the first failure that may pass by itself; doubles with each */
    int64_t interval_ms; /* else, and when `attempts` failed */
    int64_t refused_ms;  /* the longest after they were refused; 0: not by itself */
    int attempts;
};
struct rv_auth_policy rv_provider_auth_policy(const struct rv_settings *settings);
/* Outcome of a look at them: one of the words above, "Incomplete", or NULL for the one that stands.
 * A change of it is an event, ems_auth_valid and so on. */
int rv_provider_report_check(struct rv_store *store, int64_t id, const char *status,
                             const char *details, const struct rv_auth_policy *policy, rv_err *err);
/* What the other side said of itself; NULL and "" leave it as it is. */
int rv_provider_identify(struct rv_store *store, int64_t id, const char *uid,
                         const char *api_version, rv_err *err);

#endif
