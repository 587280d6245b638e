/* SPDX-License-Identifier: Apache-2.0
 *
 * Saves that fail: a lease that has passed on, a store that refuses, a process that
 * dies. Nothing of such a save stays, in the store or in memory, and what follows ends up right.
 */
#include "saver_fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "model/model.h"

static void
a_stale_lease_writes_nothing(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lease ours, theirs;
    must(rv_lease_take(store, &ours, "refresh/1", 11, 60000, err));
    struct rv_saver *saver = saver_with(store, &(struct rv_saver_config){ .lease = &ours });
    const struct rv_sink *sink = rv_saver_sink(saver);
    emit(saver, node_object("n1", "one"));
    flush(saver);
    RV_AUTO_FREE char *before = everything(store);
    int64_t changes = change_count(store);
    rv_clock_fake(rv_now_ms() + 120000);
    must(rv_lease_take(store, &theirs, "refresh/1", 12, 60000, err));
    emit(saver, node_object("n2", "two"));
    must(sink->checkpoint(sink->arg, "nodes", "7", err));
    must_fail(RV_E_STALE, rv_saver_flush(saver, err));
    begin_kind(saver, "container_node");
    must_fail(RV_E_STALE, sink->complete(sink->arg, rv_model_kind("container_node"), err));
    rv_clock_real();
    RV_AUTO_FREE char *after = everything(store);
    assert_string_equal(before, after);
    assert_int_equal(change_count(store), changes);
    assert_null(sink->token(sink->arg, "nodes"));
    assert_int_equal(rv_saver_objects(saver), 1);
    rv_saver_close(saver);
}

/* Its statements are prepared, on PostgreSQL, once; nothing is written by that, and the lease is
 * found out too. */
static void
preparing_a_watch_changes_nothing(void **state)
{
    struct rv_store *store = store_of(state);
    int postgres = rv_store_is_postgres(store);
    struct rv_lease ours, theirs;
    must(rv_lease_take(store, &ours, "refresh/1", 11, 60000, err));
    struct rv_saver *saver = saver_with(store, &(struct rv_saver_config){ .lease = &ours });
    emit(saver, node_object("n1", "one"));
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    RV_AUTO_FREE char *before = everything(store);
    int64_t changes = change_count(store);
    must(rv_saver_warm(saver, err));
    RV_AUTO_FREE char *after = everything(store);
    assert_string_equal(before, after);
    assert_int_equal(change_count(store), changes);
    assert_false(rv_store_in_transaction(store));
    if (postgres)
        assert_true(rv_test_int(store,
                                "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement"
                                " LIKE '%FROM \"container_groups\"%' AND generic_plans > 0") > 0);
    int64_t statements = rv_store_statements(store);
    must(rv_saver_warm(saver, err));
    assert_int_equal(rv_store_statements(store), statements);
    rv_saver_close(saver);

    saver = saver_with(store, &(struct rv_saver_config){ .lease = &ours });
    rv_clock_fake(rv_now_ms() + 120000);
    must(rv_lease_take(store, &theirs, "refresh/1", 12, 60000, err));
    if (postgres)
        must_fail(RV_E_STALE, rv_saver_warm(saver, err));
    rv_clock_real();
    rv_saver_close(saver);
}

static void
a_save_that_fails_leaves_nothing_behind(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    const struct rv_sink *sink = rv_saver_sink(saver);
    emit(saver, node_object("n1", "node-1"));
    emit(saver, pod_object("p1", "web", "Running"));
    flush(saver);
    RV_AUTO_FREE char *before = everything(store);
    int64_t changes = change_count(store);
    /* Nodes are saved before this fails. */
    rv_test_script(store, "ALTER TABLE custom_attributes RENAME TO hidden");
    emit(saver, node_object("n2", "node-2"));
    gone(saver, "container_node", "n1");
    struct rv_test_object *pod = rv_test_object("container_group", "p2");
    rv_test_link(pod, "container_node_id", "container_node", "n9");
    rv_test_label(pod, "app", "x");
    emit(saver, pod);
    must(sink->checkpoint(sink->arg, "pods", "7", err));
    must_fail(RV_E_INTERNAL, rv_saver_flush(saver, err));
    rv_test_script(store, "ALTER TABLE hidden RENAME TO custom_attributes");
    RV_AUTO_FREE char *after = everything(store);
    assert_string_equal(before, after);
    assert_int_equal(change_count(store), changes);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM inventory_references"), 1);
    assert_null(sink->token(sink->arg, "pods"));
    /* Memory is as it was too: the same again works. */
    assert_int_equal(rv_saver_objects(saver), 2);
    emit(saver, node_object("n2", "node-2"));
    emit(saver, node_object("n1", "node-1"));
    flush(saver);
    assert_column(store, "SELECT name FROM container_nodes WHERE deleted_on IS NULL ORDER BY 1",
                  "node-1,node-2");
    rv_saver_close(saver);
}

