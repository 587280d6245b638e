/* SPDX-License-Identifier: Apache-2.0
 *
 * Long lists, however they are cut into chunks.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reeve/json.h"
#include "support/sdk_host.h"

/* What a reading brought, as text: items as they are, members as NAME=VALUE. */
struct reading {
    char *text;
    size_t bytes;
    FILE *file;
    uint64_t items;
    uint64_t fail_at;
};

static struct reeve_call call;

static int
begin(void **state)
{
    (void)state;
    sdk_host_begin(&call);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    sdk_host_end(&call);
    return 0;
}

static int
note_item(struct reeve_call *of, void *arg, const struct reeve_json *item)
{
    struct reading *reading = arg;
    uint64_t mark = reeve_alloc_mark(of);

    fprintf(reading->file, "%s|", reeve_json_text(of, item));
    reeve_alloc_release(of, mark);
    reading->items++;
    if (reading->items == reading->fail_at)
        return reeve_fail(of, REEVE_E_CONFLICT, "enough");
    return 0;
}

static int
note_member(struct reeve_call *of, void *arg, const char *name, const struct reeve_json *value)
{
    struct reading *reading = arg;
    uint64_t mark = reeve_alloc_mark(of);

    fprintf(reading->file, "%s=%s|", name, reeve_json_text(of, value));
    reeve_alloc_release(of, mark);
    return 0;
}

static void
reading_begin(struct reading *reading)
{
    memset(reading, 0, sizeof(*reading));
    reading->file = open_memstream(&reading->text, &reading->bytes);
}

static void
reading_end(struct reading *reading)
{
    fclose(reading->file);
    free(reading->text);
}

/* Feed in chunks whose sizes are drawn from seed; chunk 0: all at once, >0: of that size. Each
 * chunk is a copy of its exact length. */
static int
read_list(struct reading *reading, const struct reeve_json_list_config *config, const char *text,
          size_t len, size_t chunk, unsigned seed)
{
    struct reeve_json_list_config own = *config;
    struct reeve_json_list *list;
    int status = 0;

    own.size = sizeof(own);
    own.arg = reading;
    assert_int_equal(reeve_json_list_open(&call, &own, &list), 0);
    for (size_t at = 0; at < len && status == 0;) {
        size_t left = len - at;
        size_t want = seed ? 1 + (size_t)rand_r(&seed) % 17 : chunk ? chunk : left;
        size_t take = want < left ? want : left;
        char *copy = malloc(take);
        memcpy(copy, text + at, take);
        status = reeve_json_list_feed(list, copy, take);
        free(copy);
        at += take;
    }
    int closed = reeve_json_list_close(list);
    if (status < 0)
        assert_int_equal(closed, status);
    fflush(reading->file);
    return closed;
}

static const struct reeve_json_list_config of_items = { .list = "items",
                                                        .item = note_item,
                                                        .member = note_member };

static const char document[] =
    " {\"kind\":\"List\",\n \"metadata\" : {\"continue\":\"a\\\"}]b\",\"items\":[9]} ,\"items\":[\n"
    "{\"a\":[1,{\"b\":\"}]\\\\\"}]},  17 ,\"x,y]\",true,null,[ "
    "],-1.5e3,{},\"\\u00e9\xC3\xA9\\u0000\"\n],"
    "\"t\\u0061il\":0, \"flag\":false,\"none\":null} \r\n";
static const char expected[] = "kind=\"List\"|metadata={\"continue\":\"a\\\"}]b\",\"items\":[9]}|"
                               "{\"a\":[1,{\"b\":\"}]\\\\\"}]}|17|\"x,y]\"|true|null|[]|-1500|{}|"
                               "\"\xC3\xA9\xC3\xA9\xEF\xBF\xBD\"|tail=0|flag=false|none=null|";

static void
a_list_is_the_same_however_it_is_cut(void **state)
{
    (void)state;
    for (size_t chunk = 0; chunk < sizeof(document); chunk++) {
        struct reading reading;
        reading_begin(&reading);
        assert_int_equal(read_list(&reading, &of_items, document, sizeof(document) - 1, chunk, 0),
                         0);
        assert_string_equal(reading.text, expected);
        reading_end(&reading);
    }
    for (unsigned seed = 1; seed <= 500; seed++) {
        struct reading reading;
        reading_begin(&reading);
        assert_int_equal(read_list(&reading, &of_items, document, sizeof(document) - 1, 0, seed),
                         0);
        assert_string_equal(reading.text, expected);
        reading_end(&reading);
    }
}

