/* SPDX-License-Identifier: Apache-2.0
 *
 * Trees that are read: what is found in them, and what is said of those that are wrong.
 */
#include "../base/check.h"

#include <sys/stat.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "support/support.h"
#include "tree/node.h"
#include "tree/read.h"

#define ACME REEVE_SOURCE_DIR "/tests/data/automate"

static struct rv_ae_tree *
read_acme(void)
{
    rv_err err = RV_ERR_INIT;
    struct rv_ae_tree *tree;

    if (rv_ae_tree_read(&tree, ACME, NULL, &err) < 0)
        fail_msg("%s", err.text);
    return tree;
}

static void
a_folder_of_domains_is_read_whole(void **state)
{
    (void)state;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_acme();
    const struct rv_ae_tree_domain *acme = rv_ae_tree_domain(tree, "ACME");

    assert_non_null(acme);
    assert_string_equal(acme->def.description, "What the tests read");
    assert_int_equal(acme->def.priority, 10);
    assert_int_equal(acme->namespace_count, 4); /* one without a file of its own */
    assert_int_equal(acme->class_count, 4);
    const struct rv_ae_tree_class *demo = rv_ae_tree_class(acme, "system/event/EMSEVENT/demo");
    assert_string_equal(demo->def.path, "System/Event/EmsEvent/Demo");
    assert_string_equal(demo->def.name, "Demo");
    assert_ptr_equal(demo->def.domain, &acme->def);
    assert_int_equal(demo->def.field_count, 2);
    assert_string_equal(demo->def.fields[0].name, "rel1"); /* by priority, not as written */
    assert_int_equal(demo->def.fields[0].aetype, RV_AE_RELATIONSHIP);
    assert_int_equal(demo->def.fields[0].flags, RV_AE_SUBSTITUTE);
}

static void
a_number_that_json_cannot_hold_stays_the_text_that_it_was(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        int is_number;
    } cases[] = { { "12", 1 },
                  { "-9007199254740992", 1 },
                  { "9007199254740993", 0 },
                  { "-9223372036854775808", 0 },
                  { "007", 0 } };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        struct rv_arena *arena = rv_arena_new(0);
        struct rv_ae_node *node = NULL;
        assert_int_equal(
            rv_ae_node_parse(&node, arena, cases[i].yaml, strlen(cases[i].yaml), 100, &err), 0);
        RV_AUTO_JSON cJSON *json = rv_ae_node_json(node);
        assert_int_equal(cJSON_IsNumber(json), cases[i].is_number);
        if (!cases[i].is_number)
            assert_string_equal(cJSON_GetStringValue(json), cases[i].yaml);
        rv_arena_free(arena);
    }
}

static void
a_leading_underscore_is_a_leading_dot(void **state)
{
    (void)state;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_acme();
    const struct rv_ae_tree_domain *acme = rv_ae_tree_domain(tree, "Acme");
    const struct rv_ae_tree_class *demo = rv_ae_tree_class(acme, "System/Event/EmsEvent/Demo");
    const struct rv_ae_tree_class *mail = rv_ae_tree_class(acme, "Integration/Mail");

    assert_non_null(rv_ae_tree_instance(demo, ".missing"));
    assert_null(rv_ae_tree_instance(demo, "_missing"));
    assert_non_null(rv_ae_tree_instance(mail, ".default"));
}

static void
values_are_texts_as_they_were_written(void **state)
{
    (void)state;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_acme();
    const struct rv_ae_tree_domain *acme = rv_ae_tree_domain(tree, "Acme");
    const struct rv_ae_tree_class *steps = rv_ae_tree_class(acme, "Integration/Steps");
    const struct rv_ae_tree_class *mail = rv_ae_tree_class(acme, "Integration/Mail");
    const struct rv_ae_instance *playbook = rv_ae_tree_instance(steps, "Playbook");
    const struct rv_ae_method *ask = rv_ae_tree_method(steps, "ask");

    assert_int_equal(playbook->entry_count, 1);
    assert_string_equal(playbook->entries[0].max_retries, "3");
    assert_string_equal(playbook->entries[0].on_entry, "first\n  second: with a colon");
    assert_null(playbook->entries[0].on_exit);
    assert_string_equal(steps->def.fields[0].max_time, "10.minutes");
    assert_int_equal(steps->def.fields[0].flags, RV_AE_SUBSTITUTE | RV_AE_ONCE);
    assert_int_equal(mail->def.fields[0].flags, 0);
    assert_int_equal(mail->def.fields[0].datatype, RV_AE_DATA_OBJECT);
    assert_string_equal(mail->def.fields[0].object_class, "host");
    assert_string_equal(rv_ae_tree_instance(mail, ".default")->entries[1].value, "12");
    assert_string_equal(ask->options,
                        "{\"hosts\":[\"localhost\",\"10.0.0.1\"],\"repository_id\":17,"
                        "\"ttl\":\"20\"}");
}

