/* SPDX-License-Identifier: Apache-2.0
 *
 * Puts messages into a store and counts those that are there, for integration tests, fault runs and
 * benches. The store must have the schema: reeved has run on it.
 *
 *   queue_tool put COUNT [NAME=VALUE ...]  prints "first ID" and "last ID"; none is left out
 * between queue_tool counts                      a line "STATE COUNT" for each state there is
 *   queue_tool wait SECONDS                until nothing is ready or worked on; then as counts.
 *                                          Code 1 when something is left
 *
 * The store's URL is in REEVE_STORE (it may hold a password). Values of put, with their defaults:
 *
 *   class=Test method=work args={} queue=generic priority=100 again=0 attempts=3 timeout=600
 *   role= zone= server= target=0 delay_ms=0 batch=500
 *
 * again=1: may run again after its worker died. target: of the first message, one more for each
 * other (0: none), so that ledgers can tell them apart. batch: messages in one transaction. On
 * SQLite nobody tells the workers; they see it within `workers.poll`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/wait.h"
#include "model/model.h"
#include "queue/queue.h"
#include "store/schema.h"

enum { LOOK_MS = 50 };

static const char *const defaults[] = {
    "class=Test", "method=work", "args={}",    "queue=generic", "priority=100",
    "again=0",    "attempts=3",  "role=",      "zone=",         "server=",
    "target=0",   "timeout=600", "delay_ms=0", "batch=500",     NULL,
};

static const char *
value_in(const char *const *pairs, const char *name)
{
    const char *found = NULL;
    size_t length = strlen(name);
    for (; *pairs; pairs++)
        if (strncmp(*pairs, name, length) == 0 && (*pairs)[length] == '=')
            found = *pairs + length + 1;
    return found;
}

static const char *
text_of(const char *const *pairs, const char *name)
{
    const char *value = value_in(pairs, name);
    if (value == NULL)
        value = value_in(defaults, name);
    return *value ? value : NULL;
}

static int
number_of(int64_t *out, const char *const *pairs, const char *name, rv_err *err)
{
    const char *text = text_of(pairs, name);
    *out = 0;
    return text && rv_parse_int(out, text, err) ? rv_wrap(err, "%s", name) : 0;
}

static int
check_names(const char *const *pairs, rv_err *err)
{
    for (; *pairs; pairs++) {
        RV_AUTO_FREE char *name = rv_strndup(*pairs, strcspn(*pairs, "="));
        if (strchr(*pairs, '=') == NULL || value_in(defaults, name) == NULL)
            return rv_fail(err, RV_E_INVALID, "'%s' is no NAME=VALUE that put knows", *pairs);
    }
    return 0;
}

/* What is put, and in which pieces. */
struct load {
    struct rv_message_spec spec;
    int64_t count, batch, delay_ms;
};

static int
read_load(struct load *load, const char *const *pairs, rv_err *err)
{
    int64_t priority, again, attempts, timeout_s;
    if (check_names(pairs, err) || number_of(&priority, pairs, "priority", err) ||
        number_of(&again, pairs, "again", err) || number_of(&attempts, pairs, "attempts", err) ||
        number_of(&timeout_s, pairs, "timeout", err) ||
        number_of(&load->spec.target_id, pairs, "target", err) ||
        number_of(&load->delay_ms, pairs, "delay_ms", err) ||
        number_of(&load->batch, pairs, "batch", err))
        return err->code;
    load->spec.class_name = text_of(pairs, "class");
    load->spec.method_name = text_of(pairs, "method");
    load->spec.args = text_of(pairs, "args");
    load->spec.queue_name = text_of(pairs, "queue");
    load->spec.role = text_of(pairs, "role");
    load->spec.zone = text_of(pairs, "zone");
    load->spec.server_guid = text_of(pairs, "server");
    load->spec.priority = (int)priority;
    load->spec.flags = again ? RV_MESSAGE_AGAIN : 0;
    load->spec.max_attempts = (int)attempts;
    load->spec.timeout_ms = timeout_s * 1000;
    if (load->batch < 1)
        return rv_fail(err, RV_E_INVALID, "batch must be at least 1");
    return 0;
}

