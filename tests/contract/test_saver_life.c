/* SPDX-License-Identifier: Apache-2.0
 *
 * Machines and hosts that go, come back under another ref or at another provider, and what
 * several savers may do to one store at once.
 */
#include "saver_fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"

#define OTHER_EMS (EMS + 1)

static struct rv_test_object *
vm_object(const char *ref, const char *uid)
{
    struct rv_test_object *vm = rv_test_object("vm", ref);
    rv_test_set(vm, "name", "web");
    rv_test_set(vm, "uid_ems", uid);
    rv_test_set(vm, "connection_state", "connected");
    rv_test_link(vm, "host_id", "host", "h1");
    rv_test_link(vm, "storage_id", "storage", "s1");
    rv_test_link(vm, "ems_cluster_id", "ems_cluster", "c1");
    struct rv_test_object *hardware = rv_test_child(vm, "hardware");
    rv_test_set(hardware, "memory_mb", "1024");
    return vm;
}

static struct rv_saver *
saver_of(struct rv_store *store, int64_t ems_id)
{
    struct rv_saver_config config = { .store = store, .ems_id = ems_id };
    struct rv_saver *saver = NULL;
    must(rv_saver_open(&saver, &config, err));
    return saver;
}

static struct rv_saver *
with_vm(struct rv_store *store, const char *uid)
{
    struct rv_saver *saver = saver_on(store);
    emit(saver, vm_object("vm-1", uid));
    flush(saver);
    return saver;
}

static void
a_machine_that_is_gone_leaves_host_and_storage_and_is_archived(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = with_vm(store, "uuid-1");
    RV_AUTO_FREE char *id = column_of(store, "SELECT id FROM vms");
    struct rv_cursor cursor;
    must(rv_cursor_now(&cursor, store, err));
    gone(saver, "vm", "vm-1");
    flush(saver);
    assert_column(store,
                  "SELECT name FROM vms WHERE deleted_on IS NOT NULL AND storage_id IS NULL AND"
                  " host_id IS NULL AND ems_cluster_id IS NULL AND ems_id = 1000000900000",
                  "web");
    RV_AUTO_FREE char *changes = changes_since(store, &cursor);
    assert_non_null(strstr(changes, "archived vm {"));
    assert_non_null(strstr(changes, "\"host_id\":1000")); /* where it was, its history tells */
    /* It comes back as it was, in its old row. */
    emit(saver, vm_object("vm-1", "uuid-1"));
    flush(saver);
    assert_column(store,
                  "SELECT id FROM vms WHERE deleted_on IS NULL AND storage_id IS NOT NULL AND"
                  " host_id IS NOT NULL",
                  id);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM hardwares"), 1);
    rv_saver_close(saver);
}

static void
a_machine_that_was_unregistered_keeps_its_storage_and_is_orphaned(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct rv_test_object *vm = vm_object("vm-1", "uuid-1");
    rv_test_set(vm, "registered", "false");
    emit(saver, vm);
    flush(saver);
    gone(saver, "vm", "vm-1");
    flush(saver);
    assert_column(store,
                  "SELECT name FROM vms WHERE deleted_on IS NOT NULL AND storage_id IS NOT NULL"
                  " AND host_id IS NULL",
                  "web");
    rv_saver_close(saver);
}

