/* SPDX-License-Identifier: Apache-2.0
 *
 * What authors are told of a tree that can be read and is not right.
 */
#include "../base/check.h"

#include <sys/stat.h>
#include "base/mem.h"
#include "support/support.h"
#include "tree/check.h"

#define DOCUMENT(type, name) "object_type: " type "\nobject:\n  attributes:\n    name: " name "\n"
#define FIELD(name, type) "  - field:\n      name: " name "\n      aetype: " type "\n"

static const char class_c[] =
    DOCUMENT("class", "C") "  schema:\n" FIELD("rel1", "relationship") FIELD("meth1", "method")
        FIELD("start", "state") FIELD("idle", "state") FIELD("attr1", "attribute");

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
note(void *arg, enum rv_ae_note_level level, const char *file, int line, const char *text)
{
    const char *base = strrchr(file, '/');

    rv_buf_addf(arg, "%c %s:%d %s\n", level == RV_AE_NOTE_ERROR ? 'E' : 'W', base ? base + 1 : file,
                line, text);
}

/* What is said of a domain D with class N/C, and of the files given beside it. */
static char *
said_of(const char *const (*files)[2], size_t count)
{
    rv_err err = RV_ERR_INIT;
    rv_buf said = rv_buf_limited(1 << 16);
    const struct rv_ae_notes notes = { .note = note, .arg = &said };
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    char *dir = rv_test_dir();

    put(dir, "D/__domain__.yaml", DOCUMENT("domain", "D"));
    put(dir, "D/N/C.class/__class__.yaml", class_c);
    for (size_t i = 0; i < count; i++)
        put(dir, files[i][0], files[i][1]);
    int rc = rv_ae_tree_read(&tree, dir, NULL, &err);
    rv_test_dir_remove(dir);
    if (rc < 0)
        fail_msg("%s", err.text);
    rv_ae_tree_check(tree, NULL, 0, &notes);
    return rv_buf_take_string(&said);
}

#define INSTANCE(fields) DOCUMENT("instance", "a") "  fields:\n" fields
#define METHOD(more) DOCUMENT("method", "m") more

static const struct {
    const char *instance, *method, *text, *said;
} cases[] = {
    { INSTANCE("  - rel: /x\n"), NULL, NULL, "E a.yaml:6 class N/C has no field 'rel'" },
    { INSTANCE("  - meth1: mm\n"), METHOD(""), "return 1\n",
      "E a.yaml:6 meth1: class N/C has no method 'mm'\n" },
    { INSTANCE("  - start: METHOD::nothing\n"), NULL, NULL,
      "E a.yaml:6 start: class N/C has no method 'nothing'\n" },
    { INSTANCE("  - start:\n      value: x\n      on_exit: m; nowhere(a => 1)\n"), METHOD(""), "1",
      "E a.yaml:6 on_exit: class N/C has no method 'nowhere'\n" },
    { INSTANCE("  - rel1: /N/X/y\n"), NULL, NULL,
      "W a.yaml:6 rel1 '/N/X/y': no domain here has a class 'N/X'\n" },
    { INSTANCE("  - rel1: /n/c/NONE?x=1#go\n"), NULL, NULL,
      "W a.yaml:6 rel1 '/n/c/NONE?x=1#go': class 'n/c' has no instance 'NONE', and no .missing\n" },
    { INSTANCE("  - start: x\n"), METHOD(""), "return 1\n",
      "W m.yaml:3 nothing calls method 'm'\n" },
    { INSTANCE("  - meth1: m\n"), METHOD(""), NULL,
      "E m.yaml:3 method 'm' has no text: m.lua is missing\n" },
    { INSTANCE("  - meth1: m\n"), METHOD("    embedded_methods: [/N/C/lib]\n"), "return 1\n",
      "W m.yaml:3 embedded_methods: no domain here has a method '/N/C/lib'\n" },
    { INSTANCE("  - meth1: m\n"), METHOD(""), "\nevm.root.ae_next_state = 'stop'\n",
      "W m.yaml:3 line 2 of its text names a state 'stop' that class N/C has not\n" },
    { INSTANCE("  - start: x\n"), NULL, NULL,
      "W __class__.yaml:15 state 'idle' does nothing: neither the class nor an instance gives it a "
      "value\n" },
};

static void
what_cannot_be_right_is_told_with_file_and_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        const char *files[3][2] = { { "D/N/C.class/a.yaml", cases[i].instance } };
        size_t count = 1;
        if (cases[i].method) {
            files[count][0] = "D/N/C.class/__methods__/m.yaml";
            files[count++][1] = cases[i].method;
        }
        if (cases[i].text) {
            files[count][0] = "D/N/C.class/__methods__/m.lua";
            files[count++][1] = cases[i].text;
        }
        RV_AUTO_FREE char *said = said_of(files, count);
        if (strstr(said, cases[i].said) == NULL)
            fail_msg("case %zu: '%s' instead of '%s'", i, said, cases[i].said);
    }
}

static void
what_is_right_or_known_only_when_it_runs_is_left_alone(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        { "D/N/C.class/a.yaml",
          INSTANCE("  - rel1: /N/C/${/#name}\n  - meth1: event_action_refresh\n"
                   "  - start:\n      value: \"# not now\"\n      on_entry: m(a => 'x'); m\n"
                   "  - idle: /D/n/C/b?x=${#y}\n  - attr1: anything\n") },
        { "D/N/C.class/b.yaml", DOCUMENT("instance", "b") "  fields:\n  - rel1: /N/C/*\n" },
        { "D/N/C.class/__methods__/m.yaml", METHOD("") },
        { "D/N/C.class/__methods__/m.lua",
          "local other = require('lib')\nevm.root.ae_next_state = 'idle'\n" },
        { "D/N/C.class/__methods__/lib.yaml", DOCUMENT("method", "lib") },
        { "D/N/C.class/__methods__/lib.lua", "return {}\n" },
    };
    RV_AUTO_FREE char *said = said_of(files, RV_COUNT(files));
    assert_string_equal(said, "");
}

static void
the_domain_that_reeve_ships_has_no_mistakes(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf said = rv_buf_limited(1 << 16);
    const struct rv_ae_notes notes = { .note = note, .arg = &said };
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;

    if (rv_ae_tree_read(&tree, REEVE_SOURCE_DIR "/automate/domains", &notes, &err) < 0)
        fail_msg("%s", err.text);
    rv_ae_tree_check(tree, NULL, 0, &notes);
    assert_string_equal(rv_buf_text(&said), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_right_is_told_with_file_and_line),
        cmocka_unit_test(what_is_right_or_known_only_when_it_runs_is_left_alone),
        cmocka_unit_test(the_domain_that_reeve_ships_has_no_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
