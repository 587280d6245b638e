/* SPDX-License-Identifier: Apache-2.0
 *
 * The catcher: events of a scripted provider become rows with the ids of what they are about, each
 * once, together with the token after them, whatever happens in between.
 */
#include "provider_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/clock.h"
#include "catcher/catcher.h"
#include "event/blacklist.h"
#include "event/lanes.h"
#include "store/feed.h"

enum { HOLDER = 77, LISTED_MS = 0 };

static int
end(void **state)
{
    script_remove();
    return contract_end(state);
}
#define catcher_test(name) cmocka_unit_test_setup_teardown(name, contract_schema, end)

/* A watch is interrupted when the script hangs, and after so long when it does not come to that. */
enum { PATIENCE_MS = 5000 };
static int64_t until_ms; /* 0 before the first question */
static int patience_ms = PATIENCE_MS;
static int caught;
static int flood_max; /* of the next catcher */

static int
interrupted(void *arg)
{
    (void)arg;
    if (until_ms == 0)
        until_ms = rv_monotonic_ms() + patience_ms;
    return script_hangs() || rv_monotonic_ms() >= until_ms;
}

static void
note_caught(void *arg)
{
    (void)arg;
    caught++;
}

static struct rv_catcher_config
config_of(struct rv_store *store, int64_t id)
{
    return (struct rv_catcher_config){ .store = store,
                                       .provider_id = id,
                                       .holder = HOLDER,
                                       .lease_ms = 60000,
                                       .listing_ms = LISTED_MS,
                                       .flood_max = flood_max,
                                       .module_dir = CONTRACT_MODULES,
                                       .vault = &test_vault,
                                       .interrupted = interrupted,
                                       .caught = note_caught };
}

static struct rv_catcher *
catcher_of(struct rv_store *store, int64_t id)
{
    struct rv_catcher *catcher = NULL;
    struct rv_catcher_config config = config_of(store, id);
    caught = 0;
    must(rv_catcher_open(&catcher, &config, err));
    return catcher;
}

static void
begin(void)
{
    until_ms = 0;
    script_begin();
}

/* Watches until the script hangs and what it said is stored. */
static void
watch(struct rv_catcher *catcher)
{
    begin();
    must(rv_catcher_watch(catcher, err));
}

/* What a catcher of its own makes of the script's events. */
static struct rv_catch_counts catch (struct rv_store *store, int64_t id, const char *events)
{
    struct rv_catch_counts counts;
    RV_AUTO_FREE char *text = rv_format("events:\n%s\nhang\n", events);
    script(text);
    struct rv_catcher *catcher = catcher_of(store, id);
    watch(catcher);
    rv_catcher_counts(catcher, &counts);
    rv_catcher_close(catcher);
    return counts;
}

static void
lane_is(struct rv_store *store, const char *expected)
{
    assert_column(store,
                  "SELECT written || ' ' || COALESCE(token, '-') || ' ' ||"
                  " COALESCE(last_error, 'fine') || ' ' ||"
                  " CASE WHEN connected_on IS NULL THEN 'away' ELSE 'there' END FROM event_lanes"
                  " WHERE name <> 'server'",
                  expected);
}

static void
events_become_rows_in_the_order_of_their_lane(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_catch_counts counts = catch (store, id,
                                           "event POWER_ON e1 1700000000001 1 message=on\n"
                                           "event OTHER e2 1700000000002 2 chain_id=x username=me\n"
                                           "event OTHER e3 1700000000003 3");
    assert_int_equal(counts.refused, 1); /* a number is no text */
    assert_int_equal(counts.written, 2);
    assert_true(caught > 0);
    assert_column(store,
                  "SELECT ems_ref FROM event_streams WHERE source = 'SCRIPTED' ORDER BY number",
                  "e1,e3");
    assert_column(store,
                  "SELECT event_type || ' ' || type || ' ' || message || ' ' || event_group || ' '"
                  " || event_level || ' ' || timestamp FROM event_streams WHERE ems_ref = 'e1'",
                  "POWER_ON EmsEvent on power critical 1700000000001");
    assert_column(store,
                  "SELECT number || event_group || event_level FROM event_streams"
                  " WHERE ems_ref = 'e3'",
                  "2otherdetail");
    RV_AUTO_FREE char *mine =
        rv_format("SELECT COUNT(*) FROM event_streams WHERE ems_id = %" PRId64
                  " AND lane_id = (SELECT id FROM event_lanes WHERE ems_id = %" PRId64 ")"
                  " AND created_on > 1",
                  id, id);
    assert_column(store, mine, "2");
    lane_is(store, "2 3 fine there");
    assert_column(store,
                  "SELECT COUNT(*) FROM changes WHERE kind = 'event_stream' AND op = 1"
                  " AND ems_id IS NOT NULL",
                  "2");
}

