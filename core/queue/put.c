/* SPDX-License-Identifier: Apache-2.0
 *
 * Putting messages. Whoever puts inside a transaction of his own decides when
 * they are seen; otherwise each put is one.
 */
#include "queue/queue_internal.h"

#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

enum { ARGS_MAX_BYTES = 1 << 20 };

static const char *
or_default(const char *text, const char *fallback)
{
    return text ? text : fallback;
}

/* Hash of what makes two messages the same. Lengths are part of it, so that "ab" + "c" is not
 * "a" + "bc". */
static void
digest_of(char out[33], const struct rv_message_spec *spec)
{
    const char *parts[] = { or_default(spec->queue_name, "generic"),
                            or_default(spec->class_name, ""),
                            or_default(spec->method_name, ""),
                            or_default(spec->args, "{}"),
                            or_default(spec->role, ""),
                            or_default(spec->zone, "") };
    RV_AUTO_BUF
    rv_buf bytes = rv_buf_limited(2 * ARGS_MAX_BYTES);
    for (size_t i = 0; i < RV_COUNT(parts); i++)
        rv_buf_addf(&bytes, "%zu:%s", strlen(parts[i]), parts[i]);
    rv_buf_addf(&bytes, "%lld", (long long)spec->target_id);
    struct rv_digest digest = rv_digest_of(rv_buf_text(&bytes), bytes.len);
    snprintf(out, 33, "%016llx%016llx", (unsigned long long)digest.high,
             (unsigned long long)digest.low);
}

static int
check_spec(const struct rv_message_spec *spec, rv_err *err)
{
    if (spec->method_name == NULL)
        return rv_fail(err, RV_E_INVALID, "a message needs a method_name");
    if (spec->priority < 0 || spec->priority > 200)
        return rv_fail(err, RV_E_INVALID, "priority %d is not between 0 and 200", spec->priority);
    if (spec->args && strlen(spec->args) > ARGS_MAX_BYTES)
        return rv_fail(err, RV_E_LIMIT, "arguments of a message over %d bytes", ARGS_MAX_BYTES);
    return 0;
}

static rv_value
int_or_null(int64_t number)
{
    return number ? rv_vint(number) : RV_VNULL;
}

static int
insert(struct rv_store *store, const struct rv_message_spec *spec, const char *digest, int64_t *id,
       rv_err *err)
{
    int64_t now_ms = rv_now_ms();
    int64_t timeout_ms = spec->timeout_ms ? spec->timeout_ms : RV_DEFAULT_TIMEOUT_MS;
    if (rv_store_new_id(store, id, err))
        return err->code;
    const rv_value params[] = {
        rv_vint(*id),
        rv_vtext(or_default(spec->queue_name, "generic")),
        rv_vint(spec->priority ? spec->priority : RV_PRIORITY_NORMAL),
        rv_vtext(spec->class_name),
        rv_vtext(spec->method_name),
        int_or_null(spec->target_id),
        rv_vtext(or_default(spec->args, "{}")),
        rv_vint((timeout_ms + 999) / 1000),
        int_or_null(spec->task_id),
        rv_vtext(spec->role),
        rv_vtext(spec->zone),
        rv_vtext(spec->server_guid),
        int_or_null(spec->deliver_on),
        rv_vint(spec->max_attempts ? spec->max_attempts : RV_DEFAULT_ATTEMPTS),
        rv_vint((spec->flags & RV_MESSAGE_AGAIN) != 0),
        rv_vtext(digest),
        rv_vint(now_ms),
    };
    if (rv_store_exec(store, NULL,
                      "INSERT INTO miq_queue (id, queue_name, state, priority, class_name,"
                      " method_name, target_id, args, msg_timeout, miq_task_id, role, zone,"
                      " server_guid, deliver_on, max_attempts, retryable, digest, created_on,"
                      " updated_on, generation, attempts)"
                      " VALUES ($1, $2, 'ready', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
                      " $14, $15, $16, $17, $17, 0, 0)",
                      params, RV_COUNT(params), err))
        return err->code;
    return rv_store_notify(store, RV_QUEUE_CHANNEL, or_default(spec->queue_name, "generic"), err);
}

/* Run put in the caller's transaction, or in one of its own. Returns what put returns. */
static int
in_transaction(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id,
               int (*put)(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id,
                          rv_err *err),
               rv_err *err)
{
    int64_t mine = 0;
    int done = check_spec(spec, err);
    if (id == NULL)
        id = &mine;
    if (done)
        return done;
    if (rv_store_in_transaction(store))
        return put(store, spec, id, err);
    if (rv_store_reserve_ids(store, 1, err) || rv_store_begin(store, err))
        return err->code;
    done = put(store, spec, id, err);
    if (done < 0)
        rv_store_rollback(store);
    else if (rv_store_commit(store, err))
        done = err->code;
    return done;
}

static int
put_always(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id, rv_err *err)
{
    char digest[33];
    digest_of(digest, spec);
    return insert(store, spec, digest, id, err);
}

static int
put_when_absent(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id,
                rv_err *err)
{
    char digest[33], lock[48];
    rv_value row[1];
    digest_of(digest, spec);
    snprintf(lock, sizeof(lock), "miq_queue/%s", digest);
    if (rv_store_lock(store, lock, err))
        return err->code;
    const rv_value params[] = { rv_vtext(digest) };
    const char *sql = spec->flags & RV_MESSAGE_ONCE
                          ? "SELECT id FROM miq_queue WHERE digest = $1 AND"
                            " state IN ('ready', 'dequeue') ORDER BY id LIMIT 1"
                          : "SELECT id FROM miq_queue WHERE digest = $1 AND state = 'ready'"
                            " ORDER BY id LIMIT 1";
    int found = rv_store_one(store, row, 1, sql, params, 1, err);
    if (found < 0)
        return found;
    if (found) {
        *id = row[0].v.i;
        return 0;
    }
    return insert(store, spec, digest, id, err) ? err->code : 1;
}

int
rv_queue_put(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id, rv_err *err)
{
    if (in_transaction(store, spec, id, put_always, err) < 0)
        return rv_wrap(err, "put message '%s'", or_default(spec->method_name, ""));
    return 0;
}

int
rv_queue_put_unless_exists(struct rv_store *store, const struct rv_message_spec *spec, int64_t *id,
                           rv_err *err)
{
    int done = in_transaction(store, spec, id, put_when_absent, err);
    if (done < 0)
        return rv_wrap(err, "put message '%s'", or_default(spec->method_name, ""));
    return done;
}

void
rv_queue_of_provider(char out[40], int64_t provider_id)
{
    snprintf(out, 40, "ems_%lld", (long long)provider_id);
}
