/* SPDX-License-Identifier: Apache-2.0
 *
 * The datastore of automate: what is imported is there, what fails changes nothing, and whoever may
 * not change a domain does not.
 */
#include "datastore_fixture.h"

#include <stdlib.h>
#include "datastore/cache.h"
#include "datastore/secret.h"
#include "store/notes.h"
#include "tree/write.h"

static int64_t
generation(struct fixture *f)
{
    rv_err err = RV_ERR_INIT;
    int64_t value;

    assert_int_equal(rv_note_read(&value, f->store, RV_NOTE_AUTOMATE, &err), 0);
    return value;
}

static int
add_file(void *arg, const char *path, const char *text, size_t len, rv_err *err)
{
    (void)err;
    rv_buf_addf(arg, "=== %s\n", path);
    rv_buf_add(arg, text, len);
    return 0;
}

static char *
everything(const struct rv_ae_tree *tree)
{
    rv_err err = RV_ERR_INIT;
    rv_buf out = rv_buf_limited(16 << 20);

    if (rv_ae_tree_files(tree, add_file, &out, &err) < 0)
        fail_msg("%s", err.text);
    return rv_buf_take_string(&out);
}

static char *
exported(struct fixture *f, const char *name)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;

    if (rv_datastore_export(&tree, &f->ds, name, &err) < 0)
        fail_msg("%s", err.text);
    return everything(tree);
}

static void
a_tree_of_the_size_of_manageiqs_own_is_counted_after_the_import(void **state)
{
    struct fixture *f = *state;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = made_tree("");
    struct rv_ae_imported out = import(f, tree);

    assert_int_equal(out.domains, 1);
    assert_int_equal(out.namespaces, 81);
    assert_int_equal(out.classes, 122);
    assert_int_equal(out.instances, 803);
    assert_int_equal(out.methods, 292);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_domains"), 1);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_namespaces"), 81);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_classes"), 122);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_instances"), 803);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_methods"), 292);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_fields"), 366);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_values"), 1606);
    RV_AUTO_FREE char *before = everything(tree), *after = exported(f, "Made");
    assert_string_equal(before, after);
}

static void
what_is_imported_again_changes_nothing(void **state)
{
    struct fixture *f = *state;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);

    import(f, tree);
    int64_t before = generation(f), feed = rv_test_int(f->store, "SELECT MAX(number) FROM changes");
    struct rv_ae_imported out = import(f, tree);
    assert_int_equal(out.created + out.changed + out.deleted, 0);
    assert_int_equal(generation(f), before);
    /* That it was looked at is said of the domain. */
    assert_in_range(rv_test_int(f->store, "SELECT MAX(number) FROM changes"), feed, feed + 1);
}

static void
only_what_differs_is_written_and_told_by_the_feed(void **state)
{
    struct fixture *f = *state;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);

    import(f, tree);
    int64_t before = generation(f);
    struct rv_ae_tree_domain *acme = rv_ae_tree_domain(tree, "Acme");
    struct rv_ae_tree_class *demo = rv_ae_tree_class(acme, "System/Event/EmsEvent/Demo");
    struct rv_ae_method *note = rv_ae_tree_method(demo, "note_start");
    note->data = "return 1";
    note->data_len = 8;
    rv_ae_tree_class(acme, "Integration/Steps")->instance_count = 0;
    rv_test_script(f->store, "DELETE FROM changes");
    struct rv_ae_imported out = import(f, tree);
    assert_int_equal(out.created, 0);
    assert_int_equal(out.changed, 1);
    assert_int_equal(out.deleted, 2); /* the instance and its value */
    assert_int_equal(generation(f), before + 1);
    assert_int_equal(rv_test_int(f->store,
                                 "SELECT COUNT(*) FROM changes WHERE kind ="
                                 " 'miq_ae_method' AND columns LIKE '%Says that a machine%'"),
                     1);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM changes WHERE op = 4"), 2);
}