static void
a_method_has_the_text_that_lies_beside_it(void **state)
{
    (void)state;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_acme();
    const struct rv_ae_tree_domain *acme = rv_ae_tree_domain(tree, "Acme");
    const struct rv_ae_method *note =
        rv_ae_tree_method(rv_ae_tree_class(acme, "System/Event/EmsEvent/Demo"), "NOTE_start");
    const struct rv_ae_method *format =
        rv_ae_tree_method(rv_ae_tree_class(acme, "Integration/Mail"), "format");

    assert_string_equal(note->language, "lua");
    assert_contains(note->data, "ünder way");
    assert_int_equal(note->data_len, strlen(note->data));
    assert_int_equal(strlen(note->digest), 32);
    assert_int_equal(note->input_count, 2);
    assert_string_equal(note->inputs[1].default_value, "003");
    assert_int_equal(note->embedded_count, 1);
    assert_string_equal(note->embedded[0], "/Integration/Mail/format");
    assert_string_equal(format->data, "puts \"kept as it is\"\n");
    assert_string_not_equal(note->digest, format->digest);
}

static void
every_definition_knows_its_file_and_line(void **state)
{
    (void)state;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_acme();
    const struct rv_ae_tree_domain *acme = rv_ae_tree_domain(tree, "Acme");
    const struct rv_ae_tree_class *demo = rv_ae_tree_class(acme, "System/Event/EmsEvent/Demo");
    const struct rv_ae_instance *started = rv_ae_tree_instance(demo, "vm_started");

    assert_string_equal(started->at.file, "Acme/System/Event/EmsEvent/Demo.class/vm_started.yaml");
    assert_int_equal(started->entries[1].at.line, 10);
    assert_int_equal(demo->def.fields[0].at.line, 14);
}

static void
the_folder_of_one_domain_is_read_too(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;

    if (rv_ae_tree_read(&tree, ACME "/Acme", NULL, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(tree->domain_count, 1);
    assert_non_null(rv_ae_tree_class(rv_ae_tree_domain(tree, "Acme"), "Integration/Steps"));
}

static void
the_resolver_asks_a_tree_as_it_asks_the_datastore(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_acme();
    struct rv_ae_source *source = rv_ae_tree_source(tree);
    const struct rv_ae_domain *const *domains;
    const struct rv_ae_class *class;
    const struct rv_ae_instance *instance;
    const struct rv_ae_method *method;
    size_t count;

    assert_int_equal(source->domains(source->arg, &domains, &count, &err), 0);
    assert_int_equal(count, 1);
    assert_int_equal(
        source->find_class(source->arg, domains[0], "Integration/Nothing", &class, &err),
        RV_E_NOT_FOUND);
    assert_int_equal(source->find_class(source->arg, domains[0], "integration/mail", &class, &err),
                     0);
    assert_int_equal(source->find_instance(source->arg, class, ".DEFAULT", &instance, &err), 0);
    assert_ptr_equal(instance->class, class);
    assert_int_equal(source->find_method(source->arg, class, "Format", &method, &err), 0);
    assert_int_equal(source->find_method(source->arg, class, "none", &method, &err),
                     RV_E_NOT_FOUND);
    rv_ae_tree_source_close(source);
}

static int
collect(void *arg, const struct rv_ae_instance *instance, rv_err *err)
{
    (void)err;
    rv_buf_addf(arg, "%s ", instance->name);
    return 0;
}

static void
a_pattern_finds_instances_in_order_and_not_more_than_asked_for(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_acme();
    struct rv_ae_source *source = rv_ae_tree_source(tree);
    RV_AUTO_BUF rv_buf names = rv_buf_limited(1000);
    const struct rv_ae_tree_class *demo =
        rv_ae_tree_class(rv_ae_tree_domain(tree, "Acme"), "System/Event/EmsEvent/Demo");

    assert_int_equal(source->match(source->arg, &demo->def, "*", 10, collect, &names, &err), 0);
    assert_string_equal(rv_buf_text(&names), ".missing vm_started ");
    rv_buf_reset(&names);
    assert_int_equal(source->match(source->arg, &demo->def, "VM_*e?", 10, collect, &names, &err),
                     0);
    assert_string_equal(rv_buf_text(&names), "vm_started ");
    assert_int_equal(source->match(source->arg, &demo->def, "*", 1, collect, &names, &err),
                     RV_E_LIMIT);
    rv_ae_tree_source_close(source);
}

static const struct {
    const char *pattern, *name;
    int matches;
} globs[] = {
    { "*", "", 1 },
    { "", "", 1 },
    { "a*b*c", "aXbYc", 1 },
    { "a*b*c", "aXbY", 0 },
    { "?", "", 0 },
    { "A?C", "abc", 1 },
    { "*.default", ".default", 1 },
    { "**a", "bbba", 1 },
    { "a", "ab", 0 },
    { "*a*a*a*a*b", "aaaaaaaaaaaaaaaa", 0 },
};

static void
stars_and_question_marks_match_without_regard_to_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(globs); i++)
        if (rv_ae_glob(globs[i].pattern, globs[i].name) != globs[i].matches)
            fail_msg("'%s' and '%s'", globs[i].pattern, globs[i].name);
}

