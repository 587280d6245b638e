/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes as they are printed, without a server.
 */
#include <string.h>
#include "capture.h"
#include "watch.h"

static const struct cli_column columns[] = { { "NAME", "name", cli_cell_text, "<none>", 0 },
                                             { "PHASE", "phase", cli_cell_text, "<none>", 0 },
                                             CLI_COLUMNS_END };

/* What the server tells of a row that goes is its id alone. */
static const char *const changes[][2] = {
    { "listed", "{'id':'1','name':'a','phase':'Running'}" },
    { "created", "{'id':'2','name':'b'}" },
    { "updated", "{'id':'1','name':'a','phase':'Failed'}" },
    { "deleted", "{'id':'1','href':'/api/x/1'}" },
    { "deleted", "{'id':'9','href':'/api/x/9'}" },
    { "archived", "{'id':'2','name':'b','deleted_on':'2026-11-22T10:00:00Z'}" },
};

static void
changes_are_printed_in_every_format(void **state)
{
    static const struct {
        enum cli_format format;
        const char *text;
    } table[] = {
        { CLI_TABLE, "EVENT    NAME   PHASE\n"
                     "listed   a      Running\n"
                     "created   b      <none>\n"
                     "updated   a      Failed\n"
                     "deleted   a      Failed\n"
                     "deleted   <none>   <none>\n"
                     "archived   b        <none>\n" },
        { CLI_JSON, "{\"type\":\"listed\",\"object\":{\"id\":\"1\",\"name\":\"a\",\"phase\":"
                    "\"Running\"}}\n"
                    "{\"type\":\"created\",\"object\":{\"id\":\"2\",\"name\":\"b\"}}\n"
                    "{\"type\":\"updated\",\"object\":{\"id\":\"1\",\"name\":\"a\",\"phase\":"
                    "\"Failed\"}}\n"
                    "{\"type\":\"deleted\",\"object\":{\"id\":\"1\",\"name\":\"a\",\"phase\":"
                    "\"Failed\"}}\n"
                    "{\"type\":\"deleted\",\"object\":{\"id\":\"9\",\"href\":\"/api/x/9\"}}\n"
                    "{\"type\":\"archived\",\"object\":{\"id\":\"2\",\"name\":\"b\","
                    "\"deleted_on\":\"2026-11-22T10:00:00Z\"}}\n" },
        { CLI_CSV, "event,name,phase\nlisted,a,Running\ncreated,b,\nupdated,a,Failed\n"
                   "deleted,a,Failed\ndeleted,,\narchived,b,\n" },
        { CLI_NAME, "vm/a\nvm/b\nvm/a\nvm/a\nvm/9\nvm/b\n" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct cli_kind kind = { .name = "vm" };
        CLI_AUTO_VIEW struct cli_view view;
        const struct cli_show show = { table[i].format, &view, &kind, CLI_TABLE_HEADERS };
        struct cli_changes *printer;
        struct capture said;

        cli_view_of(&view, columns, 0);
        printer = cli_changes_new(&show);
        capture_begin(&said);
        for (size_t c = 0; c < RV_COUNT(changes); c++) {
            cli_changes_add(printer, changes[c][0], json(changes[c][1]));
            assert_int_equal(cli_changes_flush(printer), 0);
        }
        capture_end(&said);
        cli_changes_free(printer);
        assert_string_equal(said.out_text, table[i].text);
        capture_free(&said);
    }
}

static void
yaml_changes_are_documents(void **state)
{
    struct cli_kind kind = { .name = "vm" };
    CLI_AUTO_VIEW struct cli_view view;
    const struct cli_show show = { CLI_YAML, &view, &kind, 0 };
    struct cli_changes *printer;
    struct capture said;
    (void)state;

    cli_view_of(&view, columns, 0);
    printer = cli_changes_new(&show);
    capture_begin(&said);
    cli_changes_add(printer, "created", json("{'id':'2','name':'b'}"));
    cli_changes_add(printer, "deleted", json("{'id':'2'}"));
    capture_end(&said);
    assert_string_equal(said.out_text, "---\ntype: created\nobject:\n  id: \"2\"\n  name: b\n"
                                       "---\ntype: deleted\nobject:\n  id: \"2\"\n  name: b\n");
    cli_changes_free(printer);
    capture_free(&said);
}

/* After a server's restart the position in its feed may be unknown: the list is made again. */
static void
what_went_unnoticed_is_told_by_the_next_list(void **state)
{
    struct cli_kind kind = { .name = "vm" };
    CLI_AUTO_VIEW struct cli_view view;
    const struct cli_show show = { CLI_CSV, &view, &kind, 0 };
    cJSON *first = json("[{'id':'1','name':'a'},{'id':'2','name':'b'},{'id':'3','name':'c'}]");
    cJSON *second = json("[{'id':'3','name':'c'},{'id':'4','name':'d'}]");
    struct cli_changes *printer;
    struct capture said;
    (void)state;

    cli_view_of(&view, columns, 0);
    printer = cli_changes_new(&show);
    capture_begin(&said);
    cli_changes_list(printer, first);
    cli_changes_add(printer, "deleted", json("{'id':'1'}"));
    cli_changes_list(printer, second);
    cli_changes_add(printer, "deleted", json("{'id':'4'}"));
    capture_end(&said);
    assert_string_equal(said.out_text, "listed,a,\nlisted,b,\nlisted,c,\ndeleted,a,\n"
                                       "listed,c,\nlisted,d,\ndeleted,b,\ndeleted,d,\n");
    cli_changes_free(printer);
    cJSON_Delete(first);
    cJSON_Delete(second);
    capture_free(&said);
}

static void
a_reader_that_is_gone_is_noticed(void **state)
{
    struct cli_kind kind = { .name = "vm" };
    CLI_AUTO_VIEW struct cli_view view;
    const struct cli_show show = { CLI_JSON, &view, &kind, 0 };
    struct cli_changes *printer;
    FILE *before = stdout;
    (void)state;

    cli_view_of(&view, columns, 0);
    printer = cli_changes_new(&show);
    stdout = fopen("/dev/full", "w");
    cli_changes_add(printer, "created", json("{'id':'2'}"));
    assert_int_equal(cli_changes_flush(printer), -1);
    fclose(stdout);
    stdout = before;
    cli_changes_free(printer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_printed_in_every_format),
        cmocka_unit_test(yaml_changes_are_documents),
        cmocka_unit_test(what_went_unnoticed_is_told_by_the_next_list),
        cmocka_unit_test(a_reader_that_is_gone_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