static void
long_numbers_are_exact_however_they_are_cut(void **state)
{
    static const char text[] = "{\"a\":9007199254740993,\"items\":[1234567890123456789,"
                               "{\"x\":[12,9007199254740995],\"y\":-18446744073709551615}]}";
    struct reeve_json_list_config config = { .list = "items",
                                             .item = note_item,
                                             .member = note_member };

    (void)state;
    for (size_t chunk = 0; chunk < sizeof(text); chunk++) {
        struct reading reading;
        reading_begin(&reading);
        assert_int_equal(read_list(&reading, &config, text, strlen(text), chunk, 0), 0);
        assert_string_equal(reading.text,
                            "a=9007199254740993|1234567890123456789|"
                            "{\"x\":[12,9007199254740995],\"y\":-18446744073709551615}|");
        reading_end(&reading);
    }
}

static void
every_cut_is_noticed(void **state)
{
    size_t whole = strlen(document) - 3; /* without the blanks at its end */

    (void)state;
    for (size_t len = 0; len < whole; len++) {
        struct reading reading;
        reading_begin(&reading);
        int status = read_list(&reading, &of_items, document, len, 7, 0);
        char text[64];
        snprintf(text, sizeof(text), "cut off after %zu bytes", len);
        if (status != REEVE_E_PROTOCOL || !strstr(call.text, text))
            fail_msg("cut at %zu: %d, '%s'", len, status, call.text);
        reading_end(&reading);
    }
}

static void
what_is_no_such_list_is_refused(void **state)
{
    static const struct {
        const char *text;
        int error_class;
        const char *part; /* of the text */
    } cases[] = {
        { "[]", REEVE_E_PROTOCOL, "'{' expected at byte 0" },
        { "<html><body>Sign in</body></html>", REEVE_E_PROTOCOL, "'{' expected at byte 0" },
        { "\"items\"", REEVE_E_PROTOCOL, "'{' expected at byte 0" },
        { "{}", REEVE_E_PROTOCOL, "holds no list 'items'" },
        { "{\"kind\":\"Status\"}", REEVE_E_PROTOCOL, "holds no list 'items'" },
        { "{\"items\":{}}", REEVE_E_PROTOCOL, "'items' at byte 9 is no list" },
        { "{\"items\":\"[]\"}", REEVE_E_PROTOCOL, "is no list" },
        { "{\"items\":[]} x", REEVE_E_PROTOCOL, "the end expected at byte 13" },
        { "{\"items\":[]}{", REEVE_E_PROTOCOL, "the end expected at byte 12" },
        { "{,}", REEVE_E_PROTOCOL, "a name expected at byte 1" },
        { "{\"a\":1,}", REEVE_E_PROTOCOL, "a name expected at byte 7" },
        { "{\"a\" 1}", REEVE_E_PROTOCOL, "':' expected at byte 5" },
        { "{\"a\":1 \"b\":2}", REEVE_E_PROTOCOL, "',' or '}' expected at byte 7" },
        { "{\"items\":[1,]}", REEVE_E_PROTOCOL, "byte 12" },
        { "{\"items\":[,1]}", REEVE_E_PROTOCOL, "byte 10" },
        { "{\"items\":[1 2]}", REEVE_E_PROTOCOL, "',' or ']' expected at byte 12" },
        { "{\"items\":[{\"a\":tru}]}", REEVE_E_PROTOCOL, "goes wrong at byte 1" },
        { "{\"items\":[{\"a\":[1}]}", REEVE_E_PROTOCOL, "goes wrong at byte 1" },
        { "{\"items\":[nul]}", REEVE_E_PROTOCOL, "goes wrong at byte 10" },
        { "{\"items\":[{\"a\":\"\xFF\"}]}", REEVE_E_PROTOCOL, "not UTF-8 at byte 16" },
        { "{\"\xC3\":1}", REEVE_E_PROTOCOL, "not UTF-8 at byte 3" },
        { "{\"items\":[\x01]}", REEVE_E_PROTOCOL, "unexpected character at byte 10" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t chunk = 0; chunk < 4; chunk++) {
            struct reading reading;
            reading_begin(&reading);
            int status =
                read_list(&reading, &of_items, cases[i].text, strlen(cases[i].text), chunk, 0);
            if (status != cases[i].error_class || !strstr(call.text, cases[i].part))
                fail_msg("'%s' in chunks of %zu: %d, '%s'", cases[i].text, chunk, status,
                         call.text);
            reading_end(&reading);
        }
    }
}

