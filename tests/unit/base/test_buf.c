/* SPDX-License-Identifier: Apache-2.0
 *
 * Buffers: growth, the ceiling, reading.
 */
#include "base/buf.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "check.h"

static void
what_is_added_is_there_and_terminated(void **state)
{
    (void)state;
    RV_AUTO_BUF
    rv_buf buf = rv_buf_limited(100);
    rv_err err = RV_ERR_INIT;
    assert_string_equal(rv_buf_text(&buf), "");
    rv_buf_add(&buf, "one", 3);
    rv_buf_add_string(&buf, " two");
    rv_buf_add_char(&buf, '!');
    rv_buf_addf(&buf, " %d", 3);
    rv_buf_add(&buf, NULL, 0);
    assert_string_equal(rv_buf_text(&buf), "one two! 3");
    assert_int_equal(buf.len, 10);
    assert_int_equal(rv_buf_check(&buf, &err), 0);
}

static void
it_may_be_filled_to_the_last_byte_and_no_further(void **state)
{
    (void)state;
    static const size_t limits[] = { 0, 1, 63, 64, 65, 127, 128, 1000 };
    for (size_t i = 0; i < RV_COUNT(limits); i++) {
        RV_AUTO_BUF
        rv_buf buf = rv_buf_limited(limits[i]);
        rv_err err = RV_ERR_INIT;
        for (size_t n = 0; n < limits[i]; n++)
            rv_buf_add_char(&buf, 'x');
        assert_int_equal(rv_buf_check(&buf, &err), 0);
        assert_int_equal(buf.len, limits[i]);
        rv_buf_add_char(&buf, 'x');
        assert_int_equal(rv_buf_check(&buf, &err), RV_E_LIMIT);
        assert_contains(err.text, "limit of ");
        assert_int_equal(buf.len, limits[i]);
        assert_int_equal(strlen(rv_buf_text(&buf)), limits[i]);
    }
}

static void
the_first_failure_sticks_until_a_reset(void **state)
{
    (void)state;
    RV_AUTO_BUF
    rv_buf buf = rv_buf_limited(5);
    rv_err err = RV_ERR_INIT;
    rv_buf_add_string(&buf, "abc");
    rv_buf_add_string(&buf, "defg");
    rv_buf_add_string(&buf, "h");
    rv_buf_addf(&buf, "%d", 1);
    assert_string_equal(rv_buf_text(&buf), "abc");
    assert_int_equal(rv_buf_check(&buf, &err), RV_E_LIMIT);
    rv_buf_reset(&buf);
    assert_string_equal(rv_buf_text(&buf), "");
    rv_buf_add_string(&buf, "12345");
    assert_int_equal(rv_buf_check(&buf, &err), 0);
}

static void
a_buffer_of_zeros_holds_nothing(void **state)
{
    (void)state;
    rv_buf buf = { 0 };
    rv_err err = RV_ERR_INIT;
    rv_buf_add_char(&buf, 'x');
    assert_int_equal(rv_buf_check(&buf, &err), RV_E_LIMIT);
    rv_buf_free(&buf);
}

static void
long_formats_go_through(void **state)
{
    (void)state;
    RV_AUTO_BUF
    rv_buf buf = rv_buf_limited(2000);
    rv_err err = RV_ERR_INIT;
    rv_buf_addf(&buf, "%511d", 1);
    rv_buf_addf(&buf, "%512d", 2);
    rv_buf_addf(&buf, "%900d|", 3);
    assert_int_equal(buf.len, 511 + 512 + 901);
    assert_string_equal(buf.data + buf.len - 2, "3|");
    rv_buf_addf(&buf, "%900d", 4);
    assert_int_equal(rv_buf_check(&buf, &err), RV_E_LIMIT);
}

static void
taken_strings_are_the_callers(void **state)
{
    (void)state;
    RV_AUTO_BUF
    rv_buf buf = rv_buf_limited(10);
    RV_AUTO_FREE char *nothing = rv_buf_take_string(&buf);
    assert_string_equal(nothing, "");
    rv_buf_add_string(&buf, "abc");
    RV_AUTO_FREE char *text = rv_buf_take_string(&buf);
    assert_string_equal(text, "abc");
    assert_int_equal(buf.len, 0);
    rv_buf_add_string(&buf, "0123456789");
    assert_string_equal(rv_buf_text(&buf), "0123456789");
    assert_string_equal(text, "abc");
}

