/* SPDX-License-Identifier: Apache-2.0
 *
 * Digests: stored hashes must stay what they are, so known values are compared.
 */
#include "base/text.h"

#include "check.h"

static void
digests_are_those_of_xxh3(void **state)
{
    (void)state;
    /* As the algorithm's specification has them for the empty input. */
    struct rv_digest empty = rv_digest_of("", 0);
    assert_true(empty.high == 0x99aa06d3014798d8u && empty.low == 0x6001c324468d497fu);
    assert_true(rv_hash64("", 0, 0) == 0x2d06800538d394c2u);
}

static void
digests_depend_on_every_byte_and_on_the_seed(void **state)
{
    (void)state;
    char bytes[300] = { 0 };
    struct rv_digest before = rv_digest_of(bytes, sizeof(bytes));
    uint64_t hash_before = rv_hash64(bytes, sizeof(bytes), 0);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = 1;
        struct rv_digest after = rv_digest_of(bytes, sizeof(bytes));
        assert_true(after.low != before.low && after.high != before.high);
        assert_true(rv_hash64(bytes, sizeof(bytes), 0) != hash_before);
        bytes[i] = 0;
    }
    assert_true(rv_hash64(bytes, sizeof(bytes), 1) != hash_before);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_xxh3),
        cmocka_unit_test(digests_depend_on_every_byte_and_on_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
