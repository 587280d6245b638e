/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking messages: a look (look.c), then the claim in one statement; while there is more, most
 * claims go without a look, which still comes ten times a second: what only a look finds (a series,
 * something urgent of another kind behind a batch) waits no longer than that. For a message of a
 * series the claim is a transaction under the series' lock: two takers that look at the same time
 * would each find that no other of it is worked on.
 */
#include "queue/queue_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

/* How often another taker may be quicker before we say that there is nothing. */
enum { MOST_LOOKS = 20 };

/* What is claimed: the first that was found, and others like it, which stand behind it; or, without
 * a look (first is NULL), the first of no series. fresh: it is thought to be, and that it may run
 * again. */
struct claim {
    const struct rv_taker *taker;
    const struct rv_first *first;
    int64_t now_ms;
    int most, fresh;
};

static void
add_marks(struct rv_queue_sql *sql, const struct claim *claim)
{
    rv_queue_sql_add(sql, "UPDATE miq_queue SET state = 'dequeue', handler_type = 'worker',"
                          " generation = generation + 1, attempts = attempts + 1,"
                          " lock_version = COALESCE(lock_version, 0) + 1, handler_id = ");
    rv_queue_sql_param(sql, rv_vint(claim->taker->holder));
    rv_queue_sql_add(sql, ", lease_expires_on = ");
    rv_queue_sql_param(sql, rv_vint(claim->now_ms + claim->taker->lease_ms));
    rv_queue_sql_add(sql, ", dequeued_on = ");
    rv_queue_sql_param(sql, rv_vint(claim->now_ms));
    rv_queue_sql_add(sql, ", updated_on = ");
    rv_queue_sql_param(sql, rv_vint(claim->now_ms));
    /* That it is ready is said of the candidates, which are locked: said here, too, it makes
     * PostgreSQL read all that is ready from some index. */
    rv_queue_sql_add(sql, " WHERE id ");
}

static void
add_candidates(struct rv_queue_sql *sql, const struct claim *claim)
{
    const struct rv_first *first = claim->first;
    rv_queue_sql_add(sql, "SELECT q.id FROM miq_queue q WHERE ");
    rv_queue_sql_fits(sql, claim->taker);
    rv_queue_sql_due(sql, claim->now_ms);
    if (first && first->series) {
        rv_queue_sql_add(sql, " AND q.id = ");
        rv_queue_sql_param(sql, rv_vint(first->id));
        return;
    }
    rv_queue_sql_add(sql, " AND q.task_id IS NULL");
    if (first)
        rv_queue_sql_from(sql, first->priority, first->id);
    else
        rv_queue_sql_up_to(sql, claim->taker->max_priority);
    if (claim->most > 1) {
        rv_queue_sql_add(sql, " AND q.retryable AND q.attempts = 0 AND q.max_attempts > 1"
                              " AND q.class_name = ");
        rv_queue_sql_param(sql, rv_vtext(first->class_name));
        rv_queue_sql_add(sql, " AND q.method_name = ");
        rv_queue_sql_param(sql, rv_vtext(first->method_name));
    }
    /* As a parameter PostgreSQL would take it for a tenth of the table, and plan each claim anew.
     */
    rv_buf_addf(&sql->sql, " ORDER BY q.priority, q.id LIMIT %d", claim->most);
}

/* The list is made once, before a row is changed: with IN, PostgreSQL may make it again and again,
 * and each time find others. */
static void
add_claim(struct rv_queue_sql *sql, struct rv_store *store, const struct claim *claim)
{
    int array = rv_store_is_postgres(store);
    add_marks(sql, claim);
    rv_queue_sql_add(sql, array ? "= ANY(ARRAY(" : "IN (");
    add_candidates(sql, claim);
    rv_buf_addf(&sql->sql, "%s%s RETURNING " RV_MESSAGE_COLUMNS, rv_store_skip_locked(store),
                array ? "))" : ")");
}

static int
read_claimed(struct rv_message **out, int most, struct rv_rows *rows, rv_err *err)
{
    const rv_value *row = NULL;
    int count = 0, more;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        if (count < most)
            out[count++] = rv_queue_message_of(row);
    if (more == 0)
        return count;
    while (count > 0)
        rv_message_free(out[--count]);
    return more;
}

