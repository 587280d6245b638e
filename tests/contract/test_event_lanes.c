/* SPDX-License-Identifier: Apache-2.0
 *
 * Lanes: numbers in the order of commits, ranges that are handled once, and how the stores find an
 * event.
 */
#include "contract.h"

#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/wait.h"
#include "event/event.h"
#include "event/lanes.h"
#include "model/model.h"

enum { HANDLER = 77, OTHER = 78, LEASE_MS = 60000 };

/* Rows of the lane, as a catcher writes them. */
static void
put_rows(struct rv_store *store, int64_t lane, int64_t first, int count)
{
    static const char *const columns[] = { "id",      "event_type", "type",      "timestamp",
                                           "lane_id", "number",     "created_on" };
    for (int i = 0; i < count; i++) {
        const rv_value row[] = { rv_vint(lane * 1000 + first + i),
                                 rv_vtext("PowerOnVM_Task"),
                                 rv_vtext("EmsEvent"),
                                 rv_vint(5),
                                 rv_vint(lane),
                                 rv_vint(first + i),
                                 rv_vint(1800000000000 + first + i) };
        must(rv_store_insert_rows(store, "event_streams", columns, 7, row, 1, err));
    }
}

static void
write_events(struct rv_store *store, int64_t lane, int count)
{
    int64_t first;
    must(rv_store_begin(store, err));
    must(rv_lane_extend(store, lane, count, NULL, &first, err));
    put_rows(store, lane, first, count);
    must(rv_store_commit(store, err));
}

static struct rv_lane
a_lane(struct rv_store *store)
{
    struct rv_lane lane;
    must(rv_lane_of_provider(&lane, store, 7, err));
    return lane;
}

static void
a_provider_has_one_lane_whoever_asks_for_it(void **state)
{
    struct rv_lane again, lane = a_lane(store_of(state));
    must(rv_lane_of_provider(&again, store_of(state), 7, err));
    assert_int_equal(lane.id, again.id);
    assert_int_equal(lane.ems_id, 7);
    must(rv_lane_of_receiver(&again, store_of(state), 3, "alerts", 0, err));
    assert_int_not_equal(lane.id, again.id);
    assert_column(store_of(state), "SELECT name FROM event_lanes ORDER BY name",
                  "ems 7,hook alerts");
}

/* Holds the lane until its commit; tells when it has it. */
static void
slow_writer(void **state, int64_t lane, int fd)
{
    struct rv_store *store = second_store(state);
    int64_t first;
    must(rv_store_begin(store, err));
    must(rv_lane_extend(store, lane, 3, NULL, &first, err));
    assert_int_equal(first, 1);
    assert_int_equal(write(fd, "x", 1), 1);
    must(rv_sleep(80, err));
    put_rows(store, lane, first, 3);
    must(rv_store_commit(store, err));
    rv_store_close(store);
    _exit(0);
}

static void
two_writers_of_a_lane_get_numbers_in_the_order_of_their_commits(void **state)
{
    struct rv_lane lane = a_lane(store_of(state));
    int64_t first;
    int fds[2], status;
    char byte;
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        slow_writer(state, lane.id, fds[1]);
    assert_int_equal(read(fds[0], &byte, 1), 1);
    struct rv_store *store = second_store(state);
    must(rv_store_begin(store, err));
    must(rv_lane_extend(store, lane.id, 2, NULL, &first, err));
    assert_int_equal(first, 4);
    assert_column(store, "SELECT number FROM event_streams ORDER BY number", "1,2,3");
    put_rows(store, lane.id, first, 2);
    must(rv_store_commit(store, err));
    rv_store_close(store);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(fds[0]);
    close(fds[1]);
}

static void
a_batch_that_fails_leaves_no_number_and_no_token(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lane lane = a_lane(store);
    RV_AUTO_FREE char *token = NULL;
    int64_t first;
    must(rv_store_begin(store, err));
    must(rv_lane_extend(store, lane.id, 5, "t5", &first, err));
    rv_store_rollback(store);
    must(rv_lane_token(&token, store, lane.id, err));
    assert_null(token);
    must(rv_lane_read(&lane, store, err));
    assert_int_equal(lane.written, 0);
}

