/* SPDX-License-Identifier: Apache-2.0
 *
 * Arenas: alignment, limits, marks that span blocks.
 */
#include "base/mem.h"

#include "check.h"

static void
memory_is_zeroed_aligned_and_counted(void **state)
{
    (void)state;
    struct rv_arena *arena = rv_arena_new(0);
    assert_int_equal(rv_arena_used(arena), 0);
    size_t expected = 0;
    for (size_t bytes = 0; bytes < 3000; bytes += 7) {
        unsigned char *memory = rv_arena_alloc(arena, bytes);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xee, bytes);
        expected += bytes ? (bytes + 15) / 16 * 16 : 16;
        assert_int_equal(rv_arena_used(arena), expected);
    }
    rv_arena_free(arena);
}

static void
memory_is_zeroed_again_after_a_release(void **state)
{
    (void)state;
    struct rv_arena *arena = rv_arena_new(0);
    memset(rv_arena_alloc(arena, 64), 0xee, 64);
    rv_arena_release(arena, 0);
    unsigned char *memory = rv_arena_alloc(arena, 64);
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(memory[i], 0);
    rv_arena_free(arena);
}

static void
the_limit_holds_and_what_is_there_stays(void **state)
{
    (void)state;
    struct rv_arena *arena = rv_arena_new(1000);
    char *kept = rv_arena_strdup(arena, "kept");
    assert_null(rv_arena_alloc(arena, 1000));
    assert_non_null(rv_arena_alloc(arena, 976));
    assert_null(rv_arena_alloc(arena, 1));
    assert_null(rv_arena_strdup(arena, "x"));
    assert_null(rv_arena_format(arena, "%d", 1));
    assert_null(rv_arena_format(arena, "%999d", 1));
    assert_string_equal(kept, "kept");
    rv_arena_reset(arena);
    assert_non_null(rv_arena_alloc(arena, 992));
    rv_arena_free(arena);
}

static void
absurd_sizes_are_refused(void **state)
{
    (void)state;
    struct rv_arena *arena = rv_arena_new(0);
    static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 15, SIZE_MAX / 2, SIZE_MAX / 2 - 15 };
    for (size_t i = 0; i < RV_COUNT(sizes); i++)
        assert_null(rv_arena_alloc(arena, sizes[i]));
    rv_arena_free(arena);
}

/* Allocate pieces up to about total bytes, so that several blocks are needed. */
static void
fill(struct rv_arena *arena, size_t piece, size_t total)
{
    for (size_t done = 0; done < total; done += piece)
        memset(rv_arena_alloc(arena, piece), 0xab, piece);
}

static void
release_goes_back_to_the_mark_over_any_number_of_blocks(void **state)
{
    (void)state;
    static const size_t before[] = { 0, 16, 4080, 4096, 4112, 12288, 100000 };
    static const size_t pieces[] = { 16, 100, 4096, 5000, 2000000 };
    for (size_t b = 0; b < RV_COUNT(before); b++) {
        for (size_t p = 0; p < RV_COUNT(pieces); p++) {
            struct rv_arena *arena = rv_arena_new(0);
            fill(arena, 16, before[b]);
            size_t mark = rv_arena_mark(arena);
            assert_int_equal(mark, before[b]);
            char *text = rv_arena_strdup(arena, "after the mark");
            fill(arena, pieces[p], 300000);
            assert_string_equal(text, "after the mark");
            rv_arena_release(arena, mark);
            assert_int_equal(rv_arena_used(arena), mark);
            fill(arena, pieces[p], 300000);
            rv_arena_free(arena);
        }
    }
}

static void
marks_nest(void **state)
{
    (void)state;
    struct rv_arena *arena = rv_arena_new(0);
    char *outer = rv_arena_strdup(arena, "outer");
    size_t first = rv_arena_mark(arena);
    fill(arena, 1000, 10000);
    char *inner = rv_arena_strdup(arena, "inner");
    size_t second = rv_arena_mark(arena);
    fill(arena, 1000, 50000);
    rv_arena_release(arena, second);
    assert_string_equal(inner, "inner");
    rv_arena_release(arena, first);
    assert_string_equal(outer, "outer");
    assert_int_equal(rv_arena_used(arena), first);
    rv_arena_free(arena);
}

static void
a_loop_that_marks_and_releases_does_not_grow(void **state)
{
    (void)state;
    struct rv_arena *arena = rv_arena_new(100000);
    fill(arena, 16, 4000);
    for (int i = 0; i < 10000; i++) {
        size_t mark = rv_arena_mark(arena);
        assert_non_null(rv_arena_alloc(arena, 50000));
        assert_non_null(rv_arena_alloc(arena, 40000));
        rv_arena_release(arena, mark);
    }
    assert_int_equal(rv_arena_used(arena), 4000);
    rv_arena_free(arena);
}

static void
texts_are_copied_and_formatted(void **state)
{
    (void)state;
    struct rv_arena *arena = rv_arena_new(0);
    assert_string_equal(rv_arena_strndup(arena, "text", 2), "te");
    assert_string_equal(rv_arena_strndup(arena, "text", 50), "text");
    assert_null(rv_arena_strdup(arena, NULL));
    assert_null(rv_arena_strndup(arena, NULL, 1));
    assert_string_equal(rv_arena_format(arena, "%s-%d", "a", 5), "a-5");
    char *longer = rv_arena_format(arena, "%5000d|", 5);
    assert_int_equal(strlen(longer), 5001);
    assert_string_equal(longer + 4999, "5|");
    char *exact = rv_arena_format(arena, "%256d", 5);
    assert_int_equal(strlen(exact), 256);
    rv_arena_free(arena);
}

static void
free_accepts_nothing_and_reset_an_empty_arena(void **state)
{
    (void)state;
    rv_arena_free(NULL);
    struct rv_arena *arena = rv_arena_new(0);
    rv_arena_reset(arena);
    rv_arena_release(arena, 0);
    fill(arena, 3000000, 3000000);
    rv_arena_reset(arena);
    assert_int_equal(rv_arena_used(arena), 0);
    rv_arena_free(arena);
}

static void
release_forwards(void)
{
    struct rv_arena *arena = rv_arena_new(0);
    rv_arena_release(arena, 16);
}

static void
a_mark_from_the_future_is_a_bug(void **state)
{
    (void)state;
    assert_true(aborts(release_forwards));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_counted),
        cmocka_unit_test(memory_is_zeroed_again_after_a_release),
        cmocka_unit_test(the_limit_holds_and_what_is_there_stays),
        cmocka_unit_test(absurd_sizes_are_refused),
        cmocka_unit_test(release_goes_back_to_the_mark_over_any_number_of_blocks),
        cmocka_unit_test(marks_nest),
        cmocka_unit_test(a_loop_that_marks_and_releases_does_not_grow),
        cmocka_unit_test(texts_are_copied_and_formatted),
        cmocka_unit_test(free_accepts_nothing_and_reset_an_empty_arena),
        cmocka_unit_test(a_mark_from_the_future_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
