/* SPDX-License-Identifier: Apache-2.0
 *
 * What a workspace refuses, and what it offers to methods.
 */
#include "run.h"

#include "../base/check.h"
#include "base/mem.h"

static void
run_once(struct run *run, const char *definitions, const char *uri, struct rv_ws_limits limits)
{
    run_init(run, definitions);
    run->limits = limits;
    run_path(run, uri, 1);
}

static void
objects_below_each_other_have_a_ceiling(void **state)
{
    static const char *const definitions =
        "domain Top 1\nclass A/C\nfield n attribute #* = ${#n}x\n"
        "field r relationship #* = /A/C/c?n=${#n}#${#n}\ninstance c";
    struct run run;
    (void)state;
    run_once(&run, definitions, "/A/C/c", (struct rv_ws_limits){ 0 });
    assert_contains(rv_buf_text(&run.trace), "limit: ");
    assert_contains(rv_buf_text(&run.trace), "64 objects below each other");
    run_free(&run);
    run_once(&run, definitions, "/A/C/c", (struct rv_ws_limits){ .depth = 3 });
    assert_contains(rv_buf_text(&run.trace), "3 objects below each other");
    run_free(&run);
}

static void
objects_and_matches_and_texts_have_a_ceiling(void **state)
{
    static const char *const definitions =
        "domain Top 1\nclass A/R\nfield r relationship = /A/C/*\ninstance r\n"
        "class A/C\nfield t attribute = ${/#long}${/#long}\n"
        "instance a\ninstance b\ninstance c\ninstance d";
    struct run run;
    (void)state;
    run_once(&run, definitions, "/A/R/r?long=1234567890", (struct rv_ws_limits){ .objects = 4 });
    assert_contains(rv_buf_text(&run.trace), "limit: r of /Top/A/R/r: more than 4 objects");
    run_free(&run);
    run_once(&run, definitions, "/A/R/r?long=1234567890", (struct rv_ws_limits){ .matches = 3 });
    assert_contains(rv_buf_text(&run.trace), "limit: ");
    run_free(&run);
    run_once(&run, definitions, "/A/R/r?long=1234567890", (struct rv_ws_limits){ .bytes = 19 });
    assert_contains(rv_buf_text(&run.trace), "limit: ");
    run_free(&run);
    run_once(&run, definitions, "/A/R/r?long=1234567890",
             (struct rv_ws_limits){ .objects = 5, .matches = 4, .bytes = 20 });
    assert_contains(rv_buf_text(&run.trace), "\ndone\n");
    run_free(&run);
}

/* before, then "${x" so often, then behind, as the value of what the field is. */
static void
run_open(struct run *run, const char *field, const char *before, const char *behind)
{
    enum { TIMES = 300000 };
    RV_AUTO_BUF rv_buf text = rv_buf_limited(2 << 20);
    rv_buf_addf(&text, "domain Top 1\nclass A/C\n%s\nfield last attribute = reached\ninstance c\n",
                field);
    rv_buf_addf(&text, "t = %s", before);
    for (int i = 0; i < TIMES; i++)
        rv_buf_add_string(&text, "${x");
    rv_buf_add_string(&text, behind);
    run_init(run, rv_buf_text(&text));
    run->limits = (struct rv_ws_limits){ .bytes = 2 << 20 };
    run_path(run, "/A/C/c", 1);
}

static void
what_opens_and_never_ends_is_text_and_is_looked_at_once(void **state)
{
    static const struct {
        const char *field, *before, *behind, *gives;
    } ways[] = {
        { "field t attribute string", "", "", "t = \"${x${x" },
        { "field t attribute string", "${#last}", "", "t = \"${x${x" },
        { "field t attribute coalescing", "", " || ${x||", "t = \"${x${x" },
        { "field t assertion", "'", "'", "last = \"reached\"" },
        { "field t method", "none(a => '", "')", "not_found: " },
    };
    (void)state;
    for (size_t i = 0; i < RV_COUNT(ways); i++) {
        struct run run;
        run_open(&run, ways[i].field, ways[i].before, ways[i].behind);
        assert_contains(rv_buf_text(&run.trace), ways[i].gives);
        run_free(&run);
    }
}

