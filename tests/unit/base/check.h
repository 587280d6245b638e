/* SPDX-License-Identifier: Apache-2.0
 *
 * What cmocka needs before its header, and the checks that the tests of base
 * share.
 */
#ifndef RV_TEST_CHECK_H
#define RV_TEST_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/err.h"

#define assert_starts_with(text, start) assert_memory_equal(text, start, strlen(start))

/* Fails and shows both unless part is somewhere in text. */
#define assert_contains(text, part)                                                                \
    do {                                                                                           \
        if (strstr(text, part) == NULL)                                                            \
            fail_msg("'%s' is not in '%s'", part, text);                                           \
    } while (0)

/* Runs fn in a child, with its complaints thrown away; 1 when it aborted. */
static inline int
aborts(void (*fn)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit no_core = { 0 };
        setrlimit(RLIMIT_CORE, &no_core);
        close(STDERR_FILENO);
        fn();
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif
