/* SPDX-License-Identifier: Apache-2.0
 *
 * What is told of a domain that nothing is resolved of.
 */
#include "resolve/check.h"

#include "../base/check.h"
#include "base/mem.h"
#include "base/text.h"

static const struct {
    int aetype, datatype;
    const char *value, *says; /* NULL: it is well */
} values[] = {
    { RV_AE_ASSERTION, 0, "${/#kind} == 'vm' and (${#size} > 9)", NULL },
    { RV_AE_ASSERTION, 0, "'a' == ", "a value is missing at character 8" },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_STRING, "plain # text ${#a.b} {}", NULL },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_STRING, "${#a", "'${#a' has no }" },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_STRING, "${/#}", "${/#}: a name is missing" },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_STRING, "${#a..b}", "a name is missing" },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_STRING, "${#a${#b}}", "${ within another" },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_INTEGER, "12", NULL },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_INTEGER, "${#n}", NULL },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_INTEGER, "twelve", "is not a whole number" },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_BOOLEAN, "maybe", "neither true nor false" },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_TIME, "soon", "is not a time" },
    { RV_AE_ATTRIBUTE, RV_AE_DATA_PASSWORD, "${", NULL },
    { RV_AE_RELATIONSHIP, 0, "/A/B/${#name}?x=${/#y}#go", NULL },
    { RV_AE_RELATIONSHIP, 0, "# /A//b", NULL },
    { RV_AE_RELATIONSHIP, 0, "/A//b", "it has an empty part" },
    { RV_AE_RELATIONSHIP, 0, "b", "names no class" },
    { RV_AE_RELATIONSHIP, 0, "http://a/b", "'http' is no scheme" },
    { RV_AE_METHOD, 0, "work(size => ${#size}, who => 'a, b')", NULL },
    { RV_AE_METHOD, 0, "work(size)", "arguments are written" },
    { RV_AE_STATE, 0, "METHOD::work?x=%zz", "is no encoded character" },
    { RV_AE_STATE, 0, "/A/B/c", NULL },
};

static void
a_value_that_cannot_be_read_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(values); i++) {
        const struct rv_ae_field field = { .name = "x",
                                           .aetype = values[i].aetype,
                                           .datatype = values[i].datatype,
                                           .flags = RV_AE_SUBSTITUTE };
        rv_err err = RV_ERR_INIT;
        int rc = rv_ws_check_value(&field, values[i].value, &err);
        if (values[i].says == NULL && rc < 0)
            fail_msg("%s: %s", values[i].value, err.text);
        if (values[i].says) {
            assert_int_equal(rc, RV_E_INVALID);
            assert_contains(err.text, values[i].says);
        }
    }
}

static void
add_note(void *arg, enum rv_ae_note_level level, const char *file, int line, const char *text)
{
    rv_buf_addf(arg, "%s:%d %s%s\n", file, line,
                level == RV_AE_NOTE_ERROR ? "" : "warning: ", text);
}

static const char *const shop =
    "Shop:\n"
    "  __domain__.yaml:\n"
    "    object_type: domain\n"
    "    version: 1.0\n"
    "    object:\n"
    "      attributes: {name: Shop}\n"
    "  Orders:\n"
    "    __namespace__.yaml:\n"
    "      object_type: namespace\n"
    "      version: 1.0\n"
    "      object:\n"
    "        attributes: {name: Orders}\n"
    "    Order.class:\n"
    "      __class__.yaml:\n"
    "        object_type: class\n"
    "        version: 1.0\n"
    "        object:\n"
    "          attributes: {name: Order}\n"
    "          schema:\n"
    "          - field: {name: size, aetype: attribute, datatype: integer, default_value: many}\n"
    "          - field: {name: next, aetype: relationship, collect: '[size].median'}\n"
    "          - field: {name: pay, aetype: state, default_value: 'METHOD::chargee',\n"
    "              on_entry: 'charge; chrge', max_retries: few, max_time: a while}\n"
    "          - field: {name: late, aetype: state, message: overdue}\n"
    "      first.yaml:\n"
    "        object_type: instance\n"
    "        version: 1.0\n"
    "        object:\n"
    "          attributes: {name: first}\n"
    "          fields:\n"
    "          - next: {value: /Orders/Order/secnd}\n"
    "      second.yaml:\n"
    "        object_type: instance\n"
    "        version: 1.0\n"
    "        object:\n"
    "          attributes: {name: second}\n"
    "          fields:\n"
    "          - next: {value: /Orders/Ordr/first}\n"
    "      third.yaml:\n"
    "        object_type: instance\n"
    "        version: 1.0\n"
    "        object:\n"
    "          attributes: {name: third}\n"
    "          fields:\n"
    "          - next: {value: '/System/event_handlers/refresh?target=${/#target}'}\n"
    "      __methods__:\n"
    "        charge.yaml:\n"
    "          object_type: method\n"
    "          version: 1.0\n"
    "          object:\n"
    "            attributes: {name: charge, language: lua, location: inline}\n"
    "        charge.lua: 'return 1'\n"
    "        refund.yaml:\n"
    "          object_type: method\n"
    "          version: 1.0\n"
    "          object:\n"
    "            attributes: {name: refund, language: lua, location: inline}\n"
    "        refund.lua: 'return 2'\n";

static void
a_domain_is_looked_through_with_file_and_line(void **state)
{
    RV_AUTO_BUF rv_buf notes = rv_buf_limited(1 << 16);
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    rv_err err = RV_ERR_INIT;
    const struct rv_ae_notes to = { add_note, &notes };
    (void)state;
    if (rv_ae_tree_parse(&tree, shop, strlen(shop), NULL, &err) < 0)
        fail_msg("%s", err.text);
    rv_ws_check_tree(tree, &to);
    static const char *const told[] = {
        ":20 size: field 'size': 'many' is not a whole number\n",
        ":21 collect: collect '[size].median': 'median' is no aggregate\n",
        ":22 max_retries: 'few' is not a whole number\n",
        ":22 max_time: 'a while' is not a duration",
    };
    for (size_t i = 0; i < RV_COUNT(told); i++)
        assert_contains(rv_buf_text(&notes), told[i]);
}

static void
what_is_shipped_has_no_mistakes(void **state)
{
    RV_AUTO_BUF rv_buf notes = rv_buf_limited(1 << 16);
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    rv_err err = RV_ERR_INIT;
    const struct rv_ae_notes to = { add_note, &notes };
    (void)state;
    if (rv_ae_tree_read(&tree, REEVE_SOURCE_DIR "/automate/domains", NULL, &err) < 0)
        fail_msg("%s", err.text);
    rv_ws_check_tree(tree, &to);
    assert_string_equal(rv_buf_text(&notes), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_that_cannot_be_read_says_why),
        cmocka_unit_test(a_domain_is_looked_through_with_file_and_line),
        cmocka_unit_test(what_is_shipped_has_no_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