static void
what_its_time_ends_is_over_whatever_passes_errors_over(void **state)
{
    static const char *const definitions =
        "domain Top 1\nclass A/C\nfield a attribute coalescing = ${/#b} || ${/#c} || 'd'\n"
        "field b attribute = ${/#a}\nfield e state = METHOD::go\nfield f attribute = last\n"
        "method go: exit 0\ninstance c";
    struct run run;
    (void)state;
    run_init(&run, definitions);
    run_path(&run, "/A/C/c", 1);
    assert_contains(rv_buf_text(&run.trace), "f = \"last\"");
    for (int i = 1; i <= 6; i++) {
        run.pulses = i;
        run_path(&run, "/A/C/c", 1);
        assert_contains(rv_buf_text(&run.trace), "limit: ");
        assert_contains(rv_buf_text(&run.trace), "its time is over");
        assert_null(strstr(rv_buf_text(&run.trace), "f = \"last\""));
    }
    run_free(&run);
}

static void
values_of_a_run_have_a_ceiling_together(void **state)
{
    static const char *const definitions =
        "domain Top 1\nclass A/R\nfield go method = go\nfield r relationship = /A/C/*\n"
        "method go: var v=12345\ninstance r\n"
        "class A/C\nfield t attribute = ${/#long}${/#long}\n"
        "instance a\ninstance b\ninstance c\ninstance d";
    struct run run;
    (void)state;
    run_once(&run, definitions, "/A/R/r?long=1234567890", (struct rv_ws_limits){ .total = 1000 });
    assert_contains(rv_buf_text(&run.trace), "limit: ");
    assert_contains(rv_buf_text(&run.trace),
                    "its attributes and state variables take more than 1000 bytes together");
    run_free(&run);
    run_once(&run, definitions, "/A/R/r?long=1234567890", (struct rv_ws_limits){ .total = 4000 });
    assert_contains(rv_buf_text(&run.trace), "\ndone\n");
    run_free(&run);
}

static struct rv_ws *
open_one(struct table *table)
{
    struct rv_ws *ws;
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_ws_open(&ws, table_source(table), NULL, NULL, &err), 0);
    return ws;
}

static void
a_state_that_cannot_be_read_is_refused(void **state)
{
    static const char *const bad[] = { "", "[1", "{\"vars\":[]}", "{\"machines\":5}",
                                       "{\"vars\":{\"a\":{\"$type\":\"what\",\"value\":\"1\"}}}" };
    struct table *table = table_new("domain Top 1");
    (void)state;
    for (size_t i = 0; i < RV_COUNT(bad); i++) {
        struct rv_ws *ws = open_one(table);
        rv_err err = RV_ERR_INIT;
        assert_true(rv_ws_restore(ws, bad[i], strlen(bad[i]), &err) < 0);
        assert_contains(err.text, "the state of a run");
        rv_ws_close(ws);
    }
    table_free(table);
}

static void
a_method_finds_its_way_between_objects(void **state)
{
    struct table *table = table_new("domain Top 1\n"
                                    "class A/Root\nfield r relationship = /A/Mid/m\ninstance r\n"
                                    "class A/Mid\nfield s relationship = /A/Leaf/l\ninstance m\n"
                                    "class A/Leaf\ninstance l");
    struct rv_ws *ws = open_one(table);
    struct rv_ws_object *root, *mid, *leaf;
    rv_err err = RV_ERR_INIT;
    (void)state;
    struct rv_ae_value seed = rv_ae_vint(12);
    rv_ws_seed(ws, "Event_ID", &seed);
    assert_int_equal(rv_ws_instantiate(ws, NULL, "/A/Root/r", &root, &err), 0);
    mid = rv_ws_child(root, 0);
    leaf = rv_ws_child(mid, 0);
    assert_int_equal(rv_ws_get(root, "event_id")->v.i, 12);
    assert_null(rv_ws_get(mid, "event_id"));
    assert_string_equal(rv_ws_path(leaf), "/Top/A/Leaf/l");
    assert_string_equal(rv_ws_made_by(leaf), "s");
    assert_ptr_equal(rv_ws_find(ws, leaf, "/"), root);
    assert_ptr_equal(rv_ws_find(ws, leaf, ".."), mid);
    assert_ptr_equal(rv_ws_find(ws, leaf, "../.."), root);
    assert_null(rv_ws_find(ws, leaf, "../../.."));
    assert_ptr_equal(rv_ws_find(ws, leaf, "."), leaf);
    assert_ptr_equal(rv_ws_find(ws, leaf, "root"), root);
    assert_ptr_equal(rv_ws_find(ws, leaf, "A/Mid"), mid);
    assert_null(rv_ws_find(ws, leaf, "oot"));
    assert_ptr_equal(rv_ws_find(ws, leaf, "/Mid"), mid);
    assert_ptr_equal(rv_ws_by_number(ws, rv_ws_number(leaf)), leaf);
    assert_null(rv_ws_by_number(ws, 99));
    rv_ws_close(ws);
    table_free(table);
}