static void
a_tree_of_the_size_of_manageiqs_own_is_counted(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char *dir = rv_test_dir();
    size_t instances = 0, methods = 0;
    RV_AUTO_FREE char *command =
        rv_format("python3 " REEVE_SOURCE_DIR "/tests/support/make_domain.py %s", dir);
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    const char *const argv[] = { "/bin/sh", "-c", command, NULL };

    assert_int_equal(rv_test_run(argv, NULL, NULL, NULL), 0);
    if (rv_ae_tree_read(&tree, dir, NULL, &err) < 0)
        fail_msg("%s", err.text);
    const struct rv_ae_tree_domain *made = rv_ae_tree_domain(tree, "Made");
    for (size_t i = 0; i < made->class_count; i++) {
        instances += made->classes[i].instance_count;
        methods += made->classes[i].method_count;
    }
    assert_int_equal(tree->domain_count, 1);
    assert_int_equal(made->namespace_count, 81);
    assert_int_equal(made->class_count, 122);
    assert_int_equal(instances, 803);
    assert_int_equal(methods, 292);
    rv_test_dir_remove(dir);
}

#define HEAD "object_type: %s\nversion: 1.0\nobject:\n  attributes:\n    name: %s\n"
#define CLASS "object_type: class\nversion: 1.0\nobject:\n  attributes:\n    name: C\n  schema:\n"
#define DOMAIN "object_type: domain\nobject:\n  attributes:\n    name: D\n"

/* A domain D with a class C, and a file more. */
static const struct {
    const char *file, *text, *said;
} wrong[] = {
    { "D/C.class/a.yaml", "object_type: [", "D/C.class/a.yaml:" },
    { "D/C.class/a.yaml", "a: &x 1\nb: *x\n", "D/C.class/a.yaml:1: column 4: anchors" },
    { "D/C.class/a.yaml", "object_type: method\n", "a.yaml:1: object_type is 'method'" },
    { "D/C.class/a.yaml", "object_type: instance\nobject: 3\n", "'object' with its attributes" },
    { "D/C.class/a.yaml",
      "object_type: instance\nobject:\n  attributes:\n    name: a b\n  fields: []\n",
      "'a b' is no name for a instance" },
    { "D/C.class/a.yaml",
      "object_type: instance\nobject:\n  attributes:\n    name: a\n  fields:\n  - x: [1]\n",
      "a.yaml:6: x: a value is expected, not a list" },
    { "D/C.class/a.yaml",
      "object_type: instance\nobject:\n  attributes:\n    name: a\n  fields:\n  - x: 1\n  - X: 2\n",
      "a.yaml:7: field 'X' is here a second time (first in line 6)" },
    { "D/C.class/__class__.yaml", CLASS "  - field:\n      name: f\n      aetype: soup\n",
      "__class__.yaml:9: aetype 'soup' is none of" },
    { "D/C.class/__class__.yaml", CLASS "  - field:\n      name: f\n      substitute: maybe\n",
      "__class__.yaml:9: substitute: true or false" },
    { "D/C.class/__class__.yaml", CLASS "  - field:\n      name: a-b\n",
      "'a-b' is no name for a field" },
    { "D/C.class/__class__.yaml", "object_type: class\nobject:\n  attributes:\n    name: Other\n",
      "it says that its name is 'Other', its folder's is 'C'" },
    { "D/E.class/a.yaml", "object_type: instance\nobject:\n  attributes:\n    name: a\n",
      "its class has no __class__.yaml" },
    { "E/C.class/__class__.yaml", "object_type: class\nobject:\n  attributes:\n    name: C\n",
      "it lies in no domain" },
    { "E/__domain__.yaml", "object_type: domain\nobject:\n  attributes:\n    name: .e\n",
      "'.e': the name of a domain does not begin with '.'" },
    { "D/__namespace__.yaml", "object_type: namespace\nobject:\n  attributes:\n    name: D\n",
      "a domain is no namespace" },
    { "D/C.class/__methods__/m.lua", "return '\xff'\n", "not UTF-8 (byte 8)" },
    { "D/C.class/__methods__/m.yaml",
      "object_type: method\nobject:\n  attributes:\n    name: m\n    embedded_methods: x\n",
      "m.yaml:5: embedded_methods: a list of paths" },
};

