/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures of the machine, and disks that are too full.
 */
#include "base/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"
#include "base/meter.h"
#include "base/text.h"
#include "server/disks.h"
#include "server/figures.h"
#include "server/measure.h"
#include "support/support.h"

static struct rv_machine
machine(int swap_total_kib, int swap_free_kib, int available_kib)
{
    char text[256];
    struct rv_machine found;
    snprintf(text, sizeof(text),
             "MemTotal:       8000 kB\nMemFree:   3 kB\nMemAvailable: %d kB\nSwapCached: 9 kB\n"
             "SwapTotal: %d kB\nSwapFree:  %d kB\n",
             available_kib, swap_total_kib, swap_free_kib);
    rv_machine_parse(&found, text);
    return found;
}

static void
swap_in_use_is_told_in_percent_and_available_memory_counts_against_it(void **state)
{
    (void)state;
    struct rv_machine m = machine(1000, 390, 0);
    assert_int_equal(rv_machine_swap_used(&m), 61);
    m = machine(1000, 400, 0);
    assert_int_equal(rv_machine_swap_used(&m), 60);
    m = machine(1000, 100, 50);
    assert_int_equal(rv_machine_swap_short(&m), 85);
    m = machine(1000, 100, 500);
    assert_int_equal(rv_machine_swap_short(&m), 40);
    m = machine(1000, 100, 5000);
    assert_int_equal(rv_machine_swap_short(&m), 0);
}

static void
a_machine_whose_swap_is_used_is_short_only_when_little_memory_is_available(void **state)
{
    (void)state;
    struct rv_machine m = machine(1000, 390, 799);
    assert_true(rv_machine_is_short(&m, 60, 10));
    m = machine(1000, 390, 800);
    assert_false(rv_machine_is_short(&m, 60, 10));
    m = machine(1000, 400, 1);
    assert_false(rv_machine_is_short(&m, 60, 10));
    m = machine(0, 0, 1);
    assert_false(rv_machine_is_short(&m, 60, 10));
    m = machine(1000, 390, 0); /* not told: the swap alone counts */
    assert_true(rv_machine_is_short(&m, 60, 10));
}

static void
a_machine_without_swap_or_figures_is_short_of_nothing(void **state)
{
    (void)state;
    struct rv_machine m = machine(0, 0, 0);
    assert_int_equal(rv_machine_swap_used(&m), 0);
    assert_int_equal(rv_machine_swap_short(&m), 0);
    rv_machine_read(&m, "/nowhere/meminfo");
    assert_int_equal(m.memory_total, 0);
    assert_int_equal(rv_machine_swap_used(&m), 0);
    rv_machine_read(&m, "/proc/meminfo");
    assert_true(m.memory_total > 1 << 20);
}

/* Its name is a setting. */
static void
figures_come_from_a_file_and_nothing_else_is_waited_for(void **state)
{
    (void)state;
    struct rv_machine m;
    char *dir = rv_test_dir();
    RV_AUTO_FREE char *file = rv_format("%s/file", dir), *link = rv_format("%s/link", dir);
    RV_AUTO_FREE char *pipe = rv_format("%s/pipe", dir);
    rv_test_write_file(dir, "file", "MemTotal: 8000 kB\n");
    assert_int_equal(symlink(file, link), 0);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    rv_machine_read(&m, file);
    assert_int_equal(m.memory_total, 8000 * 1024);
    rv_machine_read(&m, link);
    assert_int_equal(m.memory_total, 0);
    rv_machine_read(&m, pipe);
    assert_int_equal(m.memory_total, 0);
    rv_test_dir_remove(dir);
}

static int var_log, home;

static int
used(void *arg, const char *path)
{
    (void)arg;
    return strcmp(path, "/var/log") == 0 ? var_log : strcmp(path, "/srv/reeve") == 0 ? home : -1;
}

static char told[256];

static void
tell(void *arg, const char *event, const char *path, int percent)
{
    size_t len = strlen(told);
    (void)arg;
    snprintf(told + len, sizeof(told) - len, "%s %s %d;", event, path, percent);
}