/* Rows as a refresh leaves them. */
static void
make_inventory(struct rv_store *store, int64_t ems)
{
    RV_AUTO_FREE char *sql = rv_format(
        "INSERT INTO vms (id, ems_id, ems_ref, uid_ems, name, deleted_on) VALUES"
        " (11, %1$" PRId64 ", 'vm-1', 'uid-1', 'web', NULL),"
        " (12, %1$" PRId64 ", 'vm-2', 'uid-2', 'db', 5), (13, 9, 'vm-3', 'uid-3', 'other', NULL);"
        "INSERT INTO hosts (id, ems_id, ems_ref, name) VALUES (21, %1$" PRId64 ", 'h-1', 'h1');"
        "INSERT INTO container_projects (id, ems_id, ems_ref, name) VALUES"
        " (31, %1$" PRId64 ", 'ns-1', 'shop');"
        "INSERT INTO container_nodes (id, ems_id, ems_ref, name) VALUES"
        " (41, %1$" PRId64 ", 'n-1', 'node1'), (42, %1$" PRId64 ", 'n-2', 'node2');"
        "INSERT INTO container_replicators (id, ems_id, ems_ref, name, namespace) VALUES"
        " (51, %1$" PRId64 ", 'r-1', 'web', 'shop');"
        "INSERT INTO container_groups (id, ems_id, ems_ref, name, namespace, container_node_id,"
        " container_replicator_id, container_project_id, deleted_on) VALUES"
        " (61, %1$" PRId64 ", 'p-1', 'web-0', 'shop', 41, 51, 31, NULL),"
        " (62, %1$" PRId64 ", 'p-0', 'web-0', 'shop', 42, 51, 31, 4);"
        "INSERT INTO containers (id, ems_id, ems_ref, name, container_group_id) VALUES"
        " (71, %1$" PRId64 ", 'p-1_main', 'main', 61), (72, %1$" PRId64 ", 'p-1_x', 'x', 61);"
        "INSERT INTO inventory_references (ems_id, kind, form, ref, row_id, created_at) VALUES"
        " (%1$" PRId64 ", 'host', 0, 'h-9', 29, 1),"
        " (%1$" PRId64 ", 'container_replicator', 1, 'shop\x1f"
        "api', 59, 1)",
        ems);
    must(rv_store_script(store, sql, err));
}

#define ABOUT(columns) "SELECT " columns " FROM event_streams WHERE ems_ref = "

static void
what_an_event_is_about_is_found_by_ref_uid_and_name(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    make_inventory(store, id);
    catch (store, id,
           "event T by-ref 1 1 @vm_or_template_id=vm:vm-1 @host_id=host:h-1 @target_id=host:h-1\n"
           "event T by-uid 2 2 @vm_or_template_id=vm:uid-1 @target_id=vm:uid-1\n"
           "event T gone-vm 3 3 @vm_or_template_id=vm:vm-2\n"
           "event T foreign 4 4 @vm_or_template_id=vm:vm-3 vm_name=other @target_id=vm:vm-3\n"
           "event T reserved 5 5 @host_id=host:h-9 "
           "~container_replicator_id=container_replicator:shop/api\n"
           "event T by-name 6 6 ~container_node_id=container_node:node2 "
           "~container_group_id=container_group:shop/web-0");
    assert_column(store,
                  ABOUT("vm_or_template_id || ' ' || host_id || ' ' || target_type || ' ' ||"
                        " target_id") "'by-ref'",
                  "11 21 host 21");
    assert_column(store,
                  ABOUT("vm_or_template_id || ' ' || target_type || ' ' || target_id") "'by-uid'",
                  "11 vm 11");
    assert_column(store, ABOUT("vm_or_template_id") "'gone-vm'", "12");
    /* Of another provider: it keeps its name, and half a target is none. */
    assert_column(store, ABOUT("vm_or_template_id") "'foreign'", "NULL");
    assert_column(store, ABOUT("target_type") "'foreign'", "NULL");
    assert_column(store, ABOUT("vm_name") "'foreign'", "other");
    /* Somebody pointed to it, and it has not been seen yet. */
    assert_column(store, ABOUT("host_id || ' ' || container_replicator_id") "'reserved'", "29 59");
    /* Of the pods of a name the one that is there; the node that the event names counts more. */
    assert_column(store, ABOUT("container_group_id || ' ' || container_node_id") "'by-name'",
                  "61 42");
}

