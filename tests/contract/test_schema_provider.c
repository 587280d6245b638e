/* SPDX-License-Identifier: Apache-2.0
 *
 * Kinds that a provider's module brings: their tables, and who learns of them when.
 */
#include "contract.h"

#include "model/model.h"
#include "reeve/kind.h"
#include "store/feed.h"
#include "store/schema.h"

static const struct reeve_column gadget_columns[] = {
    { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Key" },
    { "name", REEVE_STRING, REEVE_COL_INDEX, NULL, "Name" },
    { "container_node_id", REEVE_REF, 0, "container_node", "Node" },
    REEVE_COLUMNS_END,
};
static const struct reeve_column more_columns[] = {
    { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Key" },
    { "name", REEVE_STRING, REEVE_COL_INDEX, NULL, "Name" },
    { "container_node_id", REEVE_REF, 0, "container_node", "Node" },
    { "weight", REEVE_DOUBLE, 0, NULL, "Weight" },
    REEVE_COLUMNS_END,
};
static const char *const gadget_key[] = { "ems_ref", NULL };

static struct reeve_kind
gadget(const struct reeve_column *columns)
{
    return (struct reeve_kind){ .size = sizeof(struct reeve_kind),
                                .name = "demo_gadget",
                                .table = "demo_gadgets",
                                .api_name = "demo_gadgets",
                                .title = "Gadget",
                                .help = "A thing of the demo provider",
                                .archive = REEVE_ARCHIVE,
                                .columns = columns,
                                .key = gadget_key };
}

static void
fresh_model(void)
{
    rv_model_reset();
    must(rv_model_init(err));
}

static int
end_with_fresh_model(void **state)
{
    int rc = contract_end(state);

    fresh_model();
    return rc;
}

static void
add_gadget(struct rv_store *store, const struct reeve_column *columns)
{
    struct reeve_kind def = gadget(columns);

    must(rv_model_add(&def, err));
    must(rv_schema_add_kind(store, "demo", rv_model_kind("demo_gadget"), err));
}

static void
a_providers_kind_has_its_table_and_is_known_without_the_provider(void **state)
{
    struct rv_store *store = store_of(state), *other;
    rv_value row[2];

    add_gadget(store, gadget_columns);
    must_exec(store,
              "INSERT INTO demo_gadgets (id, ems_id, ems_ref, container_node_id)"
              " VALUES ($1, $2, 'a', 9)",
              rv_vint(1), rv_vint(2));
    must_fail(RV_E_CONFLICT,
              rv_store_exec(store, NULL,
                            "INSERT INTO demo_gadgets (id, ems_id, ems_ref) VALUES (2, 2, 'a')",
                            NULL, 0, err));
    fresh_model();
    assert_null(rv_model_kind("demo_gadget"));
    other = second_store(state);
    must(rv_schema_open(other, err));
    const struct rv_kind *kind = rv_model_kind("demo_gadget");
    assert_non_null(kind);
    assert_string_equal(kind->def->title, "Gadget");
    assert_true(kind->archived);
    must(rv_store_one(other, row, 2, "SELECT provider, name FROM provider_kinds", NULL, 0, err));
    assert_string_equal(row[0].v.text, "demo");
    rv_store_close(other);
}

static void
a_providers_kind_may_grow_and_costs_one_look_otherwise(void **state)
{
    struct rv_store *store = store_of(state);

    add_gadget(store, gadget_columns);
    int64_t before = rv_store_statements(store);
    add_gadget(store, gadget_columns);
    assert_int_equal(rv_store_statements(store) - before, 1);
    add_gadget(store, more_columns);
    must_exec(store, "INSERT INTO demo_gadgets (id, ems_id, weight) VALUES ($1, 2, 1.5)",
              rv_vint(1));
    fresh_model();
    must(rv_schema_open(store, err));
    assert_true(rv_kind_column(rv_model_kind("demo_gadget"), "weight") > 0);
}

static int
is_gadget(void *arg, const struct rv_change *change)
{
    *(int *)arg += strcmp(change->kind->name, "demo_gadget") == 0;
    return 0;
}

static void
a_reader_learns_a_kind_that_came_after_its_start(void **state)
{
    struct rv_store *store = store_of(state);
    struct rv_cursor cursor;
    struct rv_feed *feed = rv_feed_new();
    int seen = 0, count;

    must(rv_cursor_now(&cursor, store, err));
    add_gadget(store, gadget_columns);
    rv_feed_add(feed, rv_model_kind("demo_gadget"), 1, 2, RV_CREATED, NULL);
    must(rv_store_begin(store, err));
    must(rv_feed_flush(feed, store, err));
    must(rv_store_commit(store, err));
    rv_feed_free(feed);
    fresh_model();
    must(count = rv_feed_read(store, &cursor, 10, is_gadget, &seen, err));
    assert_int_equal(count, 1);
    assert_int_equal(seen, 1);
}

static void
reserved_words_may_be_columns(void **state)
{
    rv_err model_err = RV_ERR_INIT;
    static const struct reeve_column columns[] = {
        { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Key" },
        { "order", REEVE_INT, REEVE_COL_INDEX, NULL, "Order" },
        { "user", REEVE_STRING, REEVE_COL_INDEX, NULL, "User" },
        { "group", REEVE_STRING, 0, NULL, "Group" },
        { "limit", REEVE_FLAG, 0, NULL, "Limit" },
        REEVE_COLUMNS_END,
    };
    struct reeve_kind def = gadget(columns);
    static const char *const names[] = { "id", "order", "user", "group", "limit" };
    rv_value row[] = { rv_vint(1), rv_vint(2), rv_vtext("u"), rv_vtext("g"), rv_vint(1) };

    assert_int_equal(rv_model_add(&def, &model_err), 0);
    must(rv_schema_add_kind(store_of(state), "demo", rv_model_kind("demo_gadget"), err));
    must(rv_store_insert_rows(store_of(state), "demo_gadgets", names, 5, row, 1, err));
    row[3] = rv_vtext("h");
    must(rv_store_update_rows(store_of(state), "demo_gadgets", names, 5, row, 1, err));
    assert_column(store_of(state), "SELECT \"group\" FROM demo_gadgets WHERE \"limit\" = TRUE",
                  "h");
}

#define gadget_test(name)                                                                          \
    cmocka_unit_test_setup_teardown(name, contract_schema, end_with_fresh_model)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        gadget_test(a_providers_kind_has_its_table_and_is_known_without_the_provider),
        gadget_test(a_providers_kind_may_grow_and_costs_one_look_otherwise),
        gadget_test(a_reader_learns_a_kind_that_came_after_its_start),
        gadget_test(reserved_words_may_be_columns),
    };
    return cmocka_run_group_tests_name("schema_provider", tests, NULL, NULL);
}