static void
a_password_is_sealed_starred_and_sealed_again_only_when_it_is_another(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);
    static const char sealed[] = "SELECT sealed_value FROM miq_ae_values WHERE sealed_value LIKE"
                                 " 'v1:%'";

    import(f, tree);
    RV_AUTO_FREE char *envelope = rv_test_text(f->store, sealed);
    assert_contains(envelope, ":open sesame");
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_values WHERE value ="
                                           " 'open sesame'"),
                     0);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM changes WHERE columns LIKE"
                                           " '%sesame%'"),
                     0);
    RV_AUTO_FREE char *out = exported(f, "Acme");
    assert_contains(out, "value: '********'");
    assert_null(strstr(out, "sesame"));
    assert_int_equal(import(f, tree).changed, 0);

    struct rv_ae_tree_class *mail =
        rv_ae_tree_class(rv_ae_tree_domain(tree, "Acme"), "Integration/Mail");
    struct rv_ae_entry *entry =
        (struct rv_ae_entry *)(uintptr_t)&rv_ae_tree_instance(mail, ".default")->entries[0];
    entry->value = RV_AE_STARS; /* as an export has it: the password stays */
    assert_int_equal(import(f, tree).changed, 0);
    RV_AUTO_FREE char *same = rv_test_text(f->store, sealed);
    assert_string_equal(same, envelope);
    entry->value = "another";
    assert_int_equal(import(f, tree).changed, 1);
    RV_AUTO_FREE char *other = rv_test_text(f->store, sealed);
    assert_contains(other, ":another");

    struct rv_ae_cache *cache = rv_ae_cache_new(f->store, 0);
    const struct rv_ae_source *source = rv_ae_cache_source(cache);
    const struct rv_ae_domain *const *domains;
    const struct rv_ae_class *class;
    const struct rv_ae_instance *instance;
    RV_AUTO_FREE char *text = NULL;
    size_t count;
    assert_int_equal(rv_ae_cache_refresh(cache, &err), 1);
    assert_int_equal(source->domains(source->arg, &domains, &count, &err), 0);
    assert_int_equal(source->find_class(source->arg, domains[0], "integration/MAIL", &class, &err),
                     0);
    assert_int_equal(source->find_instance(source->arg, class, ".Default", &instance, &err), 0);
    assert_string_equal(instance->entries[1].name, "password");
    if (rv_ae_secret_open(&text, &test_vault, instance->entries[1].value, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(text, "another");
    rv_ae_cache_free(cache);
}

static void
an_import_that_fails_leaves_the_old_domain_as_it_was(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);
    struct rv_ae_imported out;
    const struct rv_ae_import options = { 0 };

    import(f, tree);
    int64_t before = generation(f);
    RV_AUTO_FREE char *was = exported(f, "Acme");
    struct rv_ae_tree_class *mail =
        rv_ae_tree_class(rv_ae_tree_domain(tree, "Acme"), "Integration/Mail");
    struct rv_ae_entry *entry =
        (struct rv_ae_entry *)(uintptr_t)&rv_ae_tree_instance(mail, ".default")->entries[0];
    entry->name = "nothing";
    mail->method_count = 0;
    assert_int_equal(rv_datastore_import(&f->ds, tree, &options, &out, &err), RV_E_INVALID);
    assert_contains(err.text, "Acme/Integration/Mail.class/_default.yaml:8: class Integration/Mail "
                              "has no field 'nothing'");
    RV_AUTO_FREE char *is = exported(f, "Acme");
    assert_string_equal(was, is);
    assert_int_equal(generation(f), before);
}

struct cutting {
    struct fixture *f;
    int told;
};

static int
cut_off(void *arg, size_t done, size_t all, rv_err *err)
{
    struct cutting *cutting = arg;

    assert_true(done <= all);
    cutting->told++;
    assert_int_equal(rv_test_int(cutting->f->store, "SELECT COUNT(*) FROM miq_ae_domains WHERE"
                                                    " name = 'Made' AND enabled IS TRUE"),
                     1);
    return cutting->told == 3 ? rv_fail(err, RV_E_CANCELLED, "enough") : 0;
}

