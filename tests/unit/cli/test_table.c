/* SPDX-License-Identifier: Apache-2.0
 *
 * Which columns are shown, and their layout.
 */
#include <locale.h>
#include <string.h>
#include "capture.h"
#include "table.h"

static const struct cli_column columns[] = {
    { "NAMESPACE", "namespace", cli_cell_text, "<none>", 0 },
    { "NAME", "name", cli_cell_text, "<none>", 0 },
    { "READY", "ready,total", cli_cell_ratio, "-", 0 },
    { "NODE", "node.name,name", cli_cell_text, "<none>", 1 },
    CLI_COLUMNS_END,
};

static void
views_choose_columns(void **state)
{
    static const struct {
        int flags;
        const char *titles, *attributes;
    } table[] = {
        { 0, "NAMESPACE NAME READY ", "namespace,name,ready,total" },
        { CLI_VIEW_WIDE, "NAMESPACE NAME READY NODE ", "namespace,name,ready,total,node.name" },
        { CLI_VIEW_NO_NAMESPACE, "NAME READY ", "name,ready,total" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        CLI_AUTO_VIEW struct cli_view view;
        RV_AUTO_BUF rv_buf titles = rv_buf_limited(256);
        RV_AUTO_FREE char *attributes = NULL;

        cli_view_of(&view, columns, table[i].flags);
        for (int c = 0; c < view.count; c++)
            rv_buf_addf(&titles, "%s ", view.columns[c].title);
        attributes = cli_view_attributes(&view);
        assert_string_equal(rv_buf_text(&titles), table[i].titles);
        assert_string_equal(attributes, table[i].attributes);
    }
}

static void
people_choose_columns_by_attribute(void **state)
{
    static const char *const bad[] = { "", ",", "a,,b", "a,", ",a" };
    CLI_AUTO_VIEW struct cli_view view = { .count = 0 };
    RV_AUTO_BUF rv_buf many = rv_buf_limited(1024);
    rv_err err = RV_ERR_INIT;
    (void)state;

    assert_int_equal(cli_view_chosen(&view, "name,container_node.name,ems_id", &err), 0);
    assert_int_equal(view.count, 3);
    assert_string_equal(view.columns[1].title, "CONTAINER-NODE.NAME");
    assert_string_equal(view.columns[1].attributes, "container_node.name");
    assert_string_equal(view.columns[2].title, "EMS-ID");
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        CLI_AUTO_VIEW struct cli_view none = { .count = 0 };

        rv_err_clear(&err);
        assert_int_equal(cli_view_chosen(&none, bad[i], &err), RV_E_INVALID);
    }
    for (int i = 0; i <= CLI_VIEW_MAX; i++)
        rv_buf_addf(&many, "%sa%d", i ? "," : "", i);
    cli_view_free(&view);
    assert_int_equal(cli_view_chosen(&view, rv_buf_text(&many), &err), RV_E_INVALID);
}

/* Rows of JSON, printed as one table. */
static void
print(struct capture *said, const struct cli_view *view, int flags, const char *const *rows)
{
    struct cli_table *table = cli_table_new(view, flags);

    for (; *rows; rows++) {
        cJSON *row = json(*rows);

        cli_table_row(table, "updated", row);
        cJSON_Delete(row);
    }
    capture_begin(said);
    cli_table_print(table, stdout);
    capture_end(said);
    cli_table_free(table);
}

static void
tables_are_as_wide_as_their_cells(void **state)
{
    static const char *const rows[] = {
        "{'namespace':'shop','name':'web-1','ready':1,'total':2}",
        "{'namespace':'a-long-namespace','name':'k\xc3\xa4se'}",
        "{'name':'\xe6\x97\xa5\xe6\x9c\xac','ready':0,'total':1}",
        "{'namespace':'x','name':'tab\\tnewline\\n'}",
        NULL,
    };
    static const char *const nothing[] = { NULL };
    static const struct {
        int flags;
        const char *const *rows;
        const char *text;
    } table[] = {
        { CLI_TABLE_HEADERS, rows,
          "NAMESPACE          NAME           READY\n"
          "shop               web-1          1/2\n"
          "a-long-namespace   k\xc3\xa4se           -\n"
          "<none>             \xe6\x97\xa5\xe6\x9c\xac           0/1\n"
          "x                  tab newline?   -\n" },
        { 0, rows,
          "shop               web-1          1/2\n"
          "a-long-namespace   k\xc3\xa4se           -\n"
          "<none>             \xe6\x97\xa5\xe6\x9c\xac           0/1\n"
          "x                  tab newline?   -\n" },
        { CLI_TABLE_HEADERS, nothing, "" },
    };
    CLI_AUTO_VIEW struct cli_view view;
    (void)state;

    setlocale(LC_CTYPE, "C.UTF-8");
    cli_view_of(&view, columns, 0);
    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct capture said;

        print(&said, &view, table[i].flags, table[i].rows);
        assert_string_equal(said.out_text, table[i].text);
        capture_free(&said);
    }
}

static void
a_watched_table_keeps_its_widths_and_headers(void **state)
{
    static const char *const rows[] = { "{'namespace':'shop','name':'a-long-name','ready':1}",
                                        "{'namespace':'s','name':'b','ready':1}",
                                        "{'namespace':'s','name':'an-even-longer-name'}" };
    struct cli_table *table;
    struct cli_view view;
    struct capture said;
    (void)state;

    cli_view_of(&view, columns, 0);
    table = cli_table_new(&view, CLI_TABLE_HEADERS | CLI_TABLE_LEAD);
    capture_begin(&said);
    cli_table_print(table, stdout); /* nothing yet: no headers either */
    for (size_t i = 0; i < RV_COUNT(rows); i++) {
        cJSON *row = json(rows[i]);

        cli_table_row(table, i ? "updated" : "listed", row);
        cli_table_print(table, stdout);
        cJSON_Delete(row);
    }
    capture_end(&said);
    assert_string_equal(said.out_text, "EVENT    NAMESPACE   NAME          READY\n"
                                       "listed   shop        a-long-name   1/0\n"
                                       "updated   s           b             1/0\n"
                                       "updated   s           an-even-longer-name   -\n");
    capture_free(&said);
    cli_table_free(table);
}

static void
colors_mark_what_is_good_and_bad(void **state)
{
    static const char *const rows[] = { "{'namespace':'Running','name':'CrashLoopBackOff'}", NULL };
    CLI_AUTO_VIEW struct cli_view view;
    struct capture said;
    (void)state;

    cli_view_of(&view, columns, 0);
    print(&said, &view, CLI_TABLE_HEADERS | CLI_TABLE_COLOR, rows);
    assert_string_equal(
        said.out_text,
        "\033[1mNAMESPACE\033[0m   \033[1mNAME\033[0m               \033[1mREADY\033[0m\n"
        "\033[32mRunning\033[0m     \033[31mCrashLoopBackOff\033[0m   -\n");
    capture_free(&said);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_choose_columns),
        cmocka_unit_test(people_choose_columns_by_attribute),
        cmocka_unit_test(tables_are_as_wide_as_their_cells),
        cmocka_unit_test(a_watched_table_keeps_its_widths_and_headers),
        cmocka_unit_test(colors_mark_what_is_good_and_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