static void
a_machine_under_a_new_ref_is_known_by_its_uuid(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = with_vm(store, "uuid-1");
    RV_AUTO_FREE char *before = column_of(store, "SELECT id || ' ' || created_on FROM vms");
    rv_test_script(store, "INSERT INTO taggings (id, taggable_type, taggable_id, tag_id)"
                          " SELECT 1000000000990, 'vm', id, 1000000000991 FROM vms");
    gone(saver, "vm", "vm-1");
    flush(saver);
    emit(saver, vm_object("vm-2", "uuid-1"));
    emit(saver, vm_object("vm-3", "uuid-1")); /* a copy that kept the UUID */
    flush(saver);
    assert_column(store, "SELECT id || ' ' || created_on FROM vms WHERE ems_ref = 'vm-2'", before);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM vms WHERE deleted_on IS NULL"), 2);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM taggings"), 1);
    assert_int_equal(counts_of(saver).restored, 1);
    /* The ref is the row's own now. */
    emit(saver, vm_object("vm-2", "uuid-1"));
    flush(saver);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM vms"), 2);
    gone(saver, "vm", "vm-2");
    flush(saver);
    assert_column(store, "SELECT ems_ref FROM vms WHERE deleted_on IS NOT NULL", "vm-2");
    rv_saver_close(saver);
}

static void
a_host_comes_back_by_its_uuid_as_well(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *saver = saver_on(store);
    struct rv_test_object *host = rv_test_object("host", "h-old");
    rv_test_set(host, "name", "esx1");
    rv_test_set(host, "uid_ems", "board-7");
    emit(saver, host);
    flush(saver);
    RV_AUTO_FREE char *id = column_of(store, "SELECT id FROM hosts");
    gone(saver, "host", "h-old");
    flush(saver);
    host = rv_test_object("host", "h-new");
    rv_test_set(host, "name", "esx1");
    rv_test_set(host, "uid_ems", "board-7");
    emit(saver, host);
    flush(saver);
    assert_column(store, "SELECT id FROM hosts WHERE deleted_on IS NULL", id);
    rv_saver_close(saver);
}

static void
a_machine_that_moved_to_another_provider_takes_its_row_along(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *one = with_vm(store, "uuid-1"), *two = saver_of(store, OTHER_EMS);
    RV_AUTO_FREE char *id = column_of(store, "SELECT id FROM vms");
    gone(one, "vm", "vm-1");
    flush(one);
    emit(two, vm_object("vm-77", "uuid-1"));
    flush(two);
    assert_column(store,
                  "SELECT id FROM vms WHERE deleted_on IS NULL AND ems_id = 1000000900001 AND"
                  " ems_ref = 'vm-77'",
                  id);
    assert_column(store, "SELECT ems_id FROM hardwares", "1000000900001");
    /* Back at the first one while the second still has it: they are two. */
    emit(one, vm_object("vm-1", "uuid-1"));
    flush(one);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM vms WHERE deleted_on IS NULL"), 2);
    rv_saver_close(one);
    rv_saver_close(two);
}

static void
a_machine_that_two_providers_see_at_once_is_two_rows(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *one = with_vm(store, "uuid-1"), *two = saver_of(store, OTHER_EMS);
    emit(two, vm_object("vm-1", "uuid-1"));
    flush(two);
    assert_column(store, "SELECT ems_id FROM vms ORDER BY ems_id", "1000000900000,1000000900001");
    rv_saver_close(one);
    rv_saver_close(two);
}

static void
a_row_passes_from_provider_to_provider_and_is_never_at_both(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *one = with_vm(store, "uuid-1"), *two = saver_of(store, OTHER_EMS);
    gone(one, "vm", "vm-1");
    flush(one);
    emit(two, vm_object("vm-77", "uuid-1"));
    flush(two);
    gone(two, "vm", "vm-77");
    flush(two);
    emit(one, vm_object("vm-1", "uuid-1"));
    flush(one);
    emit(two, vm_object("vm-77", "uuid-1"));
    flush(two);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM vms WHERE deleted_on IS NULL"), 2);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(DISTINCT ems_id) FROM vms"), 2);
    rv_saver_close(one);
    rv_saver_close(two);
}