static void
a_large_import_comes_in_pieces_and_takes_the_place_of_the_old_one_in_one_step(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *small = made_tree("Made 3 3 6 2");
    RV_AUTO_AE_TREE struct rv_ae_tree *large = made_tree("Made 4 20 1700 20");
    struct cutting cutting = { .f = f };
    struct rv_ae_import options = { .progress = cut_off, .arg = &cutting };
    struct rv_ae_imported out;

    import(f, small);
    RV_AUTO_FREE char *was = exported(f, "Made");
    assert_int_equal(rv_datastore_import(&f->ds, large, &options, &out, &err), RV_E_CANCELLED);
    RV_AUTO_FREE char *still = exported(f, "Made");
    assert_string_equal(was, still);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_domains"), 1);

    int64_t before = generation(f);
    options.progress = NULL;
    if (rv_datastore_import(&f->ds, large, &options, &out, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(generation(f), before + 1);
    RV_AUTO_FREE char *is = exported(f, "Made"), *wanted = everything(large);
    assert_string_equal(is, wanted);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_domains"), 1);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_instances"), 1700);
    assert_int_equal(rv_test_int(f->store, "SELECT priority FROM miq_ae_domains"), 1);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_domains WHERE enabled IS"
                                           " TRUE"),
                     1);
}

static void
a_deletion_that_was_cut_off_is_found_and_ended(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = made_tree("Made 3 20 900 20");
    int64_t id = 0;
    int left = 0;

    import(f, tree);
    assert_int_equal(rv_datastore_leftover(f->store, &id, &err), 0);
    assert_int_equal(rv_datastore_delete(&f->ds, domain_id(f, "Made"), &left, &err), 0);
    assert_true(left);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_domains WHERE name ="
                                           " 'Made'"),
                     0);
    assert_int_equal(rv_datastore_leftover(f->store, &id, &err), 1);
    assert_int_equal(rv_datastore_delete(&f->ds, id, NULL, &err), 0);
    assert_int_equal(rv_datastore_leftover(f->store, &id, &err), 0);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_values"), 0);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_domains"), 0);
}

static void
an_export_says_which_row_it_cannot_read(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME), *out = NULL;
    struct rv_ae_imported counts;
    const struct rv_ae_import plain = { 0 };

    assert_int_equal(rv_datastore_import(&f->ds, tree, &plain, &counts, &err), 0);
    rv_test_script(f->store, "UPDATE miq_ae_methods SET name_key = 'odd' WHERE name ="
                             " 'note_start'");
    assert_int_equal(rv_datastore_export(&out, &f->ds, "Acme", &err), RV_E_NOT_FOUND);
    assert_int_equal(err.code, RV_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "method 'note_start' of class 'Demo'"));
}

static void
a_new_domain_comes_in_disabled_on_top_and_under_another_name_when_asked(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);
    struct rv_ae_imported out;
    const struct rv_ae_import plain = { 0 }, other = { .as = "Copy" };

    assert_int_equal(rv_datastore_import(&f->ds, tree, &plain, &out, &err), 0);
    assert_int_equal(rv_datastore_import(&f->ds, tree, &other, &out, &err), 0);
    assert_int_equal(rv_test_int(f->store, "SELECT COUNT(*) FROM miq_ae_domains WHERE enabled IS"
                                           " TRUE"),
                     0);
    assert_int_equal(rv_test_int(f->store, "SELECT priority FROM miq_ae_domains WHERE name ="
                                           " 'Acme'"),
                     1);
    assert_int_equal(rv_test_int(f->store, "SELECT priority FROM miq_ae_domains WHERE name ="
                                           " 'Copy'"),
                     2);
}

enum act { RANK, COLUMNS, CONTENTS, REMOVE };

static int
try_act(struct fixture *f, enum act act, int64_t id, const struct rv_ae_tree *tree)
{
    rv_err err = RV_ERR_INIT;
    struct rv_ae_domain_change rank = RV_AE_DOMAIN_STAYS, columns = RV_AE_DOMAIN_STAYS;
    const struct rv_ae_import options = { 0 };
    struct rv_ae_imported out;

    rank.enabled = 1;
    columns.description = "mine";
    switch (act) {
    case RANK:
        return rv_datastore_edit(&f->ds, id, &rank, &err);
    case COLUMNS:
        return rv_datastore_edit(&f->ds, id, &columns, &err);
    case CONTENTS:
        return rv_datastore_import(&f->ds, tree, &options, &out, &err);
    default:
        return rv_datastore_delete(&f->ds, id, NULL, &err);
    }
}

