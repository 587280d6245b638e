/* SPDX-License-Identifier: Apache-2.0
 *
 * What reevectl status draws: a region with more than one server, and texts that are not to reach
 * the terminal as they are.
 */
#include <string.h>
#include "capture.h"
#include "status.h"

static const char region[] =
    "{'servers':["
    "{'id':'1','name':'east','status':'started','version':'1.0','pid':10,'zone':{'name':'default'},"
    " 'unique_set_size':1048576},"
    "{'id':'2','name':'west','status':'not responding','version':'1.0','pid':20,"
    " 'zone':{'name':'edge'},'unique_set_size':2097152}],"
    "'roles':["
    "{'miq_server_id':'1','active':true,'server_role':{'name':'scheduler'}},"
    "{'miq_server_id':'2','active':false,'server_role':{'name':'scheduler'}},"
    "{'miq_server_id':'2','active':true,'server_role':{'name':'event'}}],"
    "'workers':["
    "{'id':'5','type':'generic','status':'ready','pid':11,'miq_server_id':'1',"
    " 'unique_set_size':4194304},"
    "{'id':'6','type':'priority','status':'ready','pid':21,'miq_server_id':'2',"
    " 'unique_set_size':8388608}],"
    "'providers':[],'queue':{},'inventory':{}}";

/* The part of a server, from its line to the next one's or the end. */
static const char *
part_of(char *text, const char *from, const char *to)
{
    char *begin = strstr(text, from);
    assert_non_null(begin);
    char *end = to ? strstr(begin, to) : NULL;
    if (end)
        *end = '\0';
    return begin;
}

static void
draw(struct capture *capture, const cJSON *all)
{
    struct cli cli = { .terminal = 0 };

    capture_begin(capture);
    cli_status_draw(&cli, all);
    capture_end(capture);
}

static void
each_server_of_a_region_is_shown_with_its_own_zone_roles_workers_and_memory(void **state)
{
    RV_AUTO_JSON cJSON *all = json(region);
    struct capture capture;
    (void)state;

    draw(&capture, all);
    assert_non_null(strstr(capture.out_text, "workers (2)"));
    assert_non_null(strstr(capture.out_text, "generic"));
    assert_non_null(strstr(capture.out_text, "priority"));
    const char *west = part_of(capture.out_text, "west ", "  address");
    assert_non_null(strstr(west, "not responding"));
    assert_non_null(strstr(west, "zone edge"));
    assert_non_null(strstr(west, "scheduler (stands by) event"));
    assert_non_null(strstr(west, "10.0MiB of its own"));
    const char *east = part_of(capture.out_text, "east ", "west ");
    assert_non_null(strstr(east, "zone default"));
    assert_non_null(strstr(east, "scheduler \n"));
    assert_non_null(strstr(east, "5.0MiB of its own"));
    capture_free(&capture);
}

static void
what_servers_and_providers_say_of_themselves_does_not_drive_the_terminal(void **state)
{
    RV_AUTO_JSON cJSON *all =
        json("{'url':'http://\\u001b[2J','servers':[{'id':'1','name':'a\\u001b[2J',"
             "'status':'started\\u001b[2J','version':'1.0\\u001b[2J','pid':10,"
             "'zone':{'name':'z\\u001b[2J'}}],"
             "'providers':[{'name':'p\\u001b[2J','emstype':'demo\\u001b[2J',"
             "'state':'ok\\u001b[2J','last_refresh_error':'\\u009b2J'}],"
             "'queue':{},'inventory':{}}");
    struct capture capture;
    (void)state;

    draw(&capture, all);
    assert_non_null(strstr(capture.out_text, "version 1.0?[2J"));
    assert_non_null(strstr(capture.out_text, "demo?[2J"));
    assert_null(strchr(capture.out_text, '\033'));
    assert_null(strstr(capture.out_text, "\xc2\x9b"));
    capture_free(&capture);
}

static void
warnings_of_servers_are_told_with_what_to_do(void **state)
{
    RV_AUTO_JSON cJSON *all = json("{'servers':[{'warnings':[{'text':'a; b is full',"
                                   "'hint':'empty it'}]}],'providers':[{'state':'ok'}]}");
    RV_AUTO_JSON cJSON *hints = cJSON_CreateArray();
    (void)state;

    cli_status_hints(hints, all);
    assert_int_equal(cJSON_GetArraySize(hints), 1);
    assert_string_equal(hints->child->valuestring, "a; b is full: empty it");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            each_server_of_a_region_is_shown_with_its_own_zone_roles_workers_and_memory),
        cmocka_unit_test(what_servers_and_providers_say_of_themselves_does_not_drive_the_terminal),
        cmocka_unit_test(warnings_of_servers_are_told_with_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