/* Both have read that the row is free; here the other one's change comes first. */
static void
of_two_savers_that_want_a_row_at_once_one_is_told_no(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_saver *one = with_vm(store, "uuid-1"), *two = saver_of(store, OTHER_EMS);
    gone(one, "vm", "vm-1");
    flush(one);
    rv_test_script(store, rv_test_is_postgres()
                              ? "CREATE RULE taken AS ON UPDATE TO vms DO INSTEAD NOTHING"
                              : "CREATE TRIGGER taken BEFORE UPDATE ON vms BEGIN"
                                " SELECT RAISE(IGNORE); END");
    emit(two, vm_object("vm-77", "uuid-1"));
    must_fail(RV_E_CONFLICT, rv_saver_flush(two, err));
    assert_column(store, "SELECT ems_id FROM vms", "1000000900000");
    rv_saver_close(one);
    rv_saver_close(two);
}

static void
of_two_savers_of_a_provider_the_older_one_loses(void **state)
{
    struct rv_store *store = store_of(state), *second = second_store(state);
    struct rv_lease old, new;
    must(rv_lease_take(store, &old, "refresh/1", 11, 1000, err));
    struct rv_saver *older = saver_with(store, &(struct rv_saver_config){ .lease = &old });
    emit(older, node_object("n1", "older"));
    rv_clock_fake(rv_now_ms() + 5000); /* it was frozen, and replaced */
    must(rv_lease_take(second, &new, "refresh/1", 12, 60000, err));
    struct rv_saver *newer = saver_with(second, &(struct rv_saver_config){ .lease = &new });
    emit(newer, node_object("n1", "newer"));
    flush(newer);
    must_fail(RV_E_STALE, rv_saver_flush(older, err));
    assert_column(store, "SELECT name FROM container_nodes", "newer");
    rv_clock_real();
    rv_saver_close(older);
    rv_saver_close(newer);
    rv_store_close(second);
}

/* Takes the lease, lists everything, gives it back; again and again, beside others. */
static int
save_in_turns(void **state, int holder)
{
    struct rv_store *store = second_store(state);
    for (int done = 0, tries = 0; done < 5 && tries < 2000; tries++) {
        rv_err err = RV_ERR_INIT;
        struct rv_lease lease;
        if (rv_lease_take(store, &lease, "refresh/1", holder, 60000, &err) < 0) {
            usleep(5000);
            continue;
        }
        struct rv_saver *saver = saver_with(store, &(struct rv_saver_config){ .lease = &lease });
        struct cluster cluster = { .pods = 40, .nodes = 4, .images = 4, .changed = 10 + done };
        char phase[32];
        snprintf(phase, sizeof(phase), "Phase%d-%d", holder, done++);
        cluster.phase = phase;
        list_cluster(saver, &cluster);
        rv_saver_close(saver);
        if (rv_lease_release(store, &lease, &err) < 0)
            return 2;
        if (done == 5)
            return 0;
    }
    return 1;
}

static void
savers_in_two_processes_leave_no_duplicates(void **state)
{
    struct rv_store *store = store_of(state);
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(save_in_turns(state, 11 + i));
    }
    for (int i = 0; i < 2; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_groups"), 40);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM containers"), 40);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_nodes"), 4);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(*) FROM container_images"), 4);
    assert_int_equal(rv_test_int(store, "SELECT COUNT(DISTINCT phase) FROM container_groups"), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        schema_test(a_machine_that_is_gone_leaves_host_and_storage_and_is_archived),
        schema_test(a_machine_that_was_unregistered_keeps_its_storage_and_is_orphaned),
        schema_test(a_machine_under_a_new_ref_is_known_by_its_uuid),
        schema_test(a_host_comes_back_by_its_uuid_as_well),
        schema_test(a_machine_that_moved_to_another_provider_takes_its_row_along),
        schema_test(a_machine_that_two_providers_see_at_once_is_two_rows),
        schema_test(a_row_passes_from_provider_to_provider_and_is_never_at_both),
        schema_test(of_two_savers_of_a_provider_the_older_one_loses),
        schema_test(savers_in_two_processes_leave_no_duplicates),
        schema_test(of_two_savers_that_want_a_row_at_once_one_is_told_no),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