static int
in_order(const void *a, const void *b)
{
    const struct rv_message *x = *(struct rv_message *const *)a;
    const struct rv_message *y = *(struct rv_message *const *)b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int
claim_rows(struct rv_store *store, const struct claim *claim, struct rv_message **out, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    struct rv_queue_sql sql = rv_queue_sql_new();
    add_claim(&sql, store, claim);
    int count = rv_store_query(store, &rows, rv_buf_text(&sql.sql), sql.params, sql.count, err);
    if (count == 0)
        count = read_claimed(out, claim->most, rows, err);
    rv_buf_free(&sql.sql);
    if (count > 1)
        qsort(out, (size_t)count, sizeof(struct rv_message *), in_order);
    return count;
}

static int
may_lose_claim(const struct rv_message *message)
{
    return (message->flags & RV_MESSAGE_AGAIN) && message->attempts == 1 &&
           message->max_attempts > 1;
}

/* A commit that waits for the disk has those before it wait as well. */
static int
make_sure(struct rv_store *store, struct rv_message **out, rv_err *err)
{
    const rv_value params[] = { rv_vint((*out)->id), rv_vint((*out)->generation) };
    if (rv_store_exec(store, NULL,
                      "UPDATE miq_queue SET generation = $2 WHERE id = $1 AND generation = $2",
                      params, 2, err) == 0)
        return 1;
    rv_message_free(*out);
    return err->code;
}

/* How many, or an error. What is fresh and may run again is claimed without waiting for SQLite's
 * disk: a power cut which loses the claim (and with it whoever claimed) leaves it as it was. What
 * its command saves, and its end, does wait, and the claim is before it in the log. One that may
 * not run again never loses its claim. */
static int
claim_them(struct rv_store *store, const struct claim *claim, struct rv_message **out, rv_err *err)
{
    if (!claim->fresh || rv_store_is_postgres(store))
        return claim_rows(store, claim, out, err);
    rv_store_relax(store, 1);
    int count = claim_rows(store, claim, out, err);
    rv_store_relax(store, 0);
    return count == 1 && !may_lose_claim(*out) ? make_sure(store, out, err) : count;
}

static int
claim_locked(struct rv_store *store, const struct claim *claim, struct rv_message **out,
             rv_err *err)
{
    RV_AUTO_FREE char *lock = rv_format("miq_queue/series/%s", claim->first->series);
    /* As on SQLite (claim_them): a claim that a crash of the database loses is one of a message
     * that may run again, and what is written under it names its holder. Others wait for the lock
     * until this is committed. */
    if (claim->first->fresh && rv_store_is_postgres(store) &&
        rv_store_exec(store, NULL, "SET LOCAL synchronous_commit TO OFF", NULL, 0, err))
        return err->code;
    return rv_store_lock(store, lock, err) ? err->code : claim_rows(store, claim, out, err);
}

static int
claim_in_transaction(struct rv_store *store, const struct claim *claim, struct rv_message **out,
                     rv_err *err)
{
    if (rv_store_begin_later(store, err))
        return err->code;
    int count = claim_locked(store, claim, out, err);
    if (count > 0 && rv_store_commit(store, err) == 0)
        return count;
    if (count > 0)
        rv_message_free(*out);
    else
        rv_store_rollback(store);
    return count < 0 ? count : err->code;
}

/* As claim_them, of what was seen to be fresh or not. */
static int
claim_of_series(struct rv_store *store, const struct claim *claim, struct rv_message **out,
                rv_err *err)
{
    int relaxed = claim->first->fresh, lite = relaxed && !rv_store_is_postgres(store);
    if (lite)
        rv_store_relax(store, 1);
    int count = claim_in_transaction(store, claim, out, err);
    if (lite)
        rv_store_relax(store, 0);
    return relaxed && count == 1 && !may_lose_claim(*out) ? make_sure(store, out, err) : count;
}

/* What is to be claimed is thought to be as the one that was seen first, or last: fresh or not, and
 * with others like it when those are wanted. */
static void
expect_like(struct claim *claim, const struct rv_first *first, int most)
{
    const struct rv_taker *taker = claim->taker;
    claim->fresh = first->with_others;
    if (first->with_others && most > 1 &&
        (taker->alike == NULL || taker->alike(taker->arg, first->class_name, first->method_name))) {
        claim->first = first;
        claim->most = most;
    }
}

/* As take_after_look, of what is like the last one, or the first there is. */
static int
take_without_look(struct rv_store *store, const struct rv_taker *taker, int most,
                  struct rv_message **out, rv_err *err)
{
    struct rv_first last = rv_floors_last(taker->floors);
    struct claim claim = { .taker = taker, .now_ms = rv_now_ms(), .most = 1 };
    expect_like(&claim, &last, most);
    return claim_them(store, &claim, out, err);
}

static int
take_after_look(struct rv_store *store, const struct rv_taker *taker, int most,
                struct rv_message **out, int *seen, rv_err *err)
{
    struct rv_first first = { 0 };
    struct claim claim = { .taker = taker, .first = &first, .now_ms = rv_now_ms(), .most = 1 };
    int found = rv_queue_look(&first, store, taker, claim.now_ms, err);
    *seen = found > 0;
    if (found > 0)
        expect_like(&claim, &first, most);
    if (found > 0)
        found = first.series ? claim_of_series(store, &claim, out, err)
                             : claim_them(store, &claim, out, err);
    if (taker->floors)
        rv_floors_taken(taker->floors, found > 0 ? &first : NULL);
    rv_first_free(&first);
    return found;
}

static int
take_once(struct rv_store *store, const struct rv_taker *taker, int most, struct rv_message **out,
          int *seen, rv_err *err)
{
    *seen = 1;
    if (taker->floors && rv_floors_look_is_spared(taker->floors)) {
        int found = take_without_look(store, taker, most, out, err);
        if (found)
            return found;
    }
    return take_after_look(store, taker, most, out, seen, err);
}

int
rv_queue_take_some(struct rv_store *store, const struct rv_taker *taker, int most,
                   struct rv_message **out, rv_err *err)
{
    int found = 0, seen = 1;
    RV_ASSERT(most >= 1);
    for (int i = 0; i < MOST_LOOKS && seen && found == 0; i++)
        found = take_once(store, taker, most, out, &seen, err);
    for (int i = 0; i < found; i++)
        rv_queue_log_taken(out[i], taker->holder);
    return found < 0 ? rv_wrap(err, "take messages") : found;
}

int
rv_queue_take(struct rv_store *store, const struct rv_taker *taker, struct rv_message **out,
              rv_err *err)
{
    *out = NULL;
    return rv_queue_take_some(store, taker, 1, out, err);
}