/* Lists the cluster in a process of its own that dies after so many objects. */
static void
die_after(void **state, int objects)
{
    struct contract *contract = *state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rv_store *store = rv_test_store_open(&contract->db);
        struct rv_saver *saver = saver_with(store, &(struct rv_saver_config){ .batch_objects = 7 });
        must(rv_saver_begin_all(saver, cluster_kinds, err));
        for (int i = 0; i < objects; i++) {
            char ref[32];
            snprintf(ref, sizeof(ref), "p%d", i);
            emit(saver, pod_object(ref, ref, "Running"));
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void
a_worker_that_dies_between_batches_is_resumed(void **state)
{
    struct rv_store *store = store_of(state);
    struct cluster cluster = { .pods = 60, .nodes = 4, .images = 3 };
    for (int objects = 5; objects <= 45; objects += 10)
        die_after(state, objects);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_groups"), 42);
    struct rv_saver *saver = saver_on(store);
    list_cluster(saver, &cluster);
    assert_int_equal(
        rv_test_int(store, "SELECT COUNT(*) FROM container_groups WHERE deleted_on IS NULL"), 60);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(DISTINCT ems_ref) FROM container_groups"),
                     60);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM containers WHERE deleted_on IS NULL"),
                     60);
    assert_int_equal(rv_test_int(store,
                                 "SELECT COUNT(*) FROM container_groups p JOIN container_nodes n"
                                 " ON n.id = p.container_node_id"),
                     60);
    rv_saver_counts_reset(saver);
    list_cluster(saver, &cluster);
    assert_int_equal(counts_of(saver).rows, 0);
    rv_saver_close(saver);
}

static void
batches_end_at_their_bounds(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_with(store, &(struct rv_saver_config){ .batch_objects = 10 });
    char ref[32];
    for (int i = 0; i < 35; i++) {
        snprintf(ref, sizeof(ref), "n%d", i);
        emit(saver, node_object(ref, ref));
    }
    assert_int_equal(counts_of(saver).transactions, 3);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_nodes"), 30);
    rv_saver_close(saver);
    saver = saver_with(store, &(struct rv_saver_config){ .batch_bytes = 20000 });
    char *text = rv_alloc(9001);
    memset(text, 'x', 9000);
    for (int i = 0; i < 4; i++) {
        snprintf(ref, sizeof(ref), "p%d", i);
        struct rv_test_object *pod = pod_object(ref, ref, "Running");
        rv_test_set(pod, "message", text);
        emit(saver, pod);
    }
    assert_int_equal(counts_of(saver).transactions, 2);
    free(text);
    rv_saver_close(saver);
}

static void
what_waits_is_saved_when_the_input_is_drained(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    const struct rv_sink *sink = rv_saver_sink(saver);
    emit(saver, node_object("n1", "one"));
    must(sink->drain(sink->arg, err));
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_nodes"), 1);
    must(sink->drain(sink->arg, err));
    assert_int_equal(counts_of(saver).transactions, 1);
    /* In a listing a short break is none. */
    begin_kind(saver, "container_node");
    emit(saver, node_object("n2", "two"));
    must(sink->drain(sink->arg, err));
    assert_int_equal(counts_of(saver).transactions, 1);
    usleep(30000);
    must(sink->drain(sink->arg, err));
    assert_int_equal(counts_of(saver).transactions, 2);
    rv_saver_close(saver);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_stale_lease_writes_nothing),
        schema_test(preparing_a_watch_changes_nothing),
        schema_test(a_save_that_fails_leaves_nothing_behind),
        schema_test(a_worker_that_dies_between_batches_is_resumed),
        schema_test(batches_end_at_their_bounds),
        schema_test(what_waits_is_saved_when_the_input_is_drained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