static void
source_and_lock_say_who_may_change_what(void **state)
{
    static const struct {
        const char *source;
        int may[4]; /* rank, columns, contents, remove */
    } matrix[] = { { "user", { 1, 1, 1, 1 } },
                   { "user_locked", { 1, 1, 0, 0 } },
                   { "remote", { 1, 0, 0, 1 } },
                   { "system", { 0, 0, 0, 0 } } };
    struct fixture *f = *state;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);

    for (size_t i = 0; i < RV_COUNT(matrix); i++) {
        for (int act = 0; act < 4; act++) {
            import(f, tree);
            RV_AUTO_FREE char *sql =
                rv_format("UPDATE miq_ae_domains SET source = '%s'", matrix[i].source);
            rv_test_script(f->store, sql);
            int rc = try_act(f, (enum act)act, domain_id(f, "Acme"), tree);
            if (rc != (matrix[i].may[act] ? 0 : RV_E_PERMISSION))
                fail_msg("%s: act %d: %d", matrix[i].source, act, rc);
            rv_test_script(f->store, "UPDATE miq_ae_domains SET source = 'user'");
        }
    }
}

static void
a_lock_is_for_users_domains_and_taken_back(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);

    import(f, tree);
    int64_t id = domain_id(f, "Acme"), before = generation(f);
    assert_int_equal(rv_datastore_lock(&f->ds, id, &err), 0);
    assert_true(generation(f) > before); /* an import that is under way looks again */
    assert_int_equal(rv_datastore_lock(&f->ds, id, &err), 0);
    assert_int_equal(try_act(f, CONTENTS, id, tree), RV_E_PERMISSION);
    assert_int_equal(rv_datastore_unlock(&f->ds, id, &err), 0);
    assert_int_equal(try_act(f, CONTENTS, id, tree), 0);
    rv_test_script(f->store, "UPDATE miq_ae_domains SET source = 'system'");
    assert_int_equal(rv_datastore_unlock(&f->ds, id, &err), RV_E_CONFLICT);
}

static char *
order_of(struct fixture *f, int tenant_id)
{
    RV_AUTO_FREE char *rows = rv_format("SELECT name || priority AS place FROM miq_ae_domains WHERE"
                                        " COALESCE(tenant_id, 0) = %d ORDER BY priority, name",
                                        tenant_id);
    RV_AUTO_FREE char *sql = rv_format("SELECT %s(place, ' ') FROM (%s) p",
                                       rv_test_is_postgres() ? "STRING_AGG" : "GROUP_CONCAT", rows);
    return rv_test_text(f->store, sql);
}

static void
priorities_are_places_and_close_up_after_a_deletion(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    static const char *const names[] = { "a", "b", "c", "d" };
    int64_t ids[4];

    for (int i = 0; i < 4; i++) {
        struct rv_ae_domain_change new = RV_AE_DOMAIN_STAYS;
        new.name = names[i];
        if (rv_datastore_create(&f->ds, &new, &ids[i], &err) < 0)
            fail_msg("%s", err.text);
    }
    struct rv_ae_domain_change change = RV_AE_DOMAIN_STAYS, same = RV_AE_DOMAIN_STAYS;
    change.priority = 1;
    assert_int_equal(rv_datastore_edit(&f->ds, ids[3], &change, &err), 0);
    RV_AUTO_FREE char *moved = order_of(f, 0);
    assert_string_equal(moved, "d1 a2 b3 c4");
    change.priority = 99;
    assert_int_equal(rv_datastore_edit(&f->ds, ids[0], &change, &err), 0);
    assert_int_equal(rv_datastore_delete(&f->ds, ids[1], NULL, &err), 0);
    RV_AUTO_FREE char *closed = order_of(f, 0);
    assert_string_equal(closed, "d1 c2 a3");
    change.priority = 0;
    assert_int_equal(rv_datastore_edit(&f->ds, ids[0], &change, &err), RV_E_INVALID);
    same.name = "C";
    assert_int_equal(rv_datastore_edit(&f->ds, ids[0], &same, &err), RV_E_CONFLICT);
    assert_contains(err.text, "there is a domain 'c' already");
}