static int
put_batch(struct rv_store *store, struct load *load, int64_t count, int64_t *first, int64_t *last,
          rv_err *err)
{
    if (rv_store_reserve_ids(store, count, err) || rv_store_begin(store, err))
        return err->code;
    for (int64_t i = 0; i < count; i++) {
        load->spec.deliver_on = load->delay_ms ? rv_now_ms() + load->delay_ms : 0;
        if (rv_queue_put(store, &load->spec, last, err))
            return err->code;
        if (*first == 0)
            *first = *last;
        load->spec.target_id += load->spec.target_id != 0;
    }
    return rv_store_commit(store, err);
}

static int
put(struct rv_store *store, int64_t count, const char *const *pairs, rv_err *err)
{
    struct load load = { .count = count };
    int64_t first = 0, last = 0;
    if (read_load(&load, pairs, err) || rv_store_reserve_ids(store, count, err))
        return err->code;
    for (int64_t left = count; left > 0; left -= load.batch)
        if (put_batch(store, &load, left < load.batch ? left : load.batch, &first, &last, err))
            return err->code;
    printf("first %lld\nlast %lld\n", (long long)first, (long long)last);
    return 0;
}

static int
counts(struct rv_store *store, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;
    if (rv_store_query(store, &rows,
                       "SELECT state, COUNT(*) FROM miq_queue GROUP BY state ORDER BY state", NULL,
                       0, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        printf("%s %lld\n", row[0].v.text, (long long)row[1].v.i);
    return more;
}

static int
wait_empty(struct rv_store *store, int64_t seconds, rv_err *err)
{
    int64_t end_ms = rv_monotonic_ms() + seconds * 1000;
    for (;;) {
        rv_value left;
        if (rv_store_one(store, &left, 1,
                         "SELECT COUNT(*) FROM miq_queue WHERE state IN ('ready', 'dequeue')", NULL,
                         0, err) < 0)
            return err->code;
        if (left.v.i == 0)
            return counts(store, err);
        if (rv_monotonic_ms() >= end_ms)
            return rv_fail(err, RV_E_TIMEOUT, "%lld messages are left after %lld s",
                           (long long)left.v.i, (long long)seconds);
        rv_sleep(LOOK_MS, err);
    }
}

static int
run(struct rv_store *store, int argc, char **argv, rv_err *err)
{
    int64_t number = 0;
    if (argc == 2 && rv_streq(argv[1], "counts"))
        return counts(store, err);
    if (argc >= 3 && rv_parse_int(&number, argv[2], err))
        return err->code;
    if (argc >= 3 && rv_streq(argv[1], "put"))
        return put(store, number, (const char *const *)argv + 3, err);
    if (argc == 3 && rv_streq(argv[1], "wait"))
        return wait_empty(store, number, err);
    return rv_fail(err, RV_E_INVALID,
                   "usage: queue_tool put COUNT [NAME=VALUE ...] | counts | wait "
                   "SECONDS");
}

int
main(int argc, char **argv)
{
    rv_err err = RV_ERR_INIT;
    struct rv_store *store = NULL;
    const struct rv_store_config config = { .url = getenv("REEVE_STORE"),
                                            .module_dir = REEVE_MODULES,
                                            .application = "queue_tool" };
    if (config.url == NULL)
        rv_fail(&err, RV_E_INVALID, "REEVE_STORE is not set");
    else if (rv_model_init(&err) == 0 && rv_store_open(&store, &config, &err) == 0 &&
             rv_schema_open(store, &err) == 0)
        run(store, argc, argv, &err);
    rv_store_close(store);
    if (err.code)
        fprintf(stderr, "queue_tool: %s\n", err.text);
    return err.code != 0;
}
