/* SPDX-License-Identifier: Apache-2.0
 *
 * Small allocations and cleanup attributes.
 */
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include "check.h"

static void
memory_comes_zeroed(void **state)
{
    (void)state;
    RV_AUTO_FREE unsigned char *bytes = rv_alloc(100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(bytes[i], 0);
    RV_AUTO_FREE void *nothing = rv_alloc(0);
    assert_non_null(nothing);
}

static void
overflow_in_realloc(void)
{
    free(rv_realloc(NULL, SIZE_MAX / 2, 3));
}

static void
a_count_that_overflows_ends_the_process(void **state)
{
    (void)state;
    assert_true(aborts(overflow_in_realloc));
}

static void
realloc_keeps_what_was_there(void **state)
{
    (void)state;
    RV_AUTO_FREE int *numbers = rv_realloc(NULL, 2, sizeof(*numbers));
    numbers[0] = 7;
    numbers[1] = 8;
    numbers = rv_realloc(numbers, 1000, sizeof(*numbers));
    assert_int_equal(numbers[0] + numbers[1], 15);
}

static void
strings_are_copied(void **state)
{
    (void)state;
    RV_AUTO_FREE char *whole = rv_strdup("text");
    RV_AUTO_FREE char *part = rv_strndup("text", 2);
    RV_AUTO_FREE char *beyond = rv_strndup("text", 100);
    RV_AUTO_FREE char *formatted = rv_format("%d%%", 99);
    assert_string_equal(whole, "text");
    assert_string_equal(part, "te");
    assert_string_equal(beyond, "text");
    assert_string_equal(formatted, "99%");
    assert_null(rv_strdup(NULL));
    assert_null(rv_strndup(NULL, 3));
}

static int
open_in_a_scope(void)
{
    RV_AUTO_FD int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    RV_AUTO_FILE FILE *file = fopen("/dev/null", "r");
    RV_AUTO_FD int none = -1;
    RV_AUTO_FILE FILE *no_file = NULL;
    assert_true(fd >= 0 && file && none == -1 && no_file == NULL);
    return fd;
}

static void
descriptors_close_at_the_end_of_their_scope(void **state)
{
    (void)state;
    int fd = open_in_a_scope();
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(errno, EBADF);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_comes_zeroed),
        cmocka_unit_test(a_count_that_overflows_ends_the_process),
        cmocka_unit_test(realloc_keeps_what_was_there),
        cmocka_unit_test(strings_are_copied),
        cmocka_unit_test(descriptors_close_at_the_end_of_their_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
