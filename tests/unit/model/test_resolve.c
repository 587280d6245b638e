/* SPDX-License-Identifier: Apache-2.0
 *
 * Descriptions with mistakes: each is refused, with its place and what is wrong.
 */
#include "support.h"

#define COLUMNS(...)                                                                               \
    (const struct reeve_column[])                                                                  \
    {                                                                                              \
        { "ems_ref", REEVE_STRING, 0, NULL, "Id" }, __VA_ARGS__, REEVE_COLUMNS_END                 \
    }

struct mistake {
    const char *says; /* what the error must say */
    struct reeve_kind def;
};

/* A right kind with some fields replaced (the later designator holds). */
#define WRONG(text, ...)                                                                           \
    {                                                                                              \
        text,                                                                                      \
        {                                                                                          \
            .size = sizeof(struct reeve_kind), .name = "acme_lamp", .table = "acme_lamps",         \
            .api_name = "acme_lamps", .title = "Lamp", .help = "A lamp", .columns = lamp_columns,  \
            .key = LIST("ems_ref"), __VA_ARGS__                                                    \
        }                                                                                          \
    }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct mistake mistakes[] = {
    WRONG("kind 'Lamp' is no name", .name = "Lamp"),
    WRONG("kind '' is no name", .name = NULL),
    WRONG("kind '9lamp' is no name", .name = "9lamp"),
    WRONG("a kind of 8 bytes", .size = 8),
    WRONG("table or api_name is no name", .table = "acme lamps"),
    WRONG("table or api_name is no name", .table = NULL),
    WRONG("table or api_name is no name", .api_name = "\"; DROP TABLE vms; --"),
    WRONG("table or api_name is no name",
          .table = "a23456789_123456789_123456789_123456789_123456789_123456789_1"),
    WRONG("title, help, columns or key is missing", .title = NULL),
    WRONG("title, help, columns or key is missing", .key = NULL),
    WRONG("title, help, columns or key is missing", .columns = NULL),
    WRONG("unknown flags 0x40", .flags = 0x40),
    WRONG("unknown archive rule 7", .archive = 7),
    WRONG("only core has kinds of the server", .flags = REEVE_KIND_SERVER),
    WRONG("alias 'La mp'", .aliases = LIST("La mp")),
    WRONG("an empty key", .key = (const char *const[]){ NULL }),
    WRONG("key column nothing is not there", .key = LIST("nothing")),
    WRONG("a key of more than 6 columns",
          .key = LIST("ems_ref", "name", "watts", "room_type", "room_id", "host_id", "id")),
    WRONG("the first key column must be a string", .key = LIST("watts")),
    WRONG("name_key column watts is no string", .name_key = LIST("watts")),
    WRONG("a key of more than 2 columns", .name_key = LIST("name", "name", "name")),
    WRONG("no other kind, has an owner_column", .owner_column = "host_id"),
    WRONG("no other kind, has an owner_column", .flags = REEVE_KIND_CHILD),
    WRONG("owner_column name is no reference", .flags = REEVE_KIND_CHILD, .owner_column = "name"),
    WRONG("owner_column x_id is no reference", .flags = REEVE_KIND_CHILD, .owner_column = "x_id"),
    WRONG("kept_by 'vm' is no KIND.COLUMN", .kept_by = "vm"),
    WRONG("kept_by 'vm.nothing_id'", .kept_by = "vm.nothing_id"),
    WRONG("kept_by 'vm.host_id'", .kept_by = "vm.host_id"),
    WRONG("column 'Name' is no name", .columns = COLUMNS({ "Name", REEVE_STRING, 0, NULL, "" })),
    WRONG("column ems_ref is there twice",
          .columns = COLUMNS({ "ems_ref", REEVE_STRING, 0, NULL, "Id" })),
    WRONG("column id is core's own", .columns = COLUMNS({ "id", REEVE_INT, 0, NULL, "Id" })),
    WRONG("column deleted_on is core's own",
          .columns = COLUMNS({ "deleted_on", REEVE_TIME, 0, NULL, "Gone" })),
    WRONG("only core keeps columns itself",
          .columns = COLUMNS({ "colour", REEVE_STRING, REEVE_COL_CORE, NULL, "Colour" })),
    WRONG("column colour: unknown type", .columns = COLUMNS({ "colour", 99, 0, NULL, "Colour" })),
    WRONG("column colour: unknown flag",
          .columns = COLUMNS({ "colour", REEVE_STRING, 1 << 20, NULL, "Colour" })),
    WRONG("column colour: help is missing",
          .columns = COLUMNS({ "colour", REEVE_STRING, 0, NULL, NULL })),
    WRONG("only a string can be secret",
          .columns = COLUMNS({ "pin", REEVE_INT, REEVE_COL_SECRET, NULL, "Pin" })),
    WRONG("only a reference has a target",
          .columns = COLUMNS({ "watts", REEVE_INT, 0, "host", "Power" })),
    WRONG("column house_id: unknown kind 'house'",
          .columns = COLUMNS({ "house_id", REEVE_REF, 0, "house", "House" })),
    WRONG("column room_id: a polymorphic reference",
          .columns = COLUMNS({ "room_id", REEVE_REF, 0, NULL, "Room" })),
    WRONG("column room_id: a polymorphic reference",
          .columns = COLUMNS({ "rooms_type", REEVE_STRING, 0, NULL, "Kind" },
                             { "room_id", REEVE_REF, 0, NULL, "Room" })),
    WRONG("column room_id: a polymorphic reference",
          .columns = COLUMNS({ "room_type", REEVE_INT, 0, NULL, "Kind" },
                             { "room_id", REEVE_REF, 0, NULL, "Room" })),
    WRONG("column room: a polymorphic reference",
          .columns = COLUMNS({ "room_type", REEVE_STRING, 0, NULL, "Kind" },
                             { "room", REEVE_REF, 0, NULL, "Room" })),
    WRONG("column room_type: unknown kind 'house'",
          .columns = COLUMNS({ "room_type", REEVE_STRING, 0, "vm house", "Kind" },
                             { "room_id", REEVE_REF, 0, NULL, "Room" })),
};
#pragma GCC diagnostic pop

