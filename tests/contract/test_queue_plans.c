/* SPDX-License-Identifier: Apache-2.0
 *
 * How the stores find messages: from an index, in its order, without reading the others. Told by
 * the stores themselves, since time tells it on large queues only.
 */
#include "queue_fixture.h"

#include "queue/queue_internal.h"

/* How the store would find what this says; the caller's to free. */
static char *
plan_of(const char *sql, const rv_value *params, int count)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int postgres = rv_test_is_postgres(), more;
    if (postgres) /* so few rows it would rather read all of */
        rv_test_script(queue_store, "SET enable_seqscan = off; SET enable_bitmapscan = off");
    rv_buf plan = rv_buf_limited(1 << 16);
    RV_AUTO_FREE char *explain = rv_format("EXPLAIN %s%s", postgres ? "" : "QUERY PLAN ", sql);
    if (rv_store_query(queue_store, &rows, explain, params, count, &err))
        fail_msg("%s", err.text);
    while ((more = rv_rows_next(rows, &row, &err)) > 0)
        rv_buf_addf(&plan, "%s\n", row[postgres ? 0 : 3].v.text);
    assert_int_equal(more, 0);
    return rv_buf_take_string(&plan);
}

static void
plan_has(const char *sql, const rv_value *params, int count, const char *index)
{
    RV_AUTO_FREE char *plan = plan_of(sql, params, count);
    if (strstr(plan, index) == NULL || strstr(plan, "TEMP B-TREE") || strstr(plan, "Sort"))
        fail_msg("not by %s in its order: %s", index, plan);
}

/* A thousand that wait, with the figures about them that maintenance leaves. */
static void
put_a_thousand(void)
{
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_store_reserve_ids(queue_store, 1000, &err), 0);
    assert_int_equal(rv_store_begin_later(queue_store, &err), 0);
    for (int i = 0; i < 1000; i++)
        queue_put(&(struct rv_message_spec){ .class_name = "Demo", .method_name = "m" });
    assert_int_equal(rv_store_commit(queue_store, &err), 0);
    rv_test_script(queue_store, rv_test_is_postgres()
                                    ? "ANALYZE miq_queue"
                                    : "PRAGMA analysis_limit = 400; ANALYZE miq_queue");
}

static void
a_look_and_a_claim_read_no_more_of_the_queue_than_they_want(void **state)
{
    (void)state;
    struct rv_taker me = queue_taker(7);
    for (int analyzed = 0; analyzed < 2; analyzed++) {
        for (int from = 0; from < 2; from++) {
            struct rv_queue_sql sql = rv_queue_sql_new();
            rv_queue_sql_add(&sql, "SELECT q.id FROM miq_queue q WHERE ");
            rv_queue_sql_fits(&sql, &me);
            rv_queue_sql_due(&sql, 1800000000000);
            if (from)
                rv_queue_sql_from(&sql, 100, 1);
            else
                rv_queue_sql_up_to(&sql, 200);
            rv_queue_sql_add(&sql, " ORDER BY q.priority, q.id LIMIT 32");
            plan_has(rv_buf_text(&sql.sql), sql.params, sql.count, "ix_miq_queue_ready");
            rv_buf_free(&sql.sql);
        }
        if (!analyzed)
            put_a_thousand();
    }
}

static void
the_messages_of_a_task_are_found_by_an_index(void **state)
{
    (void)state;
    const rv_value params[] = { rv_vint(5) };
    put_a_thousand();
    plan_has("SELECT id FROM miq_queue WHERE miq_task_id = $1 AND state = 'ready'", params, 1,
             "ix_miq_queue_of_task");
}

static void
what_is_held_is_acknowledged_by_its_id_whatever_its_holder_had_before(void **state)
{
    (void)state;
    const rv_value params[] = { rv_vint(5), rv_vint(1), rv_vint(7) };
    put_a_thousand();
    plan_has("SELECT id FROM miq_queue" RV_QUEUE_HELD "= $1", params, 3,
             rv_test_is_postgres() ? "miq_queue_pkey" : "INTEGER PRIMARY KEY");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_look_and_a_claim_read_no_more_of_the_queue_than_they_want),
        QUEUE_TEST(the_messages_of_a_task_are_found_by_an_index),
        QUEUE_TEST(what_is_held_is_acknowledged_by_its_id_whatever_its_holder_had_before),
    };
    return cmocka_run_group_tests_name("queue_plans", tests, NULL, NULL);
}