static void
a_token_stands_until_another_comes_or_it_is_dropped(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lane lane = a_lane(store);
    static const struct {
        const char *given, *then;
    } steps[] = { { "t1", "t1" }, { NULL, "t1" }, { "t2", "t2" }, { "", NULL } };
    for (size_t i = 0; i < RV_COUNT(steps); i++) {
        RV_AUTO_FREE char *token = NULL;
        must(rv_store_begin_later(store, err));
        must(rv_lane_advance(store, &lane, 1, steps[i].given, err));
        must(rv_store_commit(store, err));
        lane.written++;
        must(rv_lane_token(&token, store, lane.id, err));
        if (steps[i].then)
            assert_string_equal(token, steps[i].then);
        else
            assert_null(token);
    }
    must(rv_lane_read(&lane, store, err));
    assert_int_equal(lane.written, 4);
}

static void
the_only_writer_of_a_lane_fails_when_another_has_written(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lane lane = a_lane(store);
    rv_err failed = RV_ERR_INIT;
    write_events(store, lane.id, 1);
    must(rv_store_begin_later(store, err));
    if (rv_lane_advance(store, &lane, 1, "stolen", &failed) == 0)
        assert_true(rv_store_commit(store, &failed) < 0);
    else
        rv_store_rollback(store);
    assert_column(store, "SELECT written FROM event_lanes", "1");
    assert_column(store, "SELECT token FROM event_lanes", "NULL");
}

struct seen {
    int64_t numbers[16];
    int count, fail_at;
};

static int
see(void *arg, const struct rv_event_row *row, rv_err *err)
{
    struct seen *seen = arg;
    rv_value type = rv_event_row_value(row, "event_type");
    assert_string_equal(type.v.text, "PowerOnVM_Task");
    assert_int_equal(rv_event_row_value(row, "no_such_column").type, RV_NULL);
    assert_int_equal(rv_event_row_value(row, "lane_id").v.i * 1000 + row->number, row->id);
    seen->numbers[seen->count++] = row->number;
    return seen->count == seen->fail_at ? rv_fail(err, RV_E_INVALID, "no more") : 0;
}