static void
every_mistake_is_refused_with_its_reason(void **state)
{
    int before = rv_model_count();

    (void)state;
    for (size_t i = 0; i < RV_COUNT(mistakes); i++) {
        rv_err err = RV_ERR_INIT;
        if (rv_model_add(&mistakes[i].def, &err) != RV_E_INVALID)
            fail_msg("%s: class %d, %s", mistakes[i].says, err.code, err.text);
        if (!strstr(err.text, mistakes[i].says))
            fail_msg("expected '%s', got '%s'", mistakes[i].says, err.text);
        assert_int_equal(rv_model_count(), before);
    }
}

static void
too_many_columns_are_refused(void **state)
{
    static struct reeve_column columns[600];
    static char names[600][32];
    rv_err err = RV_ERR_INIT;
    struct reeve_kind def = lamp();

    (void)state;
    for (int i = 0; i < 599; i++) {
        snprintf(names[i], sizeof(names[i]), "c%d", i);
        columns[i] = (struct reeve_column){ names[i], REEVE_STRING, 0, NULL, "A column" };
    }
    def.columns = columns;
    def.key = LIST("c0");
    def.name_key = NULL;
    assert_int_equal(rv_model_add(&def, &err), RV_E_INVALID);
    assert_non_null(strstr(err.text, "more than 500 columns"));
    columns[500].name = NULL;
    rv_err_clear(&err);
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
}

/* A child that its owner has once needs no key. */
static void
a_child_may_have_an_empty_key(void **state)
{
    rv_err err = RV_ERR_INIT;
    struct reeve_kind def = lamp();

    (void)state;
    def.flags = REEVE_KIND_CHILD;
    def.archive = REEVE_DELETE;
    def.owner_column = "host_id";
    def.key = (const char *const[]){ NULL };
    assert_int_equal(rv_model_add(&def, &err), RV_OK);
    const struct rv_kind *kind = rv_model_kind("acme_lamp");
    assert_int_equal(kind->key_count, 0);
    assert_string_equal(kind->columns[kind->owner_column].name, "host_id");
    assert_int_equal(rv_kind_column(kind, "content_hash"), -1);
    assert_int_equal(rv_kind_column(kind, "deleted_on"), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_mistake_is_refused_with_its_reason),
        TEST(too_many_columns_are_refused),
        TEST(a_child_may_have_an_empty_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