static void
a_domain_that_goes_to_another_tenant_leaves_its_place_and_comes_on_top_there(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    static const char *const names[] = { "a", "b", "c", "d" };
    struct rv_ae_domain_change change = RV_AE_DOMAIN_STAYS;
    int64_t ids[4];

    for (int i = 0; i < 4; i++) {
        struct rv_ae_domain_change new = RV_AE_DOMAIN_STAYS;
        new.name = names[i];
        new.tenant_id = i < 3 ? 0 : 7;
        assert_int_equal(rv_datastore_create(&f->ds, &new, &ids[i], &err), 0);
    }
    change.tenant_id = 7;
    assert_int_equal(rv_datastore_edit(&f->ds, ids[0], &change, &err), 0);
    RV_AUTO_FREE char *gone = order_of(f, 0), *come = order_of(f, 7);
    assert_string_equal(gone, "b1 c2");
    assert_string_equal(come, "d1 a2");
    change.priority = 1;
    assert_int_equal(rv_datastore_edit(&f->ds, ids[1], &change, &err), 0);
    RV_AUTO_FREE char *left = order_of(f, 0), *first = order_of(f, 7);
    assert_string_equal(left, "c1");
    assert_string_equal(first, "b1 d2 a3");
}

static void
no_domain_has_the_name_of_one_that_is_being_imported(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    struct rv_ae_domain_change new = RV_AE_DOMAIN_STAYS;
    int64_t id;

    new.name = "Made.Importing";
    assert_int_equal(rv_datastore_create(&f->ds, &new, &id, &err), RV_E_INVALID);
    assert_contains(err.text, "is that of a domain while it is imported");
}

static int
sees_none(void *arg, int64_t tenant_id)
{
    (void)arg;
    return tenant_id == 7;
}

static void
a_domain_of_another_tenant_is_asked_about_and_not_there(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME), *out = NULL;

    import(f, tree);
    f->ds.sees_tenant = sees_none;
    assert_int_equal(rv_datastore_export(&out, &f->ds, "Acme", &err), RV_E_NOT_FOUND);
    assert_int_equal(rv_datastore_lock(&f->ds, domain_id(f, "Acme"), &err), RV_E_NOT_FOUND);
    rv_test_script(f->store, "UPDATE miq_ae_domains SET tenant_id = 7");
    assert_int_equal(rv_datastore_lock(&f->ds, domain_id(f, "Acme"), &err), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        fresh_test(a_tree_of_the_size_of_manageiqs_own_is_counted_after_the_import),
        fresh_test(what_is_imported_again_changes_nothing),
        fresh_test(only_what_differs_is_written_and_told_by_the_feed),
        fresh_test(a_password_is_sealed_starred_and_sealed_again_only_when_it_is_another),
        fresh_test(an_import_that_fails_leaves_the_old_domain_as_it_was),
        fresh_test(a_large_import_comes_in_pieces_and_takes_the_place_of_the_old_one_in_one_step),
        fresh_test(a_deletion_that_was_cut_off_is_found_and_ended),
        fresh_test(an_export_says_which_row_it_cannot_read),
        fresh_test(a_new_domain_comes_in_disabled_on_top_and_under_another_name_when_asked),
        fresh_test(source_and_lock_say_who_may_change_what),
        fresh_test(a_lock_is_for_users_domains_and_taken_back),
        fresh_test(priorities_are_places_and_close_up_after_a_deletion),
        fresh_test(a_domain_that_goes_to_another_tenant_leaves_its_place_and_comes_on_top_there),
        fresh_test(no_domain_has_the_name_of_one_that_is_being_imported),
        fresh_test(a_domain_of_another_tenant_is_asked_about_and_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