static void
an_object_that_could_not_be_made_is_not_there(void **state)
{
    struct table *table = table_new("domain Top 1\nclass A/Root\ninstance r\n"
                                    "class A/Bad\nfield x attribute integer = many\ninstance b");
    struct rv_ws *ws = open_one(table);
    struct rv_ws_object *root, *bad;
    rv_err err = RV_ERR_INIT;
    (void)state;
    assert_int_equal(rv_ws_instantiate(ws, NULL, "/A/Root/r", &root, &err), 0);
    assert_int_equal(rv_ws_instantiate(ws, root, "/A/Bad/b", &bad, &err), RV_E_INVALID);
    assert_null(bad);
    assert_int_equal(rv_ws_child_count(root), 0);
    rv_err_clear(&err);
    assert_int_equal(rv_ws_instantiate(ws, root, "/A/Root/none", &bad, &err), RV_E_NOT_FOUND);
    rv_ws_close(ws);
    table_free(table);
}

static void
seeds_attributes_and_state_variables_are_counted_and_room_comes_back(void **state)
{
    struct table *table = table_new("domain Top 1\nclass A/C\ninstance c");
    const struct rv_ws_limits limits = { .total = 10000 };
    struct rv_ws *ws;
    struct rv_ws_object *root;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_FREE char *wide = rv_format("%03000d", 7);
    (void)state;
    assert_int_equal(rv_ws_open(&ws, table_source(table), NULL, &limits, &err), 0);
    struct rv_ae_value seed = rv_ae_vtext("few");
    rv_ws_seed(ws, "s", &seed);
    assert_int_equal(rv_ws_instantiate(ws, NULL, "/A/C/c", &root, &err), 0);
    for (int i = 0; i < 20; i++) {
        struct rv_ae_value value = rv_ae_vtext(wide);
        rv_ws_set(root, "same", &value);
        value = rv_ae_vtext(wide);
        rv_ws_set_state_var(ws, "same", &value);
        assert_int_equal(rv_ws_check(ws, &err), 0);
    }
    for (int i = 0; i < 2; i++) {
        struct rv_ae_value value = rv_ae_vtext(wide);
        rv_ws_set_state_var(ws, i ? "one" : "other", &value);
    }
    assert_int_equal(rv_ws_check(ws, &err), RV_E_LIMIT);
    assert_null(rv_ae_get(rv_ws_state_vars(ws), "one"));
    assert_non_null(rv_ae_get(rv_ws_state_vars(ws), "same"));
    assert_int_equal(rv_ws_instantiate(ws, NULL, "/A/C/c", NULL, &err), RV_E_LIMIT);
    rv_ws_close(ws);
    table_free(table);
}

static void
names_of_state_variables_have_a_ceiling(void **state)
{
    struct table *table = table_new("domain Top 1");
    struct rv_ws *ws = open_one(table);
    rv_err err = RV_ERR_INIT;
    struct rv_ae_value many = rv_ae_vmap();
    (void)state;
    for (int i = 0; i < RV_AE_NAMES_MAX; i++) {
        char name[16];
        struct rv_ae_value none = RV_AE_VNIL;
        snprintf(name, sizeof(name), "N%d", i);
        rv_ae_put(&many, name, &none);
    }
    rv_ws_seed_all(ws, &many);
    assert_int_equal(rv_ws_check(ws, &err), 0);
    struct rv_ae_value none = RV_AE_VNIL;
    rv_ws_seed(ws, "n7", &none);
    assert_int_equal(rv_ws_check(ws, &err), 0);
    rv_ws_seed(ws, "one more", &none);
    assert_int_equal(rv_ws_check(ws, &err), RV_E_LIMIT);
    rv_ws_close(ws);
    table_free(table);
}