static void
a_list_that_is_null_is_empty(void **state)
{
    struct reading reading;

    (void)state;
    reading_begin(&reading);
    assert_int_equal(read_list(&reading, &of_items, "{\"a\":1,\"items\":null}", 20, 1, 0), 0);
    assert_string_equal(reading.text, "a=1|");
    reading_end(&reading);
}

static void
a_document_may_be_the_list_itself(void **state)
{
    const struct reeve_json_list_config whole = { .item = note_item };
    struct reading reading;

    (void)state;
    reading_begin(&reading);
    assert_int_equal(read_list(&reading, &whole, " [1,{\"a\":2}] ", 13, 1, 0), 0);
    assert_string_equal(reading.text, "1|{\"a\":2}|");
    assert_int_equal(read_list(&reading, &whole, "{}", 2, 1, 0), REEVE_E_PROTOCOL);
    assert_int_equal(read_list(&reading, &whole, "[1", 2, 1, 0), REEVE_E_PROTOCOL);
    reading_end(&reading);
}

static void
a_failing_item_ends_the_reading(void **state)
{
    struct reading reading;

    (void)state;
    reading_begin(&reading);
    reading.fail_at = 2;
    assert_int_equal(read_list(&reading, &of_items, document, sizeof(document) - 1, 3, 0),
                     REEVE_E_CONFLICT);
    assert_int_equal(reading.items, 2);
    assert_string_equal(call.text, "enough");
    reading_end(&reading);
}

static void
nesting_of_an_item_has_a_ceiling(void **state)
{
    struct reading reading;
    char text[20032];

    (void)state;
    memcpy(text, "{\"items\":[", 10);
    memset(text + 10, '[', 10000);
    memset(text + 10010, ']', 10000);
    memcpy(text + 20010, "]}", 2);
    reading_begin(&reading);
    assert_int_equal(read_list(&reading, &of_items, text, 20012, 0, 1), REEVE_E_LIMIT);
    assert_string_equal(call.text, "JSON is nested more than 64 levels deep at byte 74");
    reading_end(&reading);
}

static void
names_and_items_have_ceilings(void **state)
{
    const struct reeve_json_list_config small = { .list = "items",
                                                  .item = note_item,
                                                  .max_item_bytes = 1000 };
    size_t len = 1 << 20;
    char *text = malloc(len + 64);
    struct reading reading;

    (void)state;
    reading_begin(&reading);
    memcpy(text, "{\"", 2);
    memset(text + 2, 'n', len);
    memcpy(text + 2 + len, "\":1,\"items\":[]}", 15);
    assert_int_equal(read_list(&reading, &of_items, text, len + 17, 1000, 0), REEVE_E_LIMIT);
    assert_string_equal(call.text, "a name in the JSON list, at byte 1, is longer than 4096 bytes");
    memcpy(text, "{\"items\":[\"", 11);
    memset(text + 11, 'v', len);
    memcpy(text + 11 + len, "\"]}", 3);
    assert_int_equal(read_list(&reading, &small, text, len + 14, 100, 0), REEVE_E_LIMIT);
    assert_string_equal(call.text,
                        "an item of the JSON list, at byte 10, is larger than 1000 bytes");
    assert_int_equal(read_list(&reading, &of_items, text, len + 14, 0, 0), 0);
    memcpy(text, "{\"other\":[\"", 11);
    assert_int_equal(read_list(&reading, &small, text, len + 14, 100, 0), REEVE_E_LIMIT);
    assert_string_equal(call.text,
                        "a member of the JSON list, at byte 9, is larger than 1000 bytes");
    reading_end(&reading);
    free(text);
}

