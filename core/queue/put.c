/* SPDX-License-Identifier: Apache-2.0
 *
 * Putting messages. Whoever puts inside a transaction of his own decides when
 * they are seen; otherwise each put is one.
 */
#include "queue/queue_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/text.h"
#include "queue/process.h"

void
rv_queue_working_on(const struct rv_message *message)
{
    rv_queue_process.working_on = message;
}

static const char *
or_default(const char *text, const char *fallback)
{
    return text ? text : fallback;
}

/* Lengths are part of it, so that "ab" + "c" is not "a" + "bc". */
void
rv_queue_digest(char out[33], const struct rv_message_spec *spec, enum rv_same same)
{
    const char *parts[] = { or_default(spec->queue_name, "generic"),
                            or_default(spec->class_name, ""),
                            or_default(spec->method_name, ""),
                            same == RV_SAME ? or_default(spec->args, "{}") : "*",
                            or_default(spec->role, ""),
                            or_default(spec->zone, "") };
    RV_AUTO_BUF
    rv_buf bytes = rv_buf_limited(2 * RV_ARGS_MAX_BYTES);
    for (size_t i = 0; i < RV_COUNT(parts); i++)
        rv_buf_addf(&bytes, "%zu:%s", strlen(parts[i]), parts[i]);
    rv_buf_addf(&bytes, "%lld", (long long)spec->target_id);
    struct rv_digest digest = rv_digest_of(rv_buf_text(&bytes), bytes.len);
    snprintf(out, 33, "%016llx%016llx", (unsigned long long)digest.high,
             (unsigned long long)digest.low);
}

int
rv_queue_check(const struct rv_message_spec *spec, rv_err *err)
{
    if (spec->method_name == NULL)
        return rv_fail(err, RV_E_INVALID, "a message needs a method_name");
    if (spec->priority < 0 || spec->priority > 200)
        return rv_fail(err, RV_E_INVALID, "priority %d is not between 0 and 200", spec->priority);
    if (spec->args && strlen(spec->args) > RV_ARGS_MAX_BYTES)
        return rv_fail(err, RV_E_LIMIT, "arguments of a message over %d bytes", RV_ARGS_MAX_BYTES);
    return spec->callback ? rv_queue_callback_check(spec->callback, err) : 0;
}

static rv_value
int_or_null(int64_t number)
{
    return number ? rv_vint(number) : RV_VNULL;
}

static int64_t
own_or(int64_t own, int64_t inherited)
{
    return own ? own : inherited;
}

/* The spec with its defaults, and what it inherits from the message at work. */
static struct rv_message_spec
completed(const struct rv_message_spec *given)
{
    static const struct rv_message none;
    const struct rv_message *working_on = rv_queue_process.working_on;
    const struct rv_message *parent = working_on ? working_on : &none;
    struct rv_message_spec spec = *given;
    spec.queue_name = or_default(spec.queue_name, "generic");
    spec.args = or_default(spec.args, "{}");
    spec.priority = spec.priority ? spec.priority : RV_PRIORITY_NORMAL;
    spec.timeout_ms = spec.timeout_ms ? spec.timeout_ms : RV_DEFAULT_TIMEOUT_MS;
    spec.max_attempts = spec.max_attempts ? spec.max_attempts : RV_DEFAULT_ATTEMPTS;
    spec.user_id = own_or(spec.user_id, parent->user_id);
    spec.group_id = own_or(spec.group_id, parent->group_id);
    spec.tenant_id = own_or(spec.tenant_id, parent->tenant_id);
    spec.tracking_label = or_default(spec.tracking_label, parent->tracking_label);
    spec.series = or_default(spec.series, parent->series);
    if (spec.series && *spec.series == '\0')
        spec.series = NULL;
    return spec;
}

enum { INSERT_COLUMNS = 29 };
static const char *const insert_columns[INSERT_COLUMNS] = {
    "id",          "queue_name",   "state",       "priority",     "class_name",
    "method_name", "target_id",    "args",        "msg_timeout",  "miq_task_id",
    "role",        "zone",         "server_guid", "deliver_on",   "max_attempts",
    "retryable",   "digest",       "created_on",  "updated_on",   "generation",
    "attempts",    "lock_version", "expires_on",  "task_id",      "tracking_label",
    "user_id",     "group_id",     "tenant_id",   "miq_callback",
};

/* The row of a spec with its defaults; texts are borrowed. */
static void
insert_values(rv_value *out, const struct rv_message_spec *given, const char *digest, int64_t id)
{
    int64_t now_ms = rv_now_ms();
    const struct rv_message_spec spec = completed(given);
    const rv_value values[INSERT_COLUMNS] = {
        rv_vint(id),
        rv_vtext(spec.queue_name),
        rv_vtext("ready"),
        rv_vint(spec.priority),
        rv_vtext(spec.class_name),
        rv_vtext(spec.method_name),
        int_or_null(spec.target_id),
        rv_vtext(spec.args),
        rv_vint((spec.timeout_ms + 999) / 1000),
        int_or_null(spec.task_id),
        rv_vtext(spec.role),
        rv_vtext(spec.zone),
        rv_vtext(spec.server_guid),
        int_or_null(spec.deliver_on),
        rv_vint(spec.max_attempts),
        rv_vint((spec.flags & RV_MESSAGE_AGAIN) != 0),
        rv_vtext(digest),
        rv_vint(now_ms),
        rv_vint(now_ms),
        rv_vint(0),
        rv_vint(0),
        rv_vint(0),
        int_or_null(spec.expires_on),
        rv_vtext(spec.series),
        rv_vtext(spec.tracking_label),
        int_or_null(spec.user_id),
        int_or_null(spec.group_id),
        int_or_null(spec.tenant_id),
        rv_vtext(spec.callback),
    };
    memcpy(out, values, sizeof(values));
    rv_queue_log_put(id, &spec);
}

