/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells: kubectl's forms of ages, ratios and the like.
 */
#include <string.h>
#include "base/clock.h"
#include "capture.h"
#include "table.h"

#define NOW 1795341600000LL /* 2026-11-22T10:00:00Z */

static void
durations_are_written_as_kubectl_does(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } table[] = {
        { -2, "<invalid>" },  { -1, "0s" },         { 0, "0s" },          { 1, "1s" },
        { 119, "119s" },      { 120, "2m" },        { 121, "2m1s" },      { 599, "9m59s" },
        { 600, "10m" },       { 659, "10m" },       { 10799, "179m" },    { 10800, "3h" },
        { 10860, "3h1m" },    { 28799, "7h59m" },   { 28800, "8h" },      { 172799, "47h" },
        { 172800, "2d" },     { 176400, "2d1h" },   { 691199, "7d23h" },  { 691200, "8d" },
        { 63071999, "729d" }, { 63072000, "2y" },   { 63158400, "2y1d" }, { 252287999, "7y364d" },
        { 252288000, "8y" },  { 315360000, "10y" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(64);

        cli_add_duration(&text, table[i].seconds * 1000);
        assert_string_equal(rv_buf_text(&text), table[i].text);
    }
}

typedef void (*cell)(rv_buf *out, const cJSON *row, const struct cli_column *column);

struct example {
    cell cell;
    const char *attributes, *row, *text;
};

static void
check(const struct example *example)
{
    const struct cli_column column = { "T", example->attributes, example->cell, "", 0 };
    RV_AUTO_BUF rv_buf text = rv_buf_limited(4096);
    cJSON *row = json(example->row);

    example->cell(&text, row, &column);
    if (strcmp(rv_buf_text(&text), example->text) != 0)
        fail_msg("%s of %s: '%s'", example->attributes, example->row, rv_buf_text(&text));
    cJSON_Delete(row);
}

