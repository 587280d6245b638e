/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects as text.
 */
#include <string.h>
#include "capture.h"
#include "describe.h"

static void
check(const char *document, const char *text)
{
    const struct cli cli = { .color = 0 };
    cJSON *object = json(document);
    struct capture said;

    capture_begin(&said);
    cli_print_object(&cli, object);
    capture_end(&said);
    assert_string_equal(said.out_text, text);
    capture_free(&said);
    cJSON_Delete(object);
}

static void
fields_stand_below_each_other_with_names_of_references(void **state)
{
    (void)state;

    check("{'href':'x','id':'7','name':'web','container_node_id':'9','container_node':"
          "{'name':'n1'},'ems_id':'1','ext_management_system':{'name':'prod'},'owner_id':'5',"
          "'ready':true,'modes':['a','b'],'none':[],'actions':[{'name':'edit'}]}",
          "id:                7\n"
          "name:              web\n"
          "container_node_id: 9 (n1)\n"
          "ems_id:            1 (prod)\n"
          "owner_id:          5\n"
          "ready:             true\n"
          "modes:             a,b\n");
}

static void
objects_and_lists_come_behind_the_fields(void **state)
{
    (void)state;

    check("{'capacity':{'cpu':'4','memory':'8Gi'},'name':'n',"
          "'hardware':{'href':'x','id':'3','resource_id':'7','memory_mb':1024},"
          "'container_conditions':[{'id':'1','href':'x','name':'Ready','status':'True'},"
          "{'id':'2','href':'y','name':'Disk','reason':'Full'}],'empty':{},"
          "'custom_attributes':[{'section':'labels','name':'app','value':'web'},"
          "{'section':'labels','name':'tier'},{'section':'selectors','name':'x','value':'y'}],"
          "'tags':[{'href':'x','id':'4','name':'/managed/team/\\u001bweb'}]}",
          "name: n\n"
          "\ncapacity:\n  cpu:    4\n  memory: 8Gi\n"
          "\nhardware:\n  memory_mb: 1024\n"
          "\ncontainer_conditions (2):\n"
          "NAME    STATUS   REASON\n"
          "Ready   True     <none>\n"
          "Disk    <none>   Full\n"
          "\nlabels:\n  app=web\n  tier=\n"
          "\nselectors:\n  x=y\n"
          "\ntags:\n  /managed/team/?web\n");
}

static void
lists_with_many_columns_are_written_downwards(void **state)
{
    (void)state;

    check("{'rows':[{'a':1,'b':2,'c':3,'d':4,'e':5,'f':6,'g':7,'h':8,'long_name':9},{'a':0}]}",
          "\nrows (2):\n"
          "- a:         1\n  b:         2\n  c:         3\n  d:         4\n  e:         5\n"
          "  f:         6\n  g:         7\n  h:         8\n  long_name: 9\n"
          "- a: 0\n");
}

static void
nothing_in_it_drives_the_terminal(void **state)
{
    (void)state;

    check("{'na\\u001bme':'a\\nb\\u001b[2J','list\\u0007':[{'x\\u001b':'\\u009b31m'}],"
          "'custom_attributes':[{'section':'s\\u001b','name':'n\\r','value':'v\\b'}]}",
          "na?me: a?b?[2J\n"
          "\nlist? (1):\nX?\n?31m\n"
          "\ns?:\n  n?=v?\n");
}

static void
references_are_named_by_their_column(void **state)
{
    static const char *const table[][2] = {
        { "container_node_id", "container_node" },
        { "ems_id", "ext_management_system" },
        { "zone", "zone" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        char name[64];

        cli_reference_name(name, table[i][0]);
        assert_string_equal(name, table[i][1]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_stand_below_each_other_with_names_of_references),
        cmocka_unit_test(objects_and_lists_come_behind_the_fields),
        cmocka_unit_test(lists_with_many_columns_are_written_downwards),
        cmocka_unit_test(nothing_in_it_drives_the_terminal),
        cmocka_unit_test(references_are_named_by_their_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
