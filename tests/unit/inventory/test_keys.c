/* SPDX-License-Identifier: Apache-2.0
 *
 * The key table: what is put is found, what is taken back was never there, and
 * memory stays in bounds at every size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "inventory/keys.h"

#define BASE 7000000000000LL

static const struct rv_kind *
kind_of(const char *name)
{
    rv_err err = RV_ERR_INIT;
    static int ready;
    if (!ready)
        assert_int_equal(rv_model_init(&err), 0);
    ready = 1;
    return rv_model_kind(name);
}

static struct rv_digest
digest_of(const struct rv_keys *keys, int n)
{
    char ref[32];
    snprintf(ref, sizeof(ref), "ref-%d", n);
    return rv_keys_digest(keys, kind_of("container_group"), ref);
}

static void
put(struct rv_keys *keys, int n, int flags)
{
    struct rv_known key = {
        .id = BASE + n + 1, .hash = (uint64_t)n * 3, .kind = n % 5, .flags = flags
    };
    rv_keys_put(keys, digest_of(keys, n), &key);
}

static void
what_is_put_is_found_and_what_is_removed_is_not(void **state)
{
    (void)state;
    struct rv_keys *keys = rv_keys_new(BASE);
    struct rv_known key;
    for (int n = 0; n < 20000; n++)
        put(keys, n, 0);
    rv_keys_keep(keys);
    for (int n = 0; n < 20000; n += 3)
        rv_keys_remove(keys, digest_of(keys, n));
    rv_keys_keep(keys);
    for (int n = 0; n < 20000; n++) {
        assert_int_equal(rv_keys_get(keys, digest_of(keys, n), &key), n % 3 != 0);
        if (n % 3 == 0)
            continue;
        assert_int_equal(key.id, BASE + n + 1);
        assert_int_equal(key.hash, (uint64_t)n * 3);
        assert_int_equal(key.kind, n % 5);
    }
    assert_false(rv_keys_get(keys, digest_of(keys, 20001), &key));
    assert_int_equal(rv_keys_count(keys), 20000 - 6667);
    rv_keys_free(keys);
}

static void
changes_are_taken_back_until_they_are_kept(void **state)
{
    (void)state;
    struct rv_keys *keys = rv_keys_new(BASE);
    const struct rv_kind *node = kind_of("container_node");
    struct rv_digest name = rv_keys_name_digest(keys, node, NULL, "one");
    struct rv_digest other = rv_keys_name_digest(keys, node, NULL, "two");
    struct rv_known key;
    struct rv_name found;
    put(keys, 1, 0);
    put(keys, 2, RV_KEY_RESERVED);
    rv_keys_put_name(keys, name, (struct rv_name){ .id = BASE + 9, .reserved = 1 });
    rv_keys_keep(keys);
    struct rv_known changed = { .id = BASE + 100, .hash = 5 };
    rv_keys_put(keys, digest_of(keys, 1), &changed);
    rv_keys_remove(keys, digest_of(keys, 1));
    rv_keys_put(keys, digest_of(keys, 2), &changed);
    put(keys, 3, 0);
    rv_keys_put_name(keys, name, (struct rv_name){ .id = BASE + 10 });
    rv_keys_remove_name(keys, name);
    rv_keys_put_name(keys, other, (struct rv_name){ .id = BASE + 11 });
    assert_int_equal(rv_keys_reserved(keys), 0);
    rv_keys_undo(keys);
    assert_true(rv_keys_get(keys, digest_of(keys, 1), &key));
    assert_int_equal(key.id, BASE + 2);
    assert_true(rv_keys_get(keys, digest_of(keys, 2), &key));
    assert_int_equal(key.flags, RV_KEY_RESERVED);
    assert_false(rv_keys_get(keys, digest_of(keys, 3), &key));
    assert_true(rv_keys_name(keys, name, &found));
    assert_int_equal(found.id, BASE + 9);
    assert_true(found.reserved);
    assert_false(rv_keys_name(keys, other, &found));
    assert_int_equal(rv_keys_count(keys), 1);
    assert_int_equal(rv_keys_reserved(keys), 2);
    rv_keys_free(keys);
}

static void
what_was_not_seen_since_its_kind_began_is_listed(void **state)
{
    (void)state;
    struct rv_keys *keys = rv_keys_new(BASE);
    uint8_t *kinds = calloc((size_t)rv_model_count(), 1);
    struct rv_digest unseen[1000];
    for (int n = 0; n < 500; n++)
        put(keys, n, n % 10 == 5 ? RV_KEY_RESERVED : RV_KEY_SEEN);
    assert_int_equal(rv_keys_unseen(keys, 0, unseen, 1000), 0);
    kinds[0] = 1;
    rv_keys_unsee(keys, kinds);
    assert_int_equal(rv_keys_unseen(keys, 0, unseen, 1000), 50);
    assert_int_equal(rv_keys_unseen(keys, 0, unseen, 7), 7);
    assert_int_equal(rv_keys_unseen(keys, 1, unseen, 1000), 0);
    rv_keys_see(keys, digest_of(keys, 10));
    assert_int_equal(rv_keys_unseen(keys, 0, unseen, 1000), 49);
    free(kinds);
    rv_keys_free(keys);
}

static void
an_object_with_a_name_takes_at_most_64_bytes_at_every_size(void **state)
{
    (void)state;
    struct rv_keys *keys = rv_keys_new(BASE);
    const struct rv_kind *pod = kind_of("container_group");
    char name[32];
    size_t worst = 0;
    for (int n = 0; n < 60000; n++) {
        put(keys, n, 0);
        snprintf(name, sizeof(name), "name-%d", n);
        rv_keys_put_name(keys, rv_keys_name_digest(keys, pod, "default", name),
                         (struct rv_name){ .id = BASE + n + 1 });
        rv_keys_keep(keys);
        size_t each = n >= 3000 ? rv_keys_bytes(keys) * 100 / (size_t)(n + 1) : 0;
        worst = each > worst ? each : worst;
    }
    if (worst > 6400)
        fail_msg("%zu hundredths of a byte for each object", worst);
    rv_keys_free(keys);
}

static void
scopes_kinds_and_forms_tell_names_apart(void **state)
{
    (void)state;
    struct rv_keys *keys = rv_keys_new(BASE), *another = rv_keys_new(BASE);
    const struct rv_kind *pod = kind_of("container_group"), *node = kind_of("container_node");
    struct rv_digest all[] = {
        rv_keys_digest(keys, pod, "a"),
        rv_keys_digest(keys, node, "a"),
        rv_keys_name_digest(keys, node, NULL, "a"),
        rv_keys_name_digest(keys, pod, "a", "bc"),
        rv_keys_name_digest(keys, pod, "ab", "c"),
        rv_keys_digest(another, pod, "a"),
    };
    for (size_t i = 0; i < RV_COUNT(all); i++)
        for (size_t j = 0; j < i; j++)
            assert_true(all[i].low != all[j].low);
    rv_keys_free(keys);
    rv_keys_free(another);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_found_and_what_is_removed_is_not),
        cmocka_unit_test(changes_are_taken_back_until_they_are_kept),
        cmocka_unit_test(what_was_not_seen_since_its_kind_began_is_listed),
        cmocka_unit_test(an_object_with_a_name_takes_at_most_64_bytes_at_every_size),
        cmocka_unit_test(scopes_kinds_and_forms_tell_names_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
