/* SPDX-License-Identifier: Apache-2.0
 *
 * Golden texts of the formats.
 */
#include <string.h>
#include "base/yaml.h"
#include "capture.h"
#include "output.h"

static const struct cli_column columns[] = { { "NAME", "name", cli_cell_text, "<none>", 0 },
                                             { "NODE", "node.name", cli_cell_text, "<none>", 0 },
                                             { "COUNT", "count,name", cli_cell_text, "0", 0 },
                                             CLI_COLUMNS_END };

#define TWO                                                                                        \
    "[{'id':'1','name':'web','node':{'name':'n1'},'count':3,'list':['a','b'],'none':[],"           \
    "'flag':true},{'id':'2','name':'say \\'hi\\', you','count':0.5}]"

static void
print(struct capture *said, enum cli_format format, const char *text, int flags)
{
    struct cli_kind kind = { .name = "vm" };
    CLI_AUTO_VIEW struct cli_view view;
    const struct cli_show show = { format, &view, &kind, flags };
    cJSON *rows = json(text);

    cli_view_of(&view, columns, 0);
    capture_begin(said);
    cli_print_rows(&show, rows);
    capture_end(said);
    cJSON_Delete(rows);
}

static void
lists_are_printed_in_every_format(void **state)
{
    static const struct {
        enum cli_format format;
        int flags;
        const char *text;
    } table[] = {
        { CLI_JSON, 0,
          "[\n"
          "    {\n"
          "        \"id\": \"1\",\n"
          "        \"name\": \"web\",\n"
          "        \"node\": {\n"
          "            \"name\": \"n1\"\n"
          "        },\n"
          "        \"count\": 3,\n"
          "        \"list\": [\n"
          "            \"a\",\n"
          "            \"b\"\n"
          "        ],\n"
          "        \"none\": [],\n"
          "        \"flag\": true\n"
          "    },\n"
          "    {\n"
          "        \"id\": \"2\",\n"
          "        \"name\": \"say \\\"hi\\\", you\",\n"
          "        \"count\": 0.5\n"
          "    }\n"
          "]\n" },
        { CLI_JSONL, 0,
          "{\"id\":\"1\",\"name\":\"web\",\"node\":{\"name\":\"n1\"},\"count\":3,"
          "\"list\":[\"a\",\"b\"],\"none\":[],\"flag\":true}\n"
          "{\"id\":\"2\",\"name\":\"say \\\"hi\\\", you\",\"count\":0.5}\n" },
        { CLI_YAML, 0,
          "- id: \"1\"\n"
          "  name: web\n"
          "  node:\n"
          "    name: n1\n"
          "  count: 3\n"
          "  list:\n"
          "  - a\n"
          "  - b\n"
          "  none: []\n"
          "  flag: true\n"
          "- id: \"2\"\n"
          "  name: \"say \\\"hi\\\", you\"\n"
          "  count: 0.5\n" },
        { CLI_CSV, CLI_TABLE_HEADERS,
          "name,node.name,count\n"
          "web,n1,3\n"
          "\"say \"\"hi\"\", you\",,0.5\n" },
        { CLI_CSV, 0,
          "web,n1,3\n"
          "\"say \"\"hi\"\", you\",,0.5\n" },
        { CLI_NAME, 0, "vm/web\nvm/say \"hi\", you\n" },
        { CLI_TABLE, CLI_TABLE_HEADERS,
          "NAME            NODE     COUNT\n"
          "web             n1       3\n"
          "say \"hi\", you   <none>   0.5\n" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct capture said;

        print(&said, table[i].format, TWO, table[i].flags);
        assert_string_equal(said.out_text, table[i].text);
        assert_int_equal(said.err_len, 0);
        capture_free(&said);
    }
}

static void
an_empty_list_is_a_list(void **state)
{
    static const struct {
        enum cli_format format;
        const char *text;
    } table[] = {
        { CLI_JSON, "[]\n" }, { CLI_YAML, "[]\n" }, { CLI_JSONL, "" },
        { CLI_NAME, "" },     { CLI_TABLE, "" },    { CLI_CSV, "name,node.name,count\n" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct capture said;

        print(&said, table[i].format, "[]", CLI_TABLE_HEADERS);
        assert_string_equal(said.out_text, table[i].text);
        capture_free(&said);
    }
}

static void
a_row_without_a_name_is_named_by_its_id(void **state)
{
    struct capture said;
    (void)state;

    print(&said, CLI_NAME, "[{'id':'7'},{}]", 0);
    assert_string_equal(said.out_text, "vm/7\nvm/\n");
    capture_free(&said);
}

static void
texts_are_plain_in_yaml_only_when_nobody_misreads_them(void **state)
{
    static const char *const table[][2] = {
        { "web", "web" },
        { "web-1.example.com", "web-1.example.com" },
        { "a b", "a b" },
        { "/var/lib", "/var/lib" },
        { "a:b", "a:b" },
        { "a#b", "a#b" },
        { "", "\"\"" },
        { "1", "\"1\"" },
        { "0x1f", "\"0x1f\"" },
        { "1e3", "\"1e3\"" },
        { "10.0.0.1", "\"10.0.0.1\"" },
        { "2026-11-22", "\"2026-11-22\"" },
        { ".inf", "\".inf\"" },
        { "-x", "\"-x\"" },
        { "~", "\"~\"" },
        { "null", "\"null\"" },
        { "True", "\"True\"" },
        { "no", "\"no\"" },
        { "Y", "\"Y\"" },
        { "off", "\"off\"" },
        { "a: b", "\"a: b\"" },
        { "a #b", "\"a #b\"" },
        { "a:", "\"a:\"" },
        { "a ", "\"a \"" },
        { "*a", "\"*a\"" },
        { "a,b", "\"a,b\"" },
        { "x[0]", "\"x[0]\"" },
        { "it's", "\"it's\"" },
        { "say \"hi\"", "\"say \\\"hi\\\"\"" },
        { "back\\slash", "\"back\\\\slash\"" },
        { "a\nb\tc", "\"a\\nb\\tc\"" },
        { "\x01\x1b\x7f", "\"\\x01\\x1b\\x7f\"" },
        { "\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf", "\"\\x85\\u2028\\u2029\\ufeff\"" },
        { "k\xc3\xa4se", "\"k\xc3\xa4se\"" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(256);
        cJSON *value = cJSON_CreateString(table[i][0]), *back = NULL;
        rv_err err = RV_ERR_INIT;

        cli_add_yaml(&text, value);
        text.data[--text.len] = '\0';
        assert_string_equal(rv_buf_text(&text), table[i][1]);
        assert_int_equal(rv_yaml_parse(&back, text.data, text.len, 4096, &err), 0);
        assert_true(cJSON_Compare(value, back, 1));
        cJSON_Delete(value);
        cJSON_Delete(back);
    }
}

static void
documents_read_back_from_yaml_and_json(void **state)
{
    static const char *const table[] = {
        "{}",
        "[]",
        "{'a':{}}",
        "{'a':[]}",
        "[[]]",
        "[[1,2],[3,[4,'x']],{'a':[{'b':1}]}]",
        "{'a':{'b':{'c':[{'d':1,'e':[1]},{'f':null}]}}}",
        "{'needs: quotes':1,'':2,'1':3,'true':4,'- x':5}",
        "{'multi':'line one\\nline two\\n','big':1099511627776,'small':-0.5,'flag':false}",
        "'text'",
        "7",
        "null",
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_BUF rv_buf yaml = rv_buf_limited(4096);
        RV_AUTO_BUF rv_buf text = rv_buf_limited(4096);
        cJSON *value = json(table[i]), *from_yaml = NULL, *from_json = NULL;
        rv_err err = RV_ERR_INIT;

        cli_add_yaml(&yaml, value);
        cli_add_json(&text, value, 0);
        if (rv_yaml_parse(&from_yaml, yaml.data, yaml.len, 4096, &err) < 0)
            fail_msg("%s: %s\n%s", table[i], err.text, yaml.data);
        assert_int_equal(rv_json_parse(&from_json, text.data, text.len, 4096, 0, &err), 0);
        if (!cJSON_Compare(value, from_yaml, 1))
            fail_msg("%s became\n%s", table[i], yaml.data);
        assert_true(cJSON_Compare(value, from_json, 1));
        cJSON_Delete(value);
        cJSON_Delete(from_yaml);
        cJSON_Delete(from_json);
    }
}

static void
csv_fields_are_quoted_and_are_no_formulas(void **state)
{
    static const char *const table[][2] = {
        { "{'a':'x'}", "x\n" },
        { "{'a':'x,y'}", "\"x,y\"\n" },
        { "{'a':'line\\nline'}", "\"line\nline\"\n" },
        { "{'a':'cr\\r'}", "\"cr\r\"\n" },
        { "{'a':'=1+1'}", "'=1+1\n" },
        { "{'a':'+x'}", "'+x\n" },
        { "{'a':'-x'}", "'-x\n" },
        { "{'a':'@x'}", "'@x\n" },
        { "{'a':'\\tx'}", "'\tx\n" },
        { "{'a':-5}", "-5\n" },
        { "{'a':true}", "true\n" },
        { "{'a':null}", "\n" },
        { "{'a':['x','y']}", "\"x,y\"\n" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(256);
        cJSON *row = json(table[i][0]);

        cli_add_csv_row(&text, "a", row);
        assert_string_equal(rv_buf_text(&text), table[i][1]);
        cJSON_Delete(row);
    }
}

static void
one_document_is_no_list(void **state)
{
    static const struct {
        enum cli_format format;
        const char *text;
    } table[] = {
        { CLI_JSON, "{\n    \"name\": \"a\"\n}\n" },
        { CLI_YAML, "name: a\n" },
        { CLI_JSONL, "{\"name\":\"a\"}\n" },
        { CLI_NAME, "vm/a\n" },
        { CLI_CSV, "a,,\n" },
        { CLI_TABLE, "a   <none>   0\n" },
    };
    cJSON *row = json("{'name':'a'}");
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        struct cli_kind kind = { .name = "vm" };
        CLI_AUTO_VIEW struct cli_view view;
        const struct cli_show show = { table[i].format, &view, &kind, 0 };
        struct capture said;

        cli_view_of(&view, columns, 0);
        capture_begin(&said);
        cli_print_one(&show, row);
        capture_end(&said);
        assert_string_equal(said.out_text, table[i].text);
        capture_free(&said);
    }
    cJSON_Delete(row);
}

static void
the_default_is_a_table_on_a_terminal_and_json_elsewhere(void **state)
{
    static const struct cli_option output = { "output", 'o', "FORMAT", "" };
    static const struct cli_command command = { .name = "x", .usage = "" };
    static const struct {
        int terminal;
        const char *given;
        int format, document;
    } table[] = {
        { 1, NULL, CLI_TABLE, CLI_TABLE },
        { 0, NULL, CLI_JSON, CLI_TABLE },
        { 0, "wide", CLI_WIDE, CLI_WIDE },
        { 1, "yaml", CLI_YAML, CLI_YAML },
        { 1, "csv", CLI_CSV, -1 },
        { 1, "name", CLI_NAME, -1 },
        { 1, "xml", -1, -1 },
        { 1, "", -1, -1 },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        const struct cli cli = { .command = &command,
                                 .terminal = table[i].terminal,
                                 .given = { { &output, table[i].given } },
                                 .given_count = table[i].given != NULL };
        struct capture said;
        int format, document;

        capture_begin(&said);
        format = cli_format(&cli);
        document = cli_document_format(&cli);
        capture_end(&said);
        assert_int_equal(format, table[i].format);
        assert_int_equal(document, table[i].document);
        capture_free(&said);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_printed_in_every_format),
        cmocka_unit_test(an_empty_list_is_a_list),
        cmocka_unit_test(a_row_without_a_name_is_named_by_its_id),
        cmocka_unit_test(texts_are_plain_in_yaml_only_when_nobody_misreads_them),
        cmocka_unit_test(documents_read_back_from_yaml_and_json),
        cmocka_unit_test(csv_fields_are_quoted_and_are_no_formulas),
        cmocka_unit_test(one_document_is_no_list),
        cmocka_unit_test(the_default_is_a_table_on_a_terminal_and_json_elsewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