static void
a_pods_event_is_linked_to_pod_container_node_replicator_and_project(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    make_inventory(store, id);
    catch (store, id,
           "event POD_FAILED e1 1 1 @container_group_id=container_group:p-1 container_name=main "
           "container_group_name=web-0 container_namespace=shop\n"
           "event POD_FAILED e2 2 2 @container_group_id=container_group:p-1\n"
           "event POD_FAILED e3 3 3 @container_group_id=container_group:p-1 container_name=x");
#define PARTS                                                                                      \
    "container_group_id || ' ' || COALESCE(container_id, 0) || ' ' || container_node_id"           \
    " || ' ' || container_replicator_id || ' ' || container_project_id"
    assert_column(store, ABOUT(PARTS) "'e1'", "61 71 41 51 31");
    assert_column(store, ABOUT(PARTS) "'e2'", "61 0 41 51 31");
    assert_column(store, ABOUT(PARTS) "'e3'", "61 72 41 51 31");
}

static void
a_restarted_catcher_goes_on_from_the_stored_token(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    catch (store, id, "event T e1 1 1\nevent T e2 2 2");
    lane_is(store, "2 2 fine there");
    struct rv_catch_counts counts =
        catch (store, id, "event T e1 1 1\nevent T e2 2 2\nevent T e3 3 3");
    assert_int_equal(counts.written, 1);
    assert_int_equal(counts.duplicates, 0);
    assert_column(store, "SELECT ems_ref FROM event_streams WHERE event_type = 'T' ORDER BY number",
                  "e1,e2,e3");
}

static void
a_token_that_is_forgotten_has_everything_told_again_and_nothing_written_twice(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    catch (store, id, "event T e1 1 7\nevent T e2 2 8 chain_id=1");
    lane_is(store, "1 8 fine there");
    catch (store, id, "position 8");
    struct rv_catch_counts counts;
    script("events:\nforgotten\nevent T e1 1 101\nevent T e1 1 101\nevent T e1 3 102\n"
           "event U e1 1 103\nhang\n");
    struct rv_catcher *catcher = catcher_of(store, id);
    watch(catcher); /* ends: the token is too old */
    watch(catcher);
    rv_catcher_counts(catcher, &counts);
    rv_catcher_close(catcher);
    assert_int_equal(counts.written, 2);
    assert_int_equal(counts.duplicates, 2);
    assert_column(store,
                  "SELECT event_type || timestamp FROM event_streams WHERE ems_ref = 'e1'"
                  " ORDER BY number",
                  "T1,T3,U1");
    lane_is(store, "3 103 fine there");
}

static void
a_provider_that_never_knows_where_to_go_on_is_an_error(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    catch (store, id, "event T e1 1 1");
    script("events:\nfail gone whatever it is\n");
    struct rv_catcher *catcher = catcher_of(store, id);
    watch(catcher);
    begin();
    must_fail(RV_E_GONE, rv_catcher_watch(catcher, err));
    rv_catcher_close(catcher);
    lane_is(store, "1 1 events of provider 'one': whatever it is; ask the test away");
}

static void
a_failure_is_on_the_lanes_record_until_it_works_again(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    script("events:\nevent T e1 1 1\nfail unavailable no route\n");
    struct rv_catcher *catcher = catcher_of(store, id);
    begin();
    must_fail(RV_E_UNAVAILABLE, rv_catcher_watch(catcher, err));
    /* It was not stored before the connection broke: it comes again. */
    lane_is(store, "0 - events of provider 'one': no route; ask the test away");
    script("events:\nevent T e1 1 1\nhang\n");
    watch(catcher);
    lane_is(store, "1 1 fine there");
    rv_catcher_close(catcher);
}

static void
refused_credentials_are_on_the_providers_record_and_a_missing_right_is_not(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    script("events:\nfail permission no events for you\n");
    struct rv_catcher *catcher = catcher_of(store, id);
    begin();
    must_fail(RV_E_PERMISSION, rv_catcher_watch(catcher, err));
    assert_column(store, "SELECT COUNT(*) FROM authentications WHERE status = 'Invalid'", "0");
    script("events:\nfail auth who are you\n");
    must_fail(RV_E_AUTH, rv_catcher_watch(catcher, err));
    assert_column(store, "SELECT status_details FROM authentications WHERE status = 'Invalid'",
                  "events of provider 'one': who are you");
    rv_catcher_close(catcher);
}