static int
count_item(struct reeve_call *of, void *arg, const struct reeve_json *item)
{
    uint64_t *sum = arg;

    (void)of;
    *sum += (uint64_t)reeve_json_int(item, "n", 0);
    return 0;
}

static void
memory_does_not_grow_with_the_list(void **state)
{
    uint64_t sum = 0, wanted = 0;
    const struct reeve_json_list_config config = {
        .size = sizeof(config), .list = "items", .item = count_item, .arg = &sum
    };
    struct reeve_json_list *list;
    char item[256];
    size_t settled = 0;

    (void)state;
    assert_int_equal(reeve_json_list_open(&call, &config, &list), 0);
    assert_int_equal(reeve_json_list_feed(list, "{\"items\":[", 10), 0);
    for (uint64_t i = 0; i < 50000; i++) {
        int len = snprintf(item, sizeof(item), "%s{\"n\":%llu,\"text\":\"%0100d\"}", i ? "," : "",
                           (unsigned long long)i, 7);
        assert_int_equal(reeve_json_list_feed(list, item, 10), 0);
        assert_int_equal(reeve_json_list_feed(list, item + 10, (uint64_t)len - 10), 0);
        wanted += i;
        if (i == 100)
            settled = mallinfo2().uordblks;
    }
    /* With the sanitizer's allocator both are 0, and its report of leaks stands for this. */
    assert_true(mallinfo2().uordblks <= settled + 65536);
    assert_int_equal(reeve_json_list_feed(list, "]}", 2), 0);
    assert_int_equal(reeve_json_list_close(list), 0);
    assert_int_equal(sum, wanted);
}

static int
parse_inside(struct reeve_call *of, void *arg, const struct reeve_json *item)
{
    uint64_t *sum = arg;
    const char *text = reeve_json_string(item, "inner", "");
    struct reeve_json *inner;

    if (reeve_json_parse(of, text, strlen(text), 0, &inner) < 0)
        return REEVE_E_PROTOCOL;
    *sum += (uint64_t)reeve_json_int(inner, "n", 0) + (uint64_t)reeve_json_int(item, "n", 0);
    reeve_json_free(inner);
    return 0;
}

static void
an_item_may_parse_another_document(void **state)
{
    static const char text[] = "{\"items\":[{\"inner\":\"{\\\"n\\\":1}\",\"n\":10},"
                               "{\"inner\":\"{\\\"n\\\":2}\",\"n\":20}]}";
    uint64_t sum = 0;
    const struct reeve_json_list_config config = {
        .size = sizeof(config), .list = "items", .item = parse_inside, .arg = &sum
    };
    struct reeve_json_list *list;

    (void)state;
    assert_int_equal(reeve_json_list_open(&call, &config, &list), 0);
    assert_int_equal(reeve_json_list_feed(list, text, sizeof(text) - 1), 0);
    assert_int_equal(reeve_json_list_close(list), 0);
    assert_int_equal(sum, 33);
}

static void
a_reading_may_be_dropped_anywhere(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(document); len++) {
        struct reading reading;
        struct reeve_json_list_config config = of_items;
        struct reeve_json_list *list;
        reading_begin(&reading);
        config.size = sizeof(config);
        config.arg = &reading;
        assert_int_equal(reeve_json_list_open(&call, &config, &list), 0);
        assert_int_equal(reeve_json_list_feed(list, document, len), 0);
        reeve_json_list_abort(list);
        reading_end(&reading);
    }
    reeve_json_list_abort(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_the_same_however_it_is_cut),
        cmocka_unit_test(long_numbers_are_exact_however_they_are_cut),
        cmocka_unit_test(every_cut_is_noticed),
        cmocka_unit_test(what_is_no_such_list_is_refused),
        cmocka_unit_test(a_list_that_is_null_is_empty),
        cmocka_unit_test(a_document_may_be_the_list_itself),
        cmocka_unit_test(a_failing_item_ends_the_reading),
        cmocka_unit_test(nesting_of_an_item_has_a_ceiling),
        cmocka_unit_test(names_and_items_have_ceilings),
        cmocka_unit_test(memory_does_not_grow_with_the_list),
        cmocka_unit_test(an_item_may_parse_another_document),
        cmocka_unit_test(a_reading_may_be_dropped_anywhere),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