static void
values_have_their_forms(void **state)
{
    static const struct example table[] = {
        { cli_cell_text, "a", "{'a':'x'}", "x" },
        { cli_cell_text, "a", "{'a':7}", "7" },
        { cli_cell_text, "a", "{'a':1099511627776}", "1099511627776" },
        { cli_cell_text, "a", "{'a':0.25}", "0.25" },
        { cli_cell_text, "a", "{'a':true}", "true" },
        { cli_cell_text, "a", "{'a':['x','y',3]}", "x,y,3" },
        { cli_cell_text, "a", "{'a':[]}", "" },
        { cli_cell_text, "a", "{'a':[{'b':1}]}", "[{\"b\":1}]" },
        { cli_cell_text, "a", "{'a':{'b':1}}", "{\"b\":1}" },
        { cli_cell_text, "a", "{'a':null}", "" },
        { cli_cell_text, "a", "{}", "" },
        { cli_cell_text, "a.b.c", "{'a':{'b':{'c':'deep'}}}", "deep" },
        { cli_cell_text, "a.b", "{'a':'flat'}", "" },
        { cli_cell_short, "a", "{'a':'short'}", "short" },
        { cli_cell_short, "a", "{}", "" },
        { cli_cell_short, "a", "{'a':'12345678901234567890123456789012'}",
          "12345678901234567890123456789012" },
        { cli_cell_short, "a", "{'a':'123456789012345678901234567890123'}",
          "12345678901234567890123456789..." },
        { cli_cell_short, "a", "{'a':'\u00e9\u00e9345678901234567890123456789\u00e9123'}",
          "\u00e9\u00e9345678901234567890123456789..." },
        { cli_cell_first, "a,b,c", "{'b':'x','c':'y'}", "x" },
        { cli_cell_first, "a,b", "{'a':'','b':'x'}", "x" },
        { cli_cell_first, "a,b", "{}", "" },
        { cli_cell_age, "a", "{'a':'2026-11-22T09:55:00Z'}", "5m" },
        { cli_cell_age, "a", "{'a':'2026-11-22T09:59:59.500Z'}", "0s" },
        { cli_cell_age, "a", "{'a':'yesterday'}", "" },
        { cli_cell_age, "a", "{'a':5}", "" },
        { cli_cell_span, "a,b", "{'a':'2026-11-22T09:00:00Z','b':'2026-11-22T09:01:30Z'}", "90s" },
        { cli_cell_span, "a,b", "{'a':'2026-11-22T09:59:00Z'}", "60s" },
        { cli_cell_span, "a,b", "{'b':'2026-11-22T09:59:00Z'}", "" },
        { cli_cell_bytes, "a", "{'a':0}", "0B" },
        { cli_cell_bytes, "a", "{'a':1023}", "1023B" },
        { cli_cell_bytes, "a", "{'a':1024}", "1.0KiB" },
        { cli_cell_bytes, "a", "{'a':1610612736}", "1.5GiB" },
        { cli_cell_bytes, "a", "{'a':17179869184}", "16.0GiB" },
        { cli_cell_bytes, "a", "{'a':'1 GiB'}", "" },
        { cli_cell_ratio, "a,b", "{'a':2,'b':3}", "2/3" },
        { cli_cell_ratio, "a,b", "{'b':3}", "0/3" },
        { cli_cell_ratio, "a,b", "{'a':2}", "2/0" },
        { cli_cell_ratio, "a,b", "{}", "" },
        { cli_cell_path, "a,b", "{'a':'Deployment','b':'web'}", "Deployment/web" },
        { cli_cell_path, "a,b", "{'b':'web'}", "/web" },
        { cli_cell_path, "a,b", "{}", "" },
        { cli_cell_with_note, "a,b", "{'a':'6.1','b':'amd64'}", "6.1 (amd64)" },
        { cli_cell_with_note, "a,b", "{'a':'6.1','b':''}", "6.1" },
        { cli_cell_with_note, "a,b", "{'b':'amd64'}", "" },
        { cli_cell_flag, "a", "{'a':true}", "True" },
        { cli_cell_flag, "a", "{'a':false}", "False" },
        { cli_cell_flag, "a", "{'a':1}", "" },
        { cli_cell_restarts, "a,b", "{'a':0}", "0" },
        { cli_cell_restarts, "a,b", "{'a':3}", "3" },
        { cli_cell_restarts, "a,b", "{'a':3,'b':'2026-11-22T09:50:00Z'}", "3 (10m ago)" },
        { cli_cell_restarts, "a,b", "{'a':0,'b':'2026-11-22T09:50:00Z'}", "0" },
        { cli_cell_restarts, "a,b", "{}", "" },
        { cli_cell_completions, "s,c,p", "{'s':1,'c':3,'p':2}", "1/3" },
        { cli_cell_completions, "s,c,p", "{'c':3}", "0/3" },
        { cli_cell_completions, "s,c,p", "{'s':1,'p':4}", "1/1 of 4" },
        { cli_cell_completions, "s,c,p", "{'s':1,'p':1}", "1/1" },
        { cli_cell_completions, "s,c,p", "{}", "0/1" },
        { cli_cell_modes, "a", "{'a':'ReadWriteMany,ReadWriteOnce'}", "RWO,RWX" },
        { cli_cell_modes, "a", "{'a':['ReadWriteOncePod','ReadOnlyMany']}", "ROX,RWOP" },
        { cli_cell_modes, "a", "{'a':'Other'}", "" },
        { cli_cell_modes, "a", "{}", "" },
        { cli_cell_storage, "a", "{'a':{'storage':'10Gi','x':'1'}}", "10Gi" },
        { cli_cell_storage, "a", "{'a':'10Gi'}", "" },
        { cli_cell_class_name, "a,b", "{'a':'fast','b':true}", "fast (default)" },
        { cli_cell_class_name, "a,b", "{'a':'fast','b':false}", "fast" },
        { cli_cell_class_name, "a,b", "{'a':'fast'}", "fast" },
    };
    (void)state;

    rv_clock_fake(NOW);
    for (size_t i = 0; i < RV_COUNT(table); i++)
        check(&table[i]);
    rv_clock_real();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_written_as_kubectl_does),
        cmocka_unit_test(values_have_their_forms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
