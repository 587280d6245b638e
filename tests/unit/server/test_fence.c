/* SPDX-License-Identifier: Apache-2.0
 *
 * What a fenced process can open, and what it cannot do. Each is tried in a process of its own.
 */
#include "server/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/mem.h"
#include "support/support.h"

/* bin/lib.so, etc/own/key, etc/own/other, home/db, home/key and a link bin/link -> home/key. */
static int
make_world(void **state)
{
    char *dir = rv_test_dir();
    static const char *const folders[] = { "bin", "etc", "etc/own", "home" };
    static const char *const files[] = { "bin/lib.so", "etc/own/key", "etc/own/other", "home/db",
                                         "home/key" };
    for (size_t i = 0; i < RV_COUNT(folders); i++) {
        RV_AUTO_FREE char *path = rv_format("%s/%s", dir, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    for (size_t i = 0; i < RV_COUNT(files); i++)
        rv_test_write_file(dir, files[i], "x");
    RV_AUTO_FREE char *key = rv_format("%s/home/key", dir), *link = rv_format("%s/bin/link", dir);
    assert_int_equal(symlink(key, link), 0);
    *state = dir;
    return 0;
}

static int
remove_world(void **state)
{
    rv_test_dir_remove(*state);
    return 0;
}

/* errno of opening a file of the world; 0 when it could be. */
static int
opening(const char *dir, const char *name, int flags)
{
    RV_AUTO_FREE char *path = rv_format("%s/%s", dir, name);
    RV_AUTO_FD int fd = open(path, flags | O_CLOEXEC, 0600);
    return fd < 0 ? errno : 0;
}

/* What `run` returns in a child: 0, or which of its checks failed. */
static int
in_child(int (*run)(const char *dir), const char *dir)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(run(dir));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
raise_around(const char *dir)
{
    rv_err err = RV_ERR_INIT;
    struct rv_fence fence;
    RV_AUTO_FREE char *home = rv_format("%s/home", dir), *key = rv_format("%s/etc/own/key", dir);
    RV_AUTO_FREE char *db = rv_format("%s/home/db", dir);
    rv_fence_begin(&fence);
    rv_fence_never(&fence, home);
    rv_fence_never(&fence, key);
    rv_fence_allow(&fence, dir, RV_FENCE_READ);
    rv_fence_allow(&fence, home, RV_FENCE_READ);
    rv_fence_allow(&fence, db, RV_FENCE_WRITE);
    rv_fence_allow(&fence, home, RV_FENCE_LIST);
    rv_fence_allow(&fence, "/nowhere/at/all", RV_FENCE_READ);
    return rv_fence_raise(&fence, &err);
}

static int
look_around(const char *dir)
{
    static const struct {
        const char *name;
        int flags, answer;
    } tries[] = {
        { "bin/lib.so", O_RDONLY, 0 },
        { "bin/lib.so", O_WRONLY, EACCES },
        { "bin/new", O_WRONLY | O_CREAT, EACCES },
        { "bin/link", O_RDONLY, EACCES },
        { "etc/own/other", O_RDONLY, 0 },
        { "etc/own/key", O_RDONLY, EACCES },
        { "home/key", O_RDONLY, EACCES },
        { "bin/../home/key", O_RDONLY, EACCES },
        { "home/db", O_RDWR | O_TRUNC, 0 },
        { "home/new", O_WRONLY | O_CREAT, EACCES },
        { "home", O_RDONLY | O_DIRECTORY, 0 },
    };
    if (raise_around(dir))
        return 100;
    for (size_t i = 0; i < RV_COUNT(tries); i++)
        if (opening(dir, tries[i].name, tries[i].flags) != tries[i].answer)
            return (int)i + 1;
    return 0;
}

/* A kernel without Landlock has nothing to test. */
static void
need_landlock(void)
{
    struct rv_fence fence;
    rv_fence_begin(&fence);
    if (fence.fd < 0)
        skip();
    close(fence.fd);
}

static void
files_that_are_left_out_stay_shut_inside_of_folders_that_may_be_read(void **state)
{
    need_landlock();
    assert_int_equal(in_child(look_around, *state), 0);
}

enum { KERNEL_IS_TOO_OLD = 77 };

static int
reach_out(const char *dir)
{
    (void)dir;
    rv_err err = RV_ERR_INIT;
    struct rv_fence fence;
    rv_fence_begin(&fence);
    if (rv_fence_raise(&fence, &err))
        return 100;
    if (fence.scoped == 0)
        return KERNEL_IS_TOO_OLD;
    return kill(getppid(), 0) == 0 ? 1 : errno == EPERM ? 0 : 2;
}

static void
no_signal_goes_out_to_another_process(void **state)
{
    (void)state;
    need_landlock();
    int failed = in_child(reach_out, "");
    if (failed == KERNEL_IS_TOO_OLD)
        skip();
    assert_int_equal(failed, 0);
}

/* 0 when it was refused as it should be. */
static int
was_refused(long answer)
{
    return answer == -1 && errno == EPERM;
}

static int
call_around(const char *dir)
{
    rv_err err = RV_ERR_INIT;
    struct rlimit limit;
    char program[] = "/bin/true", *argv[] = { program, NULL };
    if (rv_fence_calls(&err))
        return 100;
    if (!was_refused(execv(program, argv)))
        return 1;
    if (!was_refused(syscall(SYS_execveat, -1, program, argv, NULL, 0)))
        return 2;
    if (!was_refused(syscall(SYS_io_uring_setup, 1, NULL)) ||
        !was_refused(syscall(SYS_unshare, 0)) || !was_refused(syscall(SYS_bpf, 0, NULL, 0)))
        return 3;
    if (!was_refused(chmod(dir, 0777)) || !was_refused(fchmodat(AT_FDCWD, dir, 0777, 0)) ||
        !was_refused(syscall(452, AT_FDCWD, dir, 0777, 0)) || !was_refused(chown(dir, 0, 0)) ||
        !was_refused(truncate(dir, 0)))
        return 8;
    if (!was_refused(prlimit(getppid(), RLIMIT_CPU, NULL, &limit)) ||
        prlimit(0, RLIMIT_CPU, NULL, &limit))
        return 4;
    if (!was_refused(ioctl(0, 0x5412, "x")) || (ioctl(0, FIONREAD, &limit) && errno == EPERM))
        return 5;
    if (!was_refused(syscall(SYS_clone, 0x10000000 | SIGCHLD, 0, 0, 0, 0)))
        return 6;
    pid_t pid = fork(); /* what libraries do goes on */
    if (pid == 0)
        _exit(0);
    return pid > 0 && waitpid(pid, NULL, 0) == pid ? 0 : 7;
}

static void
no_program_is_started_and_calls_that_reach_further_are_refused(void **state)
{
    assert_int_equal(in_child(call_around, *state), 0);
}

static int
cannot(const char *dir)
{
    rv_err err = RV_ERR_INIT;
    struct rv_fence fence;
    const struct rlimit none = { 3, 3 };
    setrlimit(RLIMIT_NOFILE, &none);
    rv_fence_begin(&fence);
    rv_fence_allow(&fence, dir, RV_FENCE_READ);
    if (rv_fence_raise(&fence, &err) != RV_E_UNSUPPORTED || strstr(err.text, "Landlock: ") == NULL)
        return 1;
    return err.hint[0] ? 0 : 2;
}

static void
a_fence_that_cannot_be_raised_is_told_and_why(void **state)
{
    assert_int_equal(in_child(cannot, *state), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            files_that_are_left_out_stay_shut_inside_of_folders_that_may_be_read, make_world,
            remove_world),
        cmocka_unit_test(no_signal_goes_out_to_another_process),
        cmocka_unit_test_setup_teardown(
            no_program_is_started_and_calls_that_reach_further_are_refused, make_world,
            remove_world),
        cmocka_unit_test_setup_teardown(a_fence_that_cannot_be_raised_is_told_and_why, make_world,
                                        remove_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
