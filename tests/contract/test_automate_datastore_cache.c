/* SPDX-License-Identifier: Apache-2.0
 *
 * The cache of the datastore: it sees what changes at its next look, and asks nothing twice.
 */
#include "datastore_fixture.h"

#include "datastore/cache.h"

static const struct rv_ae_method *
method_of(const struct rv_ae_source *source, const char *path, const char *name)
{
    rv_err err = RV_ERR_INIT;
    const struct rv_ae_domain *const *domains;
    const struct rv_ae_class *class;
    const struct rv_ae_method *method;
    size_t count;

    if (source->domains(source->arg, &domains, &count, &err) < 0 || count == 0 ||
        source->find_class(source->arg, domains[0], path, &class, &err) < 0 ||
        source->find_method(source->arg, class, name, &method, &err) < 0)
        return NULL;
    return method;
}

static void
the_cache_sees_a_change_at_its_next_look_and_forgets_what_is_disabled(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);
    struct rv_ae_cache *cache = rv_ae_cache_new(f->store, 0);
    const struct rv_ae_source *source = rv_ae_cache_source(cache);
    struct rv_ae_domain_change off = RV_AE_DOMAIN_STAYS;

    import(f, tree);
    assert_int_equal(rv_ae_cache_refresh(cache, &err), 1);
    const struct rv_ae_method *first =
        method_of(source, "system/event/emsevent/demo", "Note_Start");
    assert_contains(first->data, "machine was started");
    assert_int_equal(first->input_count, 2);
    assert_string_equal(first->embedded[0], "/Integration/Mail/format");
    assert_int_equal(rv_ae_cache_refresh(cache, &err), 0);
    assert_ptr_equal(method_of(source, "system/event/emsevent/demo", "note_start"), first);
    assert_null(method_of(source, "system/event/emsevent/demo", "none"));

    struct rv_ae_method *note = rv_ae_tree_method(
        rv_ae_tree_class(rv_ae_tree_domain(tree, "Acme"), "System/Event/EmsEvent/Demo"),
        "note_start");
    note->data = "return 2";
    note->data_len = 8;
    import(f, tree);
    assert_int_equal(rv_ae_cache_refresh(cache, &err), 1);
    assert_string_equal(method_of(source, "system/event/emsevent/demo", "note_start")->data,
                        "return 2");

    off.enabled = 0;
    assert_int_equal(rv_datastore_edit(&f->ds, domain_id(f, "Acme"), &off, &err), 0);
    assert_int_equal(rv_ae_cache_refresh(cache, &err), 1);
    assert_null(method_of(source, "system/event/emsevent/demo", "note_start"));
    rv_ae_cache_free(cache);
}

static void
what_went_with_its_domain_is_not_taken_for_what_never_was(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);
    struct rv_ae_cache *cache = rv_ae_cache_new(f->store, 0);
    const struct rv_ae_source *source = rv_ae_cache_source(cache);
    const struct rv_ae_domain *const *domains;
    const struct rv_ae_class *class;
    const struct rv_ae_instance *instance;
    const struct rv_ae_method *method;
    size_t count;

    import(f, tree);
    assert_int_equal(rv_ae_cache_refresh(cache, &err), 1);
    assert_int_equal(source->domains(source->arg, &domains, &count, &err), 0);
    assert_int_equal(
        source->find_class(source->arg, domains[0], "System/Event/EmsEvent/Demo", &class, &err), 0);
    assert_int_equal(source->find_instance(source->arg, class, "none", &instance, &err),
                     RV_E_NOT_FOUND);
    rv_err_clear(&err);
    assert_int_equal(rv_datastore_delete(&f->ds, domain_id(f, "Acme"), NULL, &err), 0);
    assert_int_equal(source->find_instance(source->arg, class, ".missing", &instance, &err),
                     RV_E_UNAVAILABLE);
    rv_err_clear(&err);
    assert_int_equal(source->find_method(source->arg, class, "note_start", &method, &err),
                     RV_E_UNAVAILABLE);
    assert_contains(err.text, "is not in force any more");
    rv_err_clear(&err);
    assert_int_equal(rv_ae_cache_refresh(cache, &err), 1);
    assert_int_equal(source->domains(source->arg, &domains, &count, &err), 0);
    assert_int_equal(count, 0);
    rv_ae_cache_free(cache);
}

static int
collect(void *arg, const struct rv_ae_instance *instance, rv_err *err)
{
    (void)err;
    rv_buf_addf(arg, "%s ", instance->name);
    return 0;
}

static void
a_second_look_asks_the_database_nothing(void **state)
{
    struct fixture *f = *state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);
    struct rv_ae_cache *cache = rv_ae_cache_new(f->store, 0);
    const struct rv_ae_source *source = rv_ae_cache_source(cache);
    const struct rv_ae_domain *const *domains;
    const struct rv_ae_class *class;
    const struct rv_ae_instance *instance;
    RV_AUTO_BUF rv_buf names = rv_buf_limited(1000);
    size_t count;

    import(f, tree);
    rv_ae_cache_refresh(cache, &err);
    for (int i = 0; i < 2; i++) {
        int64_t before = rv_store_statements(f->store);
        assert_int_equal(source->domains(source->arg, &domains, &count, &err), 0);
        assert_int_equal(
            source->find_class(source->arg, domains[0], "System/Event/EmsEvent/Demo", &class, &err),
            0);
        assert_int_equal(source->find_instance(source->arg, class, "VM_STARTED", &instance, &err),
                         0);
        assert_int_equal(source->find_instance(source->arg, class, "nothing", &instance, &err),
                         RV_E_NOT_FOUND);
        if (i)
            assert_int_equal(rv_store_statements(f->store), before);
    }
    assert_int_equal(source->match(source->arg, class, "*", 10, collect, &names, &err), 0);
    assert_string_equal(rv_buf_text(&names), ".missing vm_started ");
    rv_ae_cache_free(cache);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        fresh_test(the_cache_sees_a_change_at_its_next_look_and_forgets_what_is_disabled),
        fresh_test(what_went_with_its_domain_is_not_taken_for_what_never_was),
        fresh_test(a_second_look_asks_the_database_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