static void
many_events_at_once_share_few_commits(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    for (int i = 1; i <= 1200; i++)
        rv_buf_addf(&text, "event T e%d %d %d\n", i, i, i);
    RV_AUTO_FREE char *all = rv_format("events:\n%shang\n", rv_buf_text(&text));
    script(all);
    struct rv_catch_counts counts;
    struct rv_catcher *catcher = catcher_of(store, id);
    for (int64_t limit = rv_monotonic_ms() + 20000; rv_monotonic_ms() < limit;) {
        watch(catcher);
        rv_catcher_counts(catcher, &counts);
        if (counts.written == 1200)
            break;
    }
    rv_catcher_close(catcher);
    assert_int_equal(counts.written, 1200);
    assert_in_range(counts.transactions, 3, 60);
    assert_column(store,
                  "SELECT COUNT(DISTINCT number) || ' ' || MIN(number) || ' ' || MAX(number)"
                  " FROM event_streams WHERE event_type = 'T'",
                  "1200 1 1200");
    lane_is(store, "1200 1200 fine there");
}

static void
a_position_alone_is_stored(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    catch (store, id, "position 41");
    lane_is(store, "0 41 fine there");
    catch (store, id, "position 42");
    lane_is(store, "0 42 fine there");
    assert_int_equal(caught, 0);
}

static void
whose_lease_has_passed_on_writes_nothing(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    script("events:\nevent T e1 1 1\nhang\n");
    struct rv_catcher *catcher = catcher_of(store, id);
    must_exec(store, "UPDATE leases SET generation = generation + 1, holder = $1", rv_vint(78));
    begin();
    must_fail(RV_E_STALE, rv_catcher_watch(catcher, err));
    rv_catcher_close(catcher);
    assert_column(store, "SELECT COUNT(*) FROM event_streams WHERE event_type = 'T'", "0");
    lane_is(store, "0 - fine there");
}

/* Whatever statement of a save fails, event, token and feed are not there, and the next save has
 * them. */
static void
a_save_that_fails_at_any_statement_leaves_nothing_and_comes_again(void **state)
{
    static const char *const tables[] = { "event_streams", "event_lanes",          "changes",
                                          "vms",           "inventory_references", "leases" };
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    for (size_t i = 0; i < RV_COUNT(tables); i++) {
        RV_AUTO_FREE char *text =
            rv_format("events:\nevent T e%zu 1 %zu @vm_or_template_id=vm:v\nhang\n", i, i + 1);
        RV_AUTO_FREE char *hide = rv_format("ALTER TABLE %s RENAME TO hidden", tables[i]);
        RV_AUTO_FREE char *show = rv_format("ALTER TABLE hidden RENAME TO %s", tables[i]);
        script(text);
        struct rv_catcher *catcher = catcher_of(store, id);
        int64_t changes = rv_test_int(store, "SELECT COUNT(*) FROM changes");
        rv_test_script(store, hide);
        begin();
        rv_err failure = RV_ERR_INIT;
        assert_true(rv_catcher_watch(catcher, &failure) < 0);
        rv_test_script(store, show);
        assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM event_streams"
                                            " WHERE event_type = 'T'"),
                         (int64_t)i);
        assert_int_equal(rv_test_int(store, "SELECT written FROM event_lanes WHERE ems_id > 0"),
                         (int64_t)i);
        assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM changes"), changes);
        watch(catcher);
        rv_catcher_close(catcher);
        assert_int_equal(rv_test_int(store, "SELECT written FROM event_lanes WHERE ems_id > 0"),
                         (int64_t)i + 1);
    }
    assert_column(store, "SELECT ems_ref FROM event_streams WHERE event_type = 'T' ORDER BY number",
                  "e0,e1,e2,e3,e4,e5");
    lane_is(store, "6 6 fine there");
}

static void
two_do_not_catch_for_one_provider(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_catcher *catcher = catcher_of(store, id), *other = NULL;
    struct rv_catcher_config config = config_of(store, id);
    config.holder = 78;
    must_fail(RV_E_CONFLICT, rv_catcher_open(&other, &config, err));
    rv_catcher_close(catcher);
    must(rv_catcher_open(&other, &config, err));
    rv_catcher_close(other);
}

static void
a_row_of_another_writer_ends_the_save_and_the_next_begins_behind_it(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    script("events:\nevent T e1 1 1\nhang\n");
    struct rv_catcher *catcher = catcher_of(store, id);
    must_exec(store, "UPDATE event_lanes SET written = $1", rv_vint(5));
    begin();
    rv_err failure = RV_ERR_INIT;
    assert_true(rv_catcher_watch(catcher, &failure) < 0);
    assert_column(store, "SELECT COUNT(*) FROM event_streams WHERE event_type = 'T'", "0");
    watch(catcher);
    rv_catcher_close(catcher);
    assert_column(store, "SELECT number FROM event_streams WHERE event_type = 'T'", "6");
}

