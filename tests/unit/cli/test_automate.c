/* SPDX-License-Identifier: Apache-2.0
 *
 * automate lint and test, on the domains of tests/data/methods: Acme is right, Wrong is not;
 * documents likewise.
 */
#include <stdlib.h>
#include <string.h>
#include "capture.h"
#include "cli.h"

#define DATA REEVE_SOURCE_DIR "/tests/data/methods"
#define METHODS "/Ops/Pods.class/__methods__"

static void
check(const char *command, const char *path, int wanted, const char *out, const char *err)
{
    const char *const words[] = { "automate", command, path, NULL };
    struct capture said;
    int code = run_captured(&said, words);
    if (code != wanted || !strstr(said.out_text, out) || !strstr(said.err_text, err))
        fail_msg("automate %s %s: exit code %d\n%s%s", command, path, code, said.out_text,
                 said.err_text);
    capture_free(&said);
}

static void
lint_is_content_with_what_is_right(void **state)
{
    (void)state;
    check("lint", DATA "/Acme", CLI_OK, "", "no mistakes in 3 files");
    check("lint", DATA "/Acme" METHODS "/tag_pod.lua", CLI_OK, "", "no mistakes in 1 file");
}

static void
lint_says_file_and_line(void **state)
{
    (void)state;
    check("lint", DATA "/Wrong", CLI_FAILURE,
          DATA "/Wrong" METHODS "/tag_pod.lua:3: 'prnt' is not declared; did you mean 'print'?",
          "3 mistakes in 3 files");
    check("lint", DATA "/Wrong", CLI_FAILURE,
          DATA "/Wrong" METHODS "/states.lua:3: ')' expected near '}'", "3 mistakes");
    check("lint", DATA "/Wrong", CLI_FAILURE,
          DATA "/Wrong" METHODS "/noisy_pods.yaml:5: method 'noisy_pods': expression: filter: "
               "unknown attribute 'restarts_count'",
          "3 mistakes");
    check("lint", DATA "/none", CLI_NOT_FOUND, "", "/none");
}

static void
lint_reads_a_document_as_an_import_does(void **state)
{
    (void)state;
    check("lint", DATA "/right.yaml", CLI_OK, "", "no mistakes in 1 file");
    check("lint", DATA "/wrong.yaml", CLI_FAILURE,
          DATA "/wrong.yaml:6: class Ops/Jobs has no field 'b'", "2 mistakes in 1 file");
    check("lint", DATA "/wrong.yaml", CLI_FAILURE,
          DATA "/wrong.yaml: method 'm':1: unexpected symbol near <eof>", "2 mistakes");
}

static void
tests_run_on_the_method_beside_them_with_its_modules(void **state)
{
    (void)state;
    check("test", DATA "/Acme", CLI_OK, "ok    a pod that restarts often is tagged",
          "2 tests, 0 failed");
    check("test", DATA "/Acme" METHODS "/tag_pod.lua", CLI_OK, "ok    one that does not",
          "2 tests, 0 failed");
    check("test", DATA "/Acme" METHODS "/tag_pod_test.lua", CLI_OK, "ok    ", "2 tests, 0 failed");
}

static void
a_test_that_fails_says_where(void **state)
{
    (void)state;
    check("test", DATA "/Wrong", CLI_FAILURE, "FAIL  a pod that restarts often is tagged",
          "2 tests, 1 failed");
    check("test", DATA "/Wrong", CLI_FAILURE,
          "      Wrong/Ops/Pods/tag_pod:3 on /Wrong/Ops/Pods/test: 'prnt' is not declared",
          "2 tests, 1 failed");
    check("test", DATA "/Wrong" METHODS "/states.lua", CLI_NOT_FOUND, "", "states_test.lua");
    check("test", DATA "/Wrong" METHODS "/states.lua", CLI_NOT_FOUND, "",
          "the test of method NAME.lua is NAME_test.lua beside it");
    check("test", REEVE_SOURCE_DIR "/cmake", CLI_NOT_FOUND, "", "no file *_test.lua");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lint_is_content_with_what_is_right),
        cmocka_unit_test(lint_says_file_and_line),
        cmocka_unit_test(lint_reads_a_document_as_an_import_does),
        cmocka_unit_test(tests_run_on_the_method_beside_them_with_its_modules),
        cmocka_unit_test(a_test_that_fails_says_where),
    };
    return cmocka_run_group_tests(tests, learn_dictionary, forget_dictionary);
}
