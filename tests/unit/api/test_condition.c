/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters to SQL: the text, the parameters, and that what a client wrote is never in the text.
 */
#include "unit.h"
#include <stdio.h>
#include "query/condition.h"
#include "base/text.h"

struct compiled {
    struct rv_arena *arena;
    struct rv_select select;
    struct rv_sql sql;
};

/* filters: separated by '|'. */
static int
compile(struct compiled *out, const char *kind, const char *filters, rv_err *err)
{
    struct rv_filter parsed[8];
    int count = 0;

    out->arena = rv_arena_new(0);
    out->sql = rv_sql_new();
    rv_select_init(&out->select, out->arena, rv_model_kind(kind), "t");
    while (*filters) {
        size_t len = strcspn(filters, "|");
        char *text = rv_arena_strndup(out->arena, filters, len);
        int rc = rv_filter_parse(&parsed[count++], out->arena, text, err);
        if (rc < 0)
            return rc;
        filters += len + (filters[len] == '|');
    }
    return rv_condition_add(&out->sql, &out->select, parsed, count, err);
}

static void
discard(struct compiled *compiled)
{
    rv_sql_free(&compiled->sql);
    rv_arena_free(compiled->arena);
}

static const char *
params_of(const struct rv_sql *sql)
{
    static char text[512];
    size_t len = 0;

    text[0] = '\0';
    for (int i = 0; i < sql->count; i++) {
        const rv_value *value = &sql->params[i];
        if (value->type == RV_INT)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%lld", i ? "," : "",
                                    (long long)value->v.i);
        else if (value->type == RV_DOUBLE)
            len +=
                (size_t)snprintf(text + len, sizeof(text) - len, "%s%g", i ? "," : "", value->v.d);
        else
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s'%s'", i ? "," : "",
                                    value->v.text);
    }
    return text;
}

static void
filters_become_conditions_with_bound_values(void **state)
{
    static const struct {
        const char *kind, *filters, *sql, *params;
    } cases[] = {
        { "container_group", "name=x", "(t.\"name\" = $1)", "'x'" },
        { "container_group", "name!='a*'", "(t.\"name\" NOT LIKE $1 ESCAPE '\\')", "'a%'" },
        { "container_group", "name=NULL", "(t.\"name\" IS NULL)", "" },
        { "container_group", "name!=nil", "(t.\"name\" IS NOT NULL)", "" },
        { "container_group", "restart_count<=3|phase=Running",
          "(t.\"restart_count\" <= $1 AND t.\"phase\" = $2)", "3,'Running'" },
        { "container_group", "phase=a|or phase=b|or phase=c",
          "(t.\"phase\" = $1) OR t.\"phase\" = $2 OR t.\"phase\" = $3", "'a','b','c'" },
        { "container_group", "or phase=b|phase=a", "(t.\"phase\" = $1) OR t.\"phase\" = $2",
          "'a','b'" },
        { "container_group", "or phase=b", "t.\"phase\" = $1", "'b'" },
        { "container_group", "host_network=true", "(t.\"host_network\" = $1)", "1" },
        { "container", "request_cpu_cores>0.5", "(t.\"request_cpu_cores\" > $1)", "0.5" },
        { "container_group", "ems_created_on=2026-11-22",
          "((t.\"ems_created_on\" >= $1 AND t.\"ems_created_on\" < $2))",
          "1795305600000,1795392000000" },
        { "container_group", "ems_created_on<2026-11-22T10:00:00Z", "(t.\"ems_created_on\" < $1)",
          "1795341600000" },
        { "container_group", "ems_created_on>'2026-11-22T10:00:00Z'",
          "(t.\"ems_created_on\" >= $1)", "1795341601000" },
        { "container_group", "container_node.name=n", "(j1.\"name\" = $1)", "'n'" },
        { "container_group", "containers.name=c",
          "(EXISTS (SELECT 1 FROM \"containers\" c WHERE c.\"container_group_id\" = t.\"id\" AND "
          "c.\"deleted_on\" IS NULL AND c.\"name\" = $1))",
          "'c'" },
        { "container_group", "archived=true",
          "((CASE WHEN t.\"deleted_on\" IS NULL THEN 0 ELSE 1 END) = $1)", "1" },
        { "container_group", "name=\"'; DROP TABLE x; --\"", "(t.\"name\" = $1)",
          "''; DROP TABLE x; --'" },
        { "container_group", "name=x OR 1=1", "(t.\"name\" = $1)", "'x OR 1=1'" },
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct compiled compiled;
        rv_err err = RV_ERR_INIT;
        if (compile(&compiled, cases[i].kind, cases[i].filters, &err) < 0)
            fail_msg("%s: %s", cases[i].filters, err.text);
        assert_string_equal(rv_buf_text(&compiled.sql.text), cases[i].sql);
        assert_string_equal(params_of(&compiled.sql), cases[i].params);
        discard(&compiled);
    }
}