static int
check(struct rv_disks *disks)
{
    told[0] = '\0';
    return rv_disks_check(disks, "/srv/reeve", 80, used, tell, NULL);
}

static void
a_file_system_at_81_percent_raises_its_event_once_until_it_was_emptied(void **state)
{
    (void)state;
    struct rv_disks disks = { { 0 } };
    var_log = home = 80;
    assert_int_equal(check(&disks), 0);
    assert_string_equal(told, "");
    var_log = 81;
    assert_int_equal(check(&disks), 1);
    assert_string_equal(told, "evm_server_var_log_disk_high_usage /var/log 81;");
    var_log = 95;
    assert_int_equal(check(&disks), 1);
    assert_string_equal(told, "");
    home = 99;
    var_log = 20;
    assert_int_equal(check(&disks), 1);
    assert_string_equal(told, "evm_server_db_disk_high_usage /srv/reeve 99;");
    var_log = 81;
    assert_int_equal(check(&disks), 2);
    assert_string_equal(told, "evm_server_var_log_disk_high_usage /var/log 81;");
    assert_int_equal(rv_disks_check(&disks, "/srv/reeve", 0, used, tell, NULL), 0);
}

static void
the_root_is_a_file_system_of_its_own_and_a_folder_is_not(void **state)
{
    (void)state;
    assert_in_range(rv_machine_mount_used("/"), 0, 100);
    assert_int_equal(rv_machine_mount_used("/usr/bin"), -1);
    assert_in_range(rv_machine_disk_used("/usr/bin"), 0, 100);
    assert_int_equal(rv_machine_disk_used("/nowhere"), -1);
}

/* Of a container that has memory of its own. */
static void
metrics_tell_the_memory_that_the_settings_file_tells(void **state)
{
    (void)state;
    char *dir = rv_test_dir();
    RV_AUTO_FREE char *path = rv_format("%s/meminfo", dir);
    rv_test_write_file(dir, "meminfo", "MemTotal: 4096 kB\nMemFree: 1 kB\nMemAvailable: 1024 kB\n");
    rv_measure_machine(dir, path);
    assert_int_equal(rv_cell_value(rv_meter_cell(RV_M_MEMORY_SIZE, RV_NO_LABELS)), 4096 * 1024);
    assert_int_equal(rv_cell_value(rv_meter_cell(RV_M_MEMORY_AVAILABLE, RV_NO_LABELS)),
                     1024 * 1024);
    assert_true(rv_cell_value(rv_meter_cell(RV_M_DISK_SIZE, RV_NO_LABELS)) > 0);
    rv_meter_reset();
    rv_test_dir_remove(dir);
}

static void
figures_of_a_process_are_read_and_one_that_is_gone_has_none(void **state)
{
    (void)state;
    struct rv_figures figures;
    assert_int_equal(rv_figures_read(&figures, getpid()), 1);
    assert_true(figures.resident_bytes > 0 && figures.virtual_bytes >= figures.resident_bytes);
    assert_true(rv_figures_cpu(getpid()) >= 0);
    assert_int_equal(rv_figures_read(&figures, 0x3fffffff), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swap_in_use_is_told_in_percent_and_available_memory_counts_against_it),
        cmocka_unit_test(
            a_machine_whose_swap_is_used_is_short_only_when_little_memory_is_available),
        cmocka_unit_test(a_machine_without_swap_or_figures_is_short_of_nothing),
        cmocka_unit_test(figures_come_from_a_file_and_nothing_else_is_waited_for),
        cmocka_unit_test(a_file_system_at_81_percent_raises_its_event_once_until_it_was_emptied),
        cmocka_unit_test(the_root_is_a_file_system_of_its_own_and_a_folder_is_not),
        cmocka_unit_test(metrics_tell_the_memory_that_the_settings_file_tells),
        cmocka_unit_test(figures_of_a_process_are_read_and_one_that_is_gone_has_none),
    };
    return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