/* A pipe that holds len bytes 'x' and is closed for writing. */
static int
pipe_with(size_t len)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    RV_AUTO_FREE char *bytes = rv_alloc(len);
    memset(bytes, 'x', len);
    assert_int_equal(write(ends[1], bytes, len), len);
    close(ends[1]);
    return ends[0];
}

static void
a_descriptor_is_read_to_its_end_or_the_ceiling(void **state)
{
    (void)state;
    static const struct {
        size_t there, limit;
        int code;
    } cases[] = {
        { 0, 0, 0 },
        { 0, 10, 0 },
        { 10, 10, 0 },
        { 10, 9, RV_E_LIMIT },
        { 1, 0, RV_E_LIMIT },
        { 4096, 4096, 0 },
        { 4097, 4096, RV_E_LIMIT },
        { 60000, 60000, 0 },
        { 60000, 59999, RV_E_LIMIT },
    };
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_BUF
        rv_buf buf = rv_buf_limited(cases[i].limit);
        RV_AUTO_FD int fd = pipe_with(cases[i].there);
        assert_int_equal(rv_buf_read_fd(&buf, fd, &err), cases[i].code);
        if (cases[i].code == 0)
            assert_int_equal(buf.len, cases[i].there);
        assert_int_equal(strlen(rv_buf_text(&buf)), buf.len);
        assert_true(buf.len <= cases[i].limit);
    }
}

static void
files_are_read_whole_or_refused_by_name(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char path[] = "/tmp/reeve-test-XXXXXX";
    RV_AUTO_FD int fd = mkstemp(path);
    assert_int_equal(write(fd, "hello", 5), 5);
    RV_AUTO_BUF
    rv_buf buf = rv_buf_limited(5);
    assert_int_equal(rv_buf_read_file(&buf, path, &err), 0);
    assert_string_equal(rv_buf_text(&buf), "hello");

    RV_AUTO_BUF
    rv_buf small = rv_buf_limited(4);
    assert_int_equal(rv_buf_read_file(&small, path, &err), RV_E_LIMIT);
    assert_contains(err.text, path);
    assert_contains(err.text, "limit of 4 bytes");
    unlink(path);
    assert_int_equal(rv_buf_read_file(&buf, path, &err), RV_E_NOT_FOUND);
    assert_contains(err.text, path);
    assert_int_equal(rv_buf_read_file(&buf, "/tmp", &err), RV_E_INVALID);
}

/* What is given back to the system is looked at first: the linker brings free here. */
static const char *forbidden;
static size_t forbidden_len;
static int leaked;

void __real_free(void *block);
void __wrap_free(void *block);

void
__wrap_free(void *block)
{
    if (forbidden && block && malloc_usable_size(block) >= forbidden_len &&
        memmem(block, malloc_usable_size(block), forbidden, forbidden_len))
        leaked = 1;
    __real_free(block);
}

static int
grow_and_free(rv_buf buf)
{
    leaked = 0;
    rv_buf_add_string(&buf, "the-secret");
    forbidden = "the-secret";
    forbidden_len = strlen(forbidden);
    for (int i = 0; i < 1000; i++)
        rv_buf_add_string(&buf, "0123456789");
    assert_int_equal(buf.len, 10010);
    rv_buf_free(&buf);
    forbidden = NULL;
    return leaked;
}

static void
a_secret_buffer_leaves_nothing_behind_when_it_grows(void **state)
{
    (void)state;
    assert_true(grow_and_free(rv_buf_limited(1 << 20))); /* else this test sees nothing */
    assert_false(grow_and_free(rv_buf_secret(1 << 20)));
    rv_buf buf = rv_buf_secret(100);
    rv_buf_add_string(&buf, "taken");
    RV_AUTO_FREE char *text = rv_buf_take_string(&buf);
    assert_string_equal(text, "taken");
    assert_int_equal(buf.secret, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_is_there_and_terminated),
        cmocka_unit_test(it_may_be_filled_to_the_last_byte_and_no_further),
        cmocka_unit_test(the_first_failure_sticks_until_a_reset),
        cmocka_unit_test(a_buffer_of_zeros_holds_nothing),
        cmocka_unit_test(long_formats_go_through),
        cmocka_unit_test(taken_strings_are_the_callers),
        cmocka_unit_test(a_descriptor_is_read_to_its_end_or_the_ceiling),
        cmocka_unit_test(files_are_read_whole_or_refused_by_name),
        cmocka_unit_test(a_secret_buffer_leaves_nothing_behind_when_it_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