static void
a_retry_is_due_in_a_hundred_years_at_most(void **state)
{
    static const int64_t most_ms = 100LL * 365 * 86400 * 1000;
    struct table *table = table_new("domain Top 1\nclass A/C\ninstance c");
    struct {
        struct rv_ae_value interval;
        int64_t ms;
    } cases[] = { { rv_ae_vint(90), 90000 },
                  { rv_ae_vint(INT64_MAX / 1000 - 1), most_ms },
                  { rv_ae_vint(INT64_MIN), 0 },
                  { rv_ae_vdouble(0.5), 500 },
                  { rv_ae_vdouble(1e300), most_ms },
                  { rv_ae_vdouble(-1e300), 0 },
                  { rv_ae_vtext("106751991167.days"), most_ms } };
    struct rv_ws *ws = open_one(table);
    struct rv_ws_object *root;
    rv_err err = RV_ERR_INIT;
    (void)state;
    assert_int_equal(rv_ws_instantiate(ws, NULL, "/A/C/c", &root, &err), 0);
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        rv_ws_set(root, "ae_retry_interval", &cases[i].interval);
        assert_int_equal(rv_ws_retry_ms(ws), cases[i].ms);
    }
    rv_ws_close(ws);
    table_free(table);
}

static int
no_column(void *arg, struct rv_ae_value *out, const char *kind, int64_t id, const char *name,
          rv_err *err)
{
    (void)arg, (void)out, (void)kind, (void)id;
    return strcmp(name, "gone") == 0 ? rv_fail(err, RV_E_NOT_FOUND, "no column")
                                     : rv_fail(err, RV_E_UNAVAILABLE, "no database");
}

static void
an_alternative_is_not_passed_over_since_the_database_does_not_answer(void **state)
{
    struct table *table = table_new("domain Top 1\nclass A/C\n"
                                    "field x attribute coalescing = ${/#vm.gone} || other\n"
                                    "field y attribute coalescing = ${/#vm.name} || other\n"
                                    "instance c");
    const struct rv_ws_calls calls = { .column = no_column };
    struct rv_ae_value vm = rv_ae_vrow("vm", 1);
    struct rv_ws *ws;
    rv_err err = RV_ERR_INIT;
    (void)state;
    assert_int_equal(rv_ws_open(&ws, table_source(table), &calls, NULL, &err), 0);
    rv_ws_seed(ws, "vm", &vm);
    assert_int_equal(rv_ws_instantiate(ws, NULL, "/A/C/c", NULL, &err), RV_E_UNAVAILABLE);
    assert_string_equal(rv_ws_get(rv_ws_root(ws), "x")->v.text, "other");
    assert_null(rv_ws_get(rv_ws_root(ws), "y"));
    rv_ws_close(ws);
    table_free(table);
}

static void
a_namespace_put_in_front_is_tried_first(void **state)
{
    struct table *table = table_new("domain Low 1\nclass Vmware/A/B\ninstance both\n"
                                    "domain Top 2\nclass A/B\ninstance both\ninstance plain");
    static const struct {
        const char *uri, *path;
    } ways[] = { { "/A/B/both", "/Low/Vmware/A/B/both" }, { "/A/B/plain", "/Top/A/B/plain" } };
    struct rv_ws *ws = open_one(table);
    (void)state;
    rv_ws_prepend_namespace(ws, "/vmware/");
    for (size_t i = 0; i < RV_COUNT(ways); i++) {
        struct rv_ws_object *object;
        rv_err err = RV_ERR_INIT;
        assert_int_equal(rv_ws_instantiate(ws, NULL, ways[i].uri, &object, &err), 0);
        assert_string_equal(rv_ws_path(object), ways[i].path);
    }
    rv_ws_close(ws);
    table_free(table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_below_each_other_have_a_ceiling),
        cmocka_unit_test(objects_and_matches_and_texts_have_a_ceiling),
        cmocka_unit_test(what_opens_and_never_ends_is_text_and_is_looked_at_once),
        cmocka_unit_test(what_its_time_ends_is_over_whatever_passes_errors_over),
        cmocka_unit_test(values_of_a_run_have_a_ceiling_together),
        cmocka_unit_test(seeds_attributes_and_state_variables_are_counted_and_room_comes_back),
        cmocka_unit_test(names_of_state_variables_have_a_ceiling),
        cmocka_unit_test(a_state_that_cannot_be_read_is_refused),
        cmocka_unit_test(a_method_finds_its_way_between_objects),
        cmocka_unit_test(an_object_that_could_not_be_made_is_not_there),
        cmocka_unit_test(a_retry_is_due_in_a_hundred_years_at_most),
        cmocka_unit_test(an_alternative_is_not_passed_over_since_the_database_does_not_answer),
        cmocka_unit_test(a_namespace_put_in_front_is_tried_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