static void
put(const char *dir, const char *file, const char *text)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", dir, file);

    for (char *at = path + strlen(dir) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        mkdir(path, 0777);
        *at = '/';
    }
    rv_test_write_file(dir, file, text);
}

static void
a_mistake_is_told_with_file_line_and_what_is_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(wrong); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
        char *dir = rv_test_dir();
        put(dir, "D/__domain__.yaml", DOMAIN);
        put(dir, "D/C.class/__class__.yaml", CLASS "  - field:\n      name: x\n");
        put(dir, wrong[i].file, wrong[i].text);
        int rc = rv_ae_tree_read(&tree, dir, NULL, &err);
        rv_test_dir_remove(dir);
        if (rc != RV_E_INVALID || !strstr(err.text, wrong[i].said))
            fail_msg("case %zu: %d '%s' instead of '%s'", i, rc, err.text, wrong[i].said);
    }
}

static void
a_value_longer_than_an_attribute_can_be_is_refused(void **state)
{
    static const struct {
        const char *before, *more;
    } ways[] = { { "  - x:\n      value: ", "" },
                 { "  - x:\n      on_entry: ", "x" },
                 { "  - x: ", "x" } };
    (void)state;
    RV_AUTO_FREE char *most = rv_format("%01048576d", 7);
    for (size_t i = 0; i < RV_COUNT(ways); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
        RV_AUTO_FREE char *text =
            rv_format("object_type: instance\nobject:\n  attributes:\n    name: i\n  fields:\n"
                      "%s%s%s\n",
                      ways[i].before, most, ways[i].more);
        char *dir = rv_test_dir();
        put(dir, "D/__domain__.yaml", DOMAIN);
        put(dir, "D/C.class/__class__.yaml", CLASS "  - field:\n      name: x\n");
        put(dir, "D/C.class/i.yaml", text);
        int rc = rv_ae_tree_read(&tree, dir, NULL, &err);
        rv_test_dir_remove(dir);
        assert_int_equal(rc, *ways[i].more ? RV_E_INVALID : 0);
        if (rc)
            assert_contains(err.text, "a value has at most 1048576 bytes");
    }
}

static void
names_that_differ_by_case_only_are_refused(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    char *dir = rv_test_dir();

    put(dir, "D/__domain__.yaml", DOMAIN);
    put(dir, "D/C.class/__class__.yaml", CLASS "  - field:\n      name: x\n");
    put(dir, "D/C.class/one.yaml",
        "object_type: instance\nobject:\n  attributes:\n    name: one\n");
    put(dir, "D/C.class/ONE.yaml",
        "object_type: instance\nobject:\n  attributes:\n    name: ONE\n");
    assert_int_equal(rv_ae_tree_read(&tree, dir, NULL, &err), RV_E_INVALID);
    rv_test_dir_remove(dir);
    assert_contains(err.text,
                    "D/C.class/one.yaml: the same instance as (names differ by case only) "
                    "D/C.class/ONE.yaml");
}

static void
note(void *arg, enum rv_ae_note_level level, const char *file, int line, const char *text)
{
    rv_buf_addf(arg, "%c %s:%d %s\n", level == RV_AE_NOTE_ERROR ? 'E' : 'W', file, line, text);
}