int
rv_queue_insert(struct rv_store *store, const struct rv_message_spec *spec, const char *digest,
                int64_t *id, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf sql = rv_buf_limited(RV_QUEUE_SQL_MAX);
    rv_value values[INSERT_COLUMNS];
    if (rv_store_new_id(store, id, err))
        return err->code;
    insert_values(values, spec, digest, *id);
    rv_buf_add_string(&sql, "INSERT INTO miq_queue (");
    for (int i = 0; i < INSERT_COLUMNS; i++)
        rv_buf_addf(&sql, "%s%s", i ? ", " : "", insert_columns[i]);
    for (int i = 0; i < INSERT_COLUMNS; i++)
        rv_buf_addf(&sql, "%s$%d", i ? ", " : ") VALUES (", i + 1);
    rv_buf_add_string(&sql, ")");
    if (rv_store_exec(store, NULL, rv_buf_text(&sql), values, INSERT_COLUMNS, err))
        return err->code;
    return rv_queue_announce(store, spec, *id, err);
}

int
rv_queue_in_transaction(struct rv_store *store, const struct rv_message_spec *spec,
                        rv_queue_put_call put, void *arg, int64_t *id, rv_err *err)
{
    int64_t mine = 0;
    int done = rv_queue_check(spec, err);
    if (id == NULL)
        id = &mine;
    if (done)
        return done;
    if (rv_store_in_transaction(store))
        return put(store, spec, arg, id, err);
    if (rv_store_reserve_ids(store, 1, err) || rv_store_begin_later(store, err))
        return err->code;
    rv_queue_announce_later();
    done = put(store, spec, arg, id, err);
    if (done < 0)
        rv_store_rollback(store);
    else if (rv_store_commit(store, err))
        done = err->code;
    rv_queue_announce_now(store, done >= 0);
    return done;
}

static int
put_always(struct rv_store *store, const struct rv_message_spec *spec, void *arg, int64_t *id,
           rv_err *err)
{
    char digest[33];
    (void)arg;
    rv_queue_digest(digest, spec, RV_SAME);
    return rv_queue_insert(store, spec, digest, id, err);
}

/* 1 with *id, 0 when there is none. Of several (plain puts) any: an order would cost as much again.
 */
static int
find_same(struct rv_store *store, const struct rv_message_spec *spec, const char *digest,
          int64_t *id, rv_err *err)
{
    rv_value row[1];
    const rv_value params[] = { rv_vtext(digest) };
    /* In two parts: there is an index for each state, and none for both. */
    static const char waits[] =
        "SELECT id FROM miq_queue WHERE digest = $1 AND state = 'ready'" RV_QUEUE_NOT_CANCELLED
        " LIMIT 1";
    static const char waits_or_is_held[] =
        "SELECT id FROM miq_queue WHERE digest = $1 AND state = 'ready'" RV_QUEUE_NOT_CANCELLED
        " UNION ALL SELECT id FROM miq_queue WHERE digest = $1 AND state = 'dequeue' LIMIT 1";
    const char *sql = spec->flags & RV_MESSAGE_ONCE ? waits_or_is_held : waits;
    int found = rv_store_one(store, row, 1, sql, params, 1, err);
    if (found > 0 && id)
        *id = row[0].v.i;
    return found;
}

static int
put_when_absent(struct rv_store *store, const struct rv_message_spec *spec, void *arg, int64_t *id,
                rv_err *err)
{
    char digest[33], lock[48];
    (void)arg;
    rv_queue_digest(digest, spec, RV_SAME);
    snprintf(lock, sizeof(lock), "miq_queue/%s", digest);
    if (rv_store_lock(store, lock, err))
        return err->code;
    int found = find_same(store, spec, digest, id, err);
    if (found)
        return found < 0 ? found : 0;
    return rv_queue_insert(store, spec, digest, id, err) ? err->code : 1;
}

/* Most times it is there already, and one look tells: no transaction, no lock, no writer of
 * SQLite's. In the caller's transaction the look comes behind the lock. */
static int
is_there(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id, rv_err *err)
{
    char digest[33];
    if (rv_store_in_transaction(store))
        return 0;
    if (rv_queue_check(spec, err))
        return err->code;
    rv_queue_digest(digest, spec, RV_SAME);
    return find_same(store, spec, digest, id, err);
}

int
rv_queue_put(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id, rv_err *err)
{
    if (rv_queue_in_transaction(store, spec, put_always, NULL, id, err) < 0)
        return rv_wrap(err, "put message '%s'", or_default(spec->method_name, ""));
    return 0;
}

int
rv_queue_put_unless_exists(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id,
                           rv_err *err)
{
    int there = is_there(store, spec, id, err), done = 0;
    if (there == 0)
        done = rv_queue_in_transaction(store, spec, put_when_absent, NULL, id, err);
    if (there < 0 || done < 0)
        return rv_wrap(err, "put message '%s'", or_default(spec->method_name, ""));
    return done;
}

void
rv_queue_of_provider(char out[40], int64_t provider_id)
{
    snprintf(out, 40, "ems_%lld", (long long)provider_id);
}