static void
a_lane_is_handled_in_ranges_each_event_once(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lane lane = a_lane(store);
    struct seen seen = { .count = 0 };
    write_events(store, lane.id, 5);
    must(rv_lane_take(&lane, store, HANDLER, LEASE_MS, err));
    assert_int_equal(lane.written - lane.handled, 5);
    int more;
    while ((more = rv_lane_range(store, &lane, 2, see, &seen, &(rv_err){ 0 })) > 0) {
        lane.handled = seen.numbers[seen.count - 1];
        must(rv_store_begin_later(store, err));
        must(rv_lane_handled(store, &lane, lane.handled, err));
        must(rv_store_commit(store, err));
    }
    assert_int_equal(more, 0);
    assert_int_equal(seen.count, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(seen.numbers[i], i + 1);
    must(rv_lane_release(store, &lane, err));
    struct rv_lane waiting[4];
    assert_int_equal(rv_lanes_waiting(waiting, 4, 0, store, &(rv_err){ 0 }), 0);
}

static void
an_error_of_whoever_looks_at_an_event_ends_the_range(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lane lane = a_lane(store);
    struct seen seen = { .fail_at = 2 };
    write_events(store, lane.id, 5);
    must(rv_lane_read(&lane, store, err));
    must_fail(RV_E_INVALID, rv_lane_range(store, &lane, 10, see, &seen, err));
    assert_int_equal(seen.count, 2);
}

static void
a_lane_has_one_handler_and_one_that_lost_it_marks_nothing(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lane lane = a_lane(store), theirs;
    rv_err failed = RV_ERR_INIT;
    write_events(store, lane.id, 3);
    theirs = lane;
    must(rv_lane_take(&lane, store, HANDLER, LEASE_MS, err));
    must_fail(RV_E_CONFLICT, rv_lane_take(&theirs, store, OTHER, LEASE_MS, err));
    must(rv_lease_release_holder(store, HANDLER, err));
    must(rv_lane_take(&theirs, store, OTHER, LEASE_MS, err));
    must(rv_store_begin_later(store, err));
    if (rv_lane_handled(store, &lane, 3, &failed) == 0)
        assert_true(rv_store_commit(store, &failed) < 0);
    else
        rv_store_rollback(store);
    rv_lease_blame(store, &lane.lease, &failed);
    assert_int_equal(failed.code, RV_E_STALE);
    assert_column(store, "SELECT handled FROM event_lanes", "0");
}

static void
a_lane_that_is_gone_cannot_be_taken_nor_written(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lane lane = a_lane(store);
    int64_t first;
    rv_test_script(store, "DELETE FROM event_lanes");
    must_fail(RV_E_NOT_FOUND, rv_lane_take(&lane, store, HANDLER, LEASE_MS, err));
    assert_column(store, "SELECT holder FROM leases", "0");
    must(rv_store_begin(store, err));
    must_fail(RV_E_NOT_FOUND, rv_lane_extend(store, lane.id, 1, NULL, &first, err));
    rv_store_rollback(store);
}

static void
what_waits_is_counted_over_all_lanes_and_its_first_one_told(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_lane lane = a_lane(store), waiting[4];
    int64_t count = -1, oldest_ms = -1;
    must(rv_event_backlog(store, &count, &oldest_ms, err));
    assert_int_equal(count, 0);
    assert_int_equal(oldest_ms, 0);
    write_events(store, lane.id, 3);
    rv_test_script(store, "UPDATE event_lanes SET handled = 1");
    rv_clock_fake(1800000000001);
    must(rv_event_raise(store, &(struct rv_event){ .event_type = "evm_server_start" }, NULL, err));
    rv_clock_real();
    must(rv_event_backlog(store, &count, &oldest_ms, err));
    assert_int_equal(count, 3);
    assert_true(oldest_ms == 1800000000001);
    assert_int_equal(rv_lanes_waiting(waiting, 4, 0, store, &(rv_err){ 0 }), 2);
    assert_int_equal(rv_lanes_waiting(waiting, 4, lane.id, store, &(rv_err){ 0 }), 1);
}

static void
the_servers_events_wait_in_its_lane(void **state)
{
    struct rv_store *store = store_of(state);
    const struct rv_event event = { .event_type = "evm_worker_start" };
    for (int i = 0; i < 3; i++)
        must(rv_event_raise(store, &event, NULL, err));
    assert_column(store, "SELECT name || ' ' || written || ' ' || handled FROM event_lanes",
                  "server 3 0");
    assert_column(store,
                  "SELECT number FROM event_streams WHERE lane_id = (SELECT id FROM event_lanes)"
                  " ORDER BY id",
                  "1,2,3");
}

static void
an_event_that_is_only_kept_waits_for_nobody(void **state)
{
    const struct rv_event event = { .event_type = "evm_worker_stop", .flags = RV_EVENT_KEPT };
    must(rv_event_raise(store_of(state), &event, NULL, err));
    assert_column(store_of(state), "SELECT number FROM event_streams", "NULL");
    assert_column(store_of(state), "SELECT COUNT(*) FROM event_lanes", "0");
}

static void
the_data_of_an_event_is_read_alone(void **state)
{
    struct rv_store *store = store_of(state);
    RV_AUTO_FREE char *data = NULL, *none = NULL;
    int64_t id;
    must(rv_event_raise(store, &(struct rv_event){ .event_type = "a", .full_data = "{\"b\":1}" },
                        &id, err));
    must(rv_event_data(&data, store, id, err));
    assert_string_equal(data, "{\"b\":1}");
    must(rv_event_data(&none, store, id + 1, err));
    assert_null(none);
}

/* How the store would find what this says; the caller's to free. */
static char *
plan_of(struct rv_store *store, const char *sql)
{
    if (rv_test_is_postgres()) /* so few rows it would rather read all of */
        rv_test_script(store, "SET enable_seqscan = off; SET enable_bitmapscan = off");
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    rv_err err = RV_ERR_INIT;
    int postgres = rv_test_is_postgres(), more;
    rv_buf plan = rv_buf_limited(1 << 16);
    RV_AUTO_FREE char *explain = rv_format("EXPLAIN %s%s", postgres ? "" : "QUERY PLAN ", sql);
    if (rv_store_query(store, &rows, explain, NULL, 0, &err))
        fail_msg("%s", err.text);
    while ((more = rv_rows_next(rows, &row, &err)) > 0)
        rv_buf_addf(&plan, "%s\n", row[postgres ? 0 : 3].v.text);
    assert_int_equal(more, 0);
    return rv_buf_take_string(&plan);
}

static void
a_timeline_reads_an_index_in_its_order(void **state)
{
    static const char *const columns[] = { "container_group_id", "vm_or_template_id", "ems_id",
                                           "container_project_id" };
    for (size_t i = 0; i < RV_COUNT(columns); i++) {
        RV_AUTO_FREE char *sql =
            rv_format("SELECT id FROM event_streams WHERE %s = 5 AND timestamp > 7"
                      " ORDER BY timestamp LIMIT 10",
                      columns[i]);
        RV_AUTO_FREE char *plan = plan_of(store_of(state), sql);
        RV_AUTO_FREE char *index = rv_format("ix_event_streams_%s_time", columns[i]);
        if (strstr(plan, index) == NULL || strstr(plan, "TEMP B-TREE") || strstr(plan, "Sort"))
            fail_msg("not by %s in its order: %s", index, plan);
    }
    RV_AUTO_FREE char *range =
        plan_of(store_of(state), "SELECT id FROM event_streams WHERE lane_id = 5 AND number > 7"
                                 " AND number <= 9 ORDER BY number LIMIT 500");
    if (strstr(range, "ux_event_streams_lane") == NULL || strstr(range, "Sort") ||
        strstr(range, "TEMP B-TREE"))
        fail_msg("a range is not read by its index: %s", range);
}

/* A pod's event has some five references of twenty. */
static void
an_event_writes_no_index_of_a_reference_that_is_null(void **state)
{
    const char *sql = rv_store_is_postgres(store_of(state))
                          ? "SELECT indexname FROM pg_indexes WHERE tablename = 'event_streams' AND"
                            " indexdef NOT LIKE '%WHERE%' ORDER BY indexname"
                          : "SELECT name FROM sqlite_master WHERE tbl_name = 'event_streams' AND"
                            " type = 'index' AND sql NOT LIKE '%WHERE%' ORDER BY name";
    assert_column(store_of(state), sql,
                  rv_store_is_postgres(store_of(state))
                      ? "event_streams_pkey,ix_event_streams_ems_id_time,"
                        "ix_event_streams_event_type,ix_event_streams_timestamp"
                      : "ix_event_streams_ems_id_time,ix_event_streams_event_type,"
                        "ix_event_streams_timestamp");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_provider_has_one_lane_whoever_asks_for_it),
        schema_test(two_writers_of_a_lane_get_numbers_in_the_order_of_their_commits),
        schema_test(a_batch_that_fails_leaves_no_number_and_no_token),
        schema_test(a_token_stands_until_another_comes_or_it_is_dropped),
        schema_test(the_only_writer_of_a_lane_fails_when_another_has_written),
        schema_test(a_lane_is_handled_in_ranges_each_event_once),
        schema_test(an_error_of_whoever_looks_at_an_event_ends_the_range),
        schema_test(a_lane_has_one_handler_and_one_that_lost_it_marks_nothing),
        schema_test(a_lane_that_is_gone_cannot_be_taken_nor_written),
        schema_test(what_waits_is_counted_over_all_lanes_and_its_first_one_told),
        schema_test(the_servers_events_wait_in_its_lane),
        schema_test(an_event_that_is_only_kept_waits_for_nobody),
        schema_test(the_data_of_an_event_is_read_alone),
        schema_test(a_timeline_reads_an_index_in_its_order),
        schema_test(an_event_writes_no_index_of_a_reference_that_is_null),
    };
    return cmocka_run_group_tests_name("event_lanes", tests, NULL, NULL);
}
