/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/mem.h"
#include "model/model.h"
#include "store/schema_internal.h"
#include "support/support.h"

static void
short_index_names_say_what_they_are(void **state)
{
    static const char *const columns[] = { "ems_id", "ems_ref" };
    char name[64];

    (void)state;
    rv_schema_index_name(name, "ux", "vms", columns, 2);
    assert_string_equal(name, "ux_vms_ems_id_ems_ref");
}

static void
long_index_names_are_cut_and_still_differ(void **state)
{
    static const char *const one[] = { "container_service_port_config_id_one" };
    static const char *const two[] = { "container_service_port_config_id_two" };
    char first[64], second[64], again[64];

    (void)state;
    rv_schema_index_name(first, "ix", "container_service_port_configurations", one, 1);
    rv_schema_index_name(second, "ix", "container_service_port_configurations", two, 1);
    rv_schema_index_name(again, "ix", "container_service_port_configurations", one, 1);
    assert_int_equal(strlen(first), 63);
    assert_string_equal(first, again);
    assert_string_not_equal(first, second);
}

static void
ddl_of_a_kind(rv_buf *out, struct rv_store *store, const char *kind)
{
    struct rv_catalogue empty = { 0 };

    rv_schema_kind_ddl(out, store, &empty, rv_model_kind(kind));
    assert_false(out->failed);
}

static void
a_kind_becomes_a_table_with_its_indexes(void **state)
{
    RV_AUTO_BUF rv_buf sql = rv_buf_limited(65536);
    struct rv_test_db db;
    struct rv_store *store = rv_test_store_fresh(&db);

    (void)state;
    ddl_of_a_kind(&sql, store, "container");
    const char *text = rv_buf_text(&sql);
    assert_non_null(strstr(text, "CREATE TABLE \"containers\" (\"id\" INTEGER PRIMARY KEY, "
                                 "\"ems_id\" INTEGER, "));
    assert_non_null(strstr(text, ") STRICT;"));
    assert_non_null(strstr(text, "CREATE UNIQUE INDEX \"ux_containers_"));
    assert_non_null(strstr(text, "CREATE INDEX \"ix_containers_container_image_id\""
                                 " ON \"containers\" (\"container_image_id\");"));
    rv_buf_reset(&sql);
    ddl_of_a_kind(&sql, store, "container_group");
    assert_non_null(strstr(rv_buf_text(&sql),
                           "CREATE UNIQUE INDEX \"ux_container_groups_ems_id_ems_ref\" ON "
                           "\"container_groups\" (\"ems_id\", \"ems_ref\");"));
    assert_non_null(
        strstr(rv_buf_text(&sql), "(\"deleted_on\") WHERE \"deleted_on\" IS NOT NULL;"));
    /* The unique one begins with it. */
    assert_null(strstr(rv_buf_text(&sql), "ix_container_groups_ems_id\""));
    rv_buf_reset(&sql);
    ddl_of_a_kind(&sql, store, "task"); /* its key is the id */
    assert_null(strstr(rv_buf_text(&sql), "UNIQUE"));
    rv_store_close(store);
    rv_test_db_drop(&db);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_index_names_say_what_they_are),
        cmocka_unit_test(long_index_names_are_cut_and_still_differ),
        cmocka_unit_test(a_kind_becomes_a_table_with_its_indexes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