static void
one_hop_over_a_single_child_is_a_join(void **state)
{
    struct compiled compiled;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_SQL struct rv_sql from = rv_sql_new();

    (void)state;
    assert_int_equal(compile(&compiled, "vm", "hardware.memory_mb>=8192", &err), 0);
    rv_select_from_sql(&compiled.select, &from);
    assert_string_equal(rv_buf_text(&compiled.sql.text), "(j1.\"memory_mb\" >= $1)");
    assert_non_null(strstr(rv_buf_text(&from.text), "LEFT JOIN \"hardwares\" j1 ON "));
    discard(&compiled);
}

static void
conditions_that_cannot_be_are_refused(void **state)
{
    static const char *const cases[] = {
        "nope=1",
        "restart_count=x",
        "restart_count=9223372036854775808",
        "host_network=2",
        "name<NULL",
        "ems_created_on=soon",
        "ems_created_on!=2026-11-22",
        "content_hash=1",
        "a.b.c=1",
        "container_node=x",
        "containers.nope=1",
        "href_slug=x",
        "containers.container_image.name=x",
    };

    (void)state;
    for (size_t i = 0; i < RV_COUNT(cases); i++) {
        struct compiled compiled;
        rv_err err = RV_ERR_INIT;
        if (compile(&compiled, "container_group", cases[i], &err) != RV_E_INVALID)
            fail_msg("taken: %s", cases[i]);
        discard(&compiled);
    }
}

static void
secrets_cannot_be_filtered_by(void **state)
{
    struct compiled compiled;
    rv_err err = RV_ERR_INIT;

    (void)state;
    assert_int_equal(compile(&compiled, "authentication", "auth_key='a*'", &err), RV_E_INVALID);
    discard(&compiled);
    rv_err_clear(&err);
    assert_int_equal(compile(&compiled, "provider", "authentications.password='a*'", &err),
                     RV_E_INVALID);
    discard(&compiled);
}

static void
ids_in_lists_come_in_a_few_lengths(void **state)
{
    static const int64_t ids[] = { 1, 2, 3, 4, 5 };
    struct rv_sql one = rv_sql_new(), three = rv_sql_new(), five = rv_sql_new();

    (void)state;
    rv_sql_in(&one, ids, 1);
    rv_sql_in(&three, ids, 3);
    rv_sql_in(&five, ids, 5);
    assert_string_equal(rv_buf_text(&one.text), "IN ($1)");
    assert_string_equal(rv_buf_text(&three.text), "IN ($1, $2, $3, $4)");
    assert_string_equal(params_of(&three), "1,2,3,3");
    assert_int_equal(five.count, 16);
    rv_sql_free(&one);
    rv_sql_free(&three);
    rv_sql_free(&five);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_become_conditions_with_bound_values),
        cmocka_unit_test(one_hop_over_a_single_child_is_a_join),
        cmocka_unit_test(conditions_that_cannot_be_are_refused),
        cmocka_unit_test(secrets_cannot_be_filtered_by),
        cmocka_unit_test(ids_in_lists_come_in_a_few_lengths),
    };

    return cmocka_run_group_tests(tests, start_model, end_model);
}