static void
with_notes_every_mistake_is_told_and_the_rest_is_read(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    RV_AUTO_BUF rv_buf said = rv_buf_limited(10000);
    const struct rv_ae_notes notes = { .note = note, .arg = &said };
    char *dir = rv_test_dir();

    put(dir, "D/__domain__.yaml", DOMAIN);
    put(dir, "D/C.class/__class__.yaml", CLASS "  - field:\n      name: x\n      prioritty: 1\n");
    put(dir, "D/C.class/a.yaml", "object_type: [");
    put(dir, "D/C.class/b.yaml",
        "object_type: instance\nobject:\n  attributes:\n    name: b\n"
        "    desription: x\n");
    put(dir, "D/C.class/c.yaml", "nothing: 1\n");
    int rc = rv_ae_tree_read(&tree, dir, &notes, &err);
    rv_test_dir_remove(dir);
    assert_int_equal(rc, 0);
    assert_contains(rv_buf_text(&said), "W D/C.class/__class__.yaml:9 unknown key 'prioritty': do "
                                        "you mean 'priority'?\n");
    assert_contains(rv_buf_text(&said), "E D/C.class/a.yaml:");
    assert_contains(rv_buf_text(&said),
                    "W D/C.class/b.yaml:5 unknown key 'desription': do you mean 'description'?");
    assert_contains(rv_buf_text(&said), "E D/C.class/c.yaml:1 object_type is missing");
    const struct rv_ae_tree_class *class = rv_ae_tree_class(rv_ae_tree_domain(tree, "D"), "C");
    assert_int_equal(class->instance_count, 1);
}

static void
a_class_with_a_mistake_is_not_missed_by_what_lies_beside_it(void **state)
{
    static const char *const mistakes[] = { CLASS "  - field:\n      name: f\n      aetype: soup\n",
                                            "object_type: [" };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(mistakes); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
        RV_AUTO_BUF rv_buf said = rv_buf_limited(10000);
        const struct rv_ae_notes notes = { .note = note, .arg = &said };
        char *dir = rv_test_dir();

        put(dir, "D/__domain__.yaml", DOMAIN);
        put(dir, "D/C.class/__class__.yaml", mistakes[i]);
        put(dir, "D/C.class/a.yaml",
            "object_type: instance\nobject:\n  attributes:\n    name: a\n");
        int rc = rv_ae_tree_read(&tree, dir, &notes, &err);
        rv_test_dir_remove(dir);
        assert_int_equal(rc, 0);
        assert_contains(rv_buf_text(&said), "E D/C.class/__class__.yaml:");
        assert_null(strstr(rv_buf_text(&said), "a.yaml"));
    }
}

static void
a_link_out_of_the_folder_is_not_followed(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    char *dir = rv_test_dir();
    RV_AUTO_FREE char *link = rv_format("%s/Acme", dir);

    put(dir, "D/__domain__.yaml", DOMAIN);
    assert_int_equal(symlink(ACME "/Acme", link), 0);
    int rc = rv_ae_tree_read(&tree, dir, NULL, &err);
    rv_test_dir_remove(dir);
    assert_int_equal(rc, 0);
    assert_int_equal(tree->domain_count, 1);
}

static void
a_folder_without_a_domain_says_what_is_expected(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    char *dir = rv_test_dir();
    int rc = rv_ae_tree_read(&tree, dir, NULL, &err);

    rv_test_dir_remove(dir);
    assert_int_equal(rc, RV_E_INVALID);
    assert_contains(err.text, "no folder has a __domain__.yaml");
    assert_contains(err.hint, "the folder of a domain");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_of_domains_is_read_whole),
        cmocka_unit_test(a_number_that_json_cannot_hold_stays_the_text_that_it_was),
        cmocka_unit_test(a_leading_underscore_is_a_leading_dot),
        cmocka_unit_test(values_are_texts_as_they_were_written),
        cmocka_unit_test(a_method_has_the_text_that_lies_beside_it),
        cmocka_unit_test(every_definition_knows_its_file_and_line),
        cmocka_unit_test(the_folder_of_one_domain_is_read_too),
        cmocka_unit_test(the_resolver_asks_a_tree_as_it_asks_the_datastore),
        cmocka_unit_test(a_pattern_finds_instances_in_order_and_not_more_than_asked_for),
        cmocka_unit_test(stars_and_question_marks_match_without_regard_to_case),
        cmocka_unit_test(a_tree_of_the_size_of_manageiqs_own_is_counted),
        cmocka_unit_test(a_mistake_is_told_with_file_line_and_what_is_right),
        cmocka_unit_test(a_value_longer_than_an_attribute_can_be_is_refused),
        cmocka_unit_test(names_that_differ_by_case_only_are_refused),
        cmocka_unit_test(with_notes_every_mistake_is_told_and_the_rest_is_read),
        cmocka_unit_test(a_class_with_a_mistake_is_not_missed_by_what_lies_beside_it),
        cmocka_unit_test(a_link_out_of_the_folder_is_not_followed),
        cmocka_unit_test(a_folder_without_a_domain_says_what_is_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