static void
events_wait_for_the_first_listing_and_no_longer_than_told(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    struct rv_catcher *catcher = NULL;
    struct rv_catcher_config config = config_of(store, id);
    config.listing_ms = 600000;
    script("events:\nevent T e1 1 1\nhang\n");
    must(rv_catcher_open(&catcher, &config, err));
    patience_ms = 0;
    watch(catcher);
    patience_ms = PATIENCE_MS;
    assert_column(store, "SELECT COUNT(*) FROM event_streams WHERE event_type = 'T'", "0");
    must_exec(store, "UPDATE ext_management_systems SET last_refresh_success_date = $1",
              rv_vint(1));
    watch(catcher);
    assert_column(store, "SELECT COUNT(*) FROM event_streams WHERE event_type = 'T'", "1");
    rv_catcher_close(catcher);
}

/* From the moment that it is listed, also by a catcher that runs; its token goes on all the same.
 */
static void
a_listed_event_is_not_stored(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one"), rule;
    struct rv_catch_counts counts;
    script("events:\nevent OTHER e1 1700000000001 1\nhang\n");
    struct rv_catcher *catcher = catcher_of(store, id);
    watch(catcher);
    must(rv_blacklist_add(
        store, &(struct rv_blacklist_rule){ .event_name = "OTHER", .ems_id = id, .enabled = 1 },
        &rule, err));
    script("events:\nevent OTHER e2 1700000000002 2\nevent POWER_ON e3 1700000000003 3\n"
           "event OTHER e4 1700000000004 4\nhang\n");
    watch(catcher);
    rv_catcher_counts(catcher, &counts);
    assert_int_equal(counts.blacklisted, 2);
    assert_int_equal(counts.written, 2);
    assert_int_equal(counts.duplicates, 0);
    assert_column(store,
                  "SELECT ems_ref FROM event_streams WHERE source = 'SCRIPTED' ORDER BY number",
                  "e1,e3");
    lane_is(store, "2 4 fine there");
    must(rv_blacklist_enable(store, rule, 0, err));
    script("events:\nevent OTHER e5 1700000000005 5\nhang\n");
    watch(catcher);
    rv_catcher_close(catcher);
    assert_column(store, "SELECT COUNT(*) FROM event_streams WHERE ems_ref = 'e5'", "1");
}

static void
with_the_guard_on_a_flood_of_one_sort_is_cut_and_others_pass(void **state)
{
    struct rv_store *store = store_of(state);
    int64_t id = scripted_provider(store, "one");
    RV_AUTO_BUF rv_buf events = rv_buf_limited(1 << 16);
    struct rv_catch_counts counts;
    for (int i = 1; i <= 35; i++)
        rv_buf_addf(&events, "event OTHER e%d 17000000000%02d %d vm_name=loud\n", i, i, i);
    rv_buf_add_string(&events, "event OTHER q 1700000000050 50 vm_name=quiet");
    flood_max = 30;
    counts = catch (store, id, rv_buf_text(&events));
    flood_max = 0;
    assert_int_equal(counts.flooded, 5);
    assert_int_equal(counts.written, 31);
    assert_column(store, "SELECT COUNT(*) FROM event_streams WHERE vm_name = 'quiet'", "1");
    lane_is(store, "31 50 fine there");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        catcher_test(events_become_rows_in_the_order_of_their_lane),
        catcher_test(what_an_event_is_about_is_found_by_ref_uid_and_name),
        catcher_test(a_pods_event_is_linked_to_pod_container_node_replicator_and_project),
        catcher_test(a_restarted_catcher_goes_on_from_the_stored_token),
        catcher_test(a_token_that_is_forgotten_has_everything_told_again_and_nothing_written_twice),
        catcher_test(a_provider_that_never_knows_where_to_go_on_is_an_error),
        catcher_test(a_failure_is_on_the_lanes_record_until_it_works_again),
        catcher_test(refused_credentials_are_on_the_providers_record_and_a_missing_right_is_not),
        catcher_test(many_events_at_once_share_few_commits),
        catcher_test(a_position_alone_is_stored),
        catcher_test(whose_lease_has_passed_on_writes_nothing),
        catcher_test(a_save_that_fails_at_any_statement_leaves_nothing_and_comes_again),
        catcher_test(two_do_not_catch_for_one_provider),
        catcher_test(a_row_of_another_writer_ends_the_save_and_the_next_begins_behind_it),
        catcher_test(events_wait_for_the_first_listing_and_no_longer_than_told),
        catcher_test(a_listed_event_is_not_stored),
        catcher_test(with_the_guard_on_a_flood_of_one_sort_is_cut_and_others_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
