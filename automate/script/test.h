/* SPDX-License-Identifier: Apache-2.0
 *
 * Running a test file: Lua that tells the mock its world, runs a method on it and looks at what
 * came of it.
 *
 *   test("a pod that failed is tagged", function()
 *     evm.mock { root = { pod = { kind = "container_group", id = 1, name = "web-1" } } }
 *     expect(evm.run()).is("ok")
 *     expect(evm.root.pod:tags("state")).is { "failed" }
 *   end)
 */
#ifndef RV_SCRIPT_TEST_H
#define RV_SCRIPT_TEST_H

#include "script/mock.h"

struct rv_script_tests {
    const struct rv_ae_method *file;   /* the test's text; its name is what errors begin with */
    const struct rv_ae_method *method; /* what evm.run runs; NULL: there is none */
    const char *path;                  /* of the object when a world says nothing; may be NULL */
    rv_mock_library library;           /* for require; NULL: nothing is found */
    void *library_arg;
    struct rv_script_limits limits; /* of the whole file */
    /* A test ended: error NULL when it held, else "PLACE: what". */
    void (*report)(void *arg, const char *name, const char *error, int64_t took_us);
    void *report_arg;
    int count, failed; /* filled */
};

/* 0 when the file ran to its end, whatever its tests said. */
int rv_script_test(struct rv_script *script, struct rv_script_tests *tests, rv_err *err);

#endif
