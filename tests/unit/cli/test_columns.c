/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of every kind: they name attributes that the dictionary has, and titles that kubectl
 * uses.
 */
#include <string.h>
#include "capture.h"
#include "columns.h"
#include "kind.h"

/* Attributes that the API makes up. */
static int
is_virtual(const struct rv_kind *kind, const char *name)
{
    static const char *const of_providers[] = { "emstype", "hostname", "authentication_status",
                                                "state", "authentication_next_check_on" };

    for (size_t i = 0; strcmp(kind->name, "provider") == 0 && i < RV_COUNT(of_providers); i++)
        if (strcmp(of_providers[i], name) == 0)
            return 1;
    return 0;
}

static const struct rv_kind *
follow(const struct rv_kind *kind, const char *name)
{
    int column = rv_kind_association(kind, name), count = 0;
    const struct rv_relation *relations = rv_kind_relations(kind, &count);

    if (column >= 0)
        return kind->columns[column].target ? rv_model_kind(kind->columns[column].target) : NULL;
    for (int i = 0; i < count; i++)
        if (relations[i].single && strcmp(relations[i].name, name) == 0)
            return relations[i].child;
    return NULL;
}

static int
exists(const struct rv_kind *kind, char *path)
{
    char *dot;

    for (; kind && (dot = strchr(path, '.')); path = dot + 1) {
        *dot = '\0';
        kind = follow(kind, path);
    }
    return kind && (rv_kind_column(kind, path) >= 0 || is_virtual(kind, path));
}

static void
every_attribute_of_every_table_exists(void **state)
{
    (void)state;

    for (int i = 0; i < rv_model_count(); i++) {
        const struct cli_kind kind = { .kind = rv_model_at(i) };
        const struct cli_column *column = cli_columns(&kind);

        assert_non_null(column->title);
        for (; column->title; column++) {
            RV_AUTO_FREE char *list = rv_strdup(column->attributes);
            char *at = list;

            for (char *path; (path = strsep(&at, ","));) {
                RV_AUTO_FREE char *copy = rv_strdup(path);

                if (!exists(kind.kind, copy))
                    fail_msg("%s has no attribute %s", kind.kind->name, path);
            }
            assert_non_null(column->cell);
            assert_non_null(column->empty);
        }
    }
}

static void
every_table_is_of_a_kind_that_exists(void **state)
{
    const struct cli_columns_of *const families[] = { cli_columns_kubernetes, cli_columns_infra,
                                                      cli_columns_cloud, cli_columns_others };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(families); i++)
        for (const struct cli_columns_of *table = families[i]; table->kind; table++)
            if (!rv_model_kind(table->kind))
                fail_msg("%s", table->kind);
}

/* As kubectl 1.36 has them; provider and id follow the wide ones. */
static void
tables_have_kubectls_columns(void **state)
{
    static const char *const table[][3] = {
        { "pods", "NAME,READY,STATUS,RESTARTS,AGE", "IP,NODE,NOMINATED NODE,READINESS GATES" },
        { "nodes", "NAME,STATUS,ROLES,AGE,VERSION",
          "INTERNAL-IP,EXTERNAL-IP,OS-IMAGE,KERNEL-VERSION,CONTAINER-RUNTIME" },
        { "ns", "NAME,STATUS,AGE", "" },
        { "svc", "NAME,TYPE,CLUSTER-IP,EXTERNAL-IP,PORT(S),AGE", "SELECTOR" },
        { "deploy", "NAME,READY,UP-TO-DATE,AVAILABLE,AGE", "CONTAINERS,IMAGES,SELECTOR" },
        { "rs", "NAME,DESIRED,CURRENT,READY,AGE", "CONTAINERS,IMAGES,SELECTOR,KIND" },
        { "sts", "NAME,READY,AGE", "CONTAINERS,IMAGES" },
        { "ds", "NAME,DESIRED,CURRENT,READY,UP-TO-DATE,AVAILABLE,NODE SELECTOR,AGE",
          "CONTAINERS,IMAGES,SELECTOR" },
        { "jobs", "NAME,STATUS,COMPLETIONS,DURATION,AGE", "CONTAINERS,IMAGES,SELECTOR" },
        { "cj", "NAME,SCHEDULE,TIMEZONE,SUSPEND,ACTIVE,LAST SCHEDULE,AGE",
          "CONTAINERS,IMAGES,SELECTOR" },
        { "hpa", "NAME,REFERENCE,TARGETS,MINPODS,MAXPODS,REPLICAS,AGE", "" },
        { "ep", "NAME,ENDPOINTS,AGE", "" },
        { "ing", "NAME,CLASS,HOSTS,ADDRESS,PORTS,AGE", "" },
        { "netpol", "NAME,POD-SELECTOR,AGE", "" },
        { "sc", "NAME,PROVISIONER,RECLAIMPOLICY,VOLUMEBINDINGMODE,ALLOWVOLUMEEXPANSION,AGE", "" },
        { "pv", "NAME,CAPACITY,ACCESS MODES,RECLAIM POLICY,STATUS,CLAIM,STORAGECLASS,REASON,AGE",
          "VOLUMEMODE" },
        { "pvc", "NAME,STATUS,VOLUME,CAPACITY,ACCESS MODES,STORAGECLASS,AGE", "VOLUMEMODE" },
        { "cm", "NAME,DATA,AGE", "" },
        { "secrets", "NAME,TYPE,DATA,AGE", "" },
        { "sa", "NAME,AGE", "SECRETS" },
        { "crd", "NAME,CREATED AT", "GROUP,KIND,SCOPE" },
        { "quota", "NAME,REQUEST,LIMIT,AGE", "" },
        { "limits", "NAME,CREATED AT", "" },
    };
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_BUF rv_buf narrow = rv_buf_limited(1024);
        RV_AUTO_BUF rv_buf wide = rv_buf_limited(1024);
        struct cli_kind kind;

        assert_true(cli_kind_lookup(&kind, table[i][0]));
        for (const struct cli_column *c = cli_columns(&kind); c->title; c++) {
            rv_buf *to = c->wide ? &wide : &narrow;

            if (strcmp(c->title, "NAMESPACE") == 0) {
                assert_non_null(cli_kind_namespace(&kind));
                continue;
            }
            if (!c->wide || (strcmp(c->title, "PROVIDER") != 0 && strcmp(c->title, "ID") != 0))
                rv_buf_addf(to, "%s%s", to->len ? "," : "", c->title);
        }
        assert_string_equal(rv_buf_text(&narrow), table[i][1]);
        assert_string_equal(rv_buf_text(&wide), table[i][2]);
    }
}

/* What nothing is known of looks like what kubectl prints then. */
static void
empty_rows_look_as_kubectls(void **state)
{
    static const char *const table[][2] = {
        { "svc", "<none> <none> <none> <none> <none> <none> <unknown> " },
        { "deploy", "<none> <none> <none> 0 0 <unknown> " },
        { "cj", "<none> <none> <none> <none> <unset> 0 <none> <unknown> " },
        { "ing", "<none> <none> <none> *  <none> <unknown> " },
        { "pv", "<none> 0       <unknown> " },
        { "hpa", "<none> <none> <none> <none> <unset> 0 0 <unknown> " },
        { "nodes", "<none> Unknown <none> <unknown> <none> " },
        { "providers", "<none> <none> <none> <none> <none> never 0 <none> " },
    };
    cJSON *row = cJSON_CreateObject();
    (void)state;

    for (size_t i = 0; i < RV_COUNT(table); i++) {
        RV_AUTO_BUF rv_buf cells = rv_buf_limited(1024);
        struct cli_kind kind;

        assert_true(cli_kind_lookup(&kind, table[i][0]));
        for (const struct cli_column *c = cli_columns(&kind); c->title; c++) {
            RV_AUTO_BUF rv_buf cell = rv_buf_limited(1024);

            if (c->wide)
                continue;
            c->cell(&cell, row, c);
            rv_buf_addf(&cells, "%s ", cell.len ? rv_buf_text(&cell) : c->empty);
        }
        assert_string_equal(rv_buf_text(&cells), table[i][1]);
    }
    cJSON_Delete(row);
}

/* Titles of a kind's table, wide ones in brackets. */
static void
check_titles(const char *word, const char *expected)
{
    RV_AUTO_BUF rv_buf titles = rv_buf_limited(1024);
    struct cli_kind kind;

    assert_true(cli_kind_lookup(&kind, word));
    for (const struct cli_column *c = cli_columns(&kind); c->title; c++)
        rv_buf_addf(&titles, c->wide ? "[%s] " : "%s ", c->title);
    assert_string_equal(rv_buf_text(&titles), expected);
}

static void
kinds_without_a_table_show_what_tells_most(void **state)
{
    static const struct reeve_column columns[] = {
        { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, NULL, "Id" },
        { "name", REEVE_STRING, 0, NULL, "Name" },
        { "height_units", REEVE_INT, 0, NULL, "Height" },
        { "options", REEVE_JSON, 0, NULL, "Options" },
        { "secret", REEVE_STRING, REEVE_COL_SECRET, NULL, "Secret" },
        REEVE_COLUMNS_END,
    };
    static const char *const key[] = { "ems_ref", NULL };
    const struct reeve_kind rack = { .size = sizeof(rack),
                                     .name = "acme_rack",
                                     .table = "acme_racks",
                                     .api_name = "acme_racks",
                                     .title = "Rack",
                                     .help = "A rack",
                                     .columns = columns,
                                     .key = key };
    rv_err err = RV_ERR_INIT;
    (void)state;

    assert_int_equal(rv_model_add(&rack, &err), 0);
    check_titles("acme_rack", "NAME HEIGHT-UNITS [CREATED] [PROVIDER] [ID] ");
    check_titles("container_conditions",
                 "NAME STATUS REASON MESSAGE LAST-TRANSITION-TIME LAST-HEARTBEAT-TIME [CREATED] "
                 "[PROVIDER] [ID] ");
    check_titles("hardwares", "CPU-SOCKETS CPU-CORES-PER-SOCKET CPU-TOTAL-CORES CPU-SPEED CPU-TYPE "
                              "MEMORY-MB GUEST-OS [CREATED] [PROVIDER] ID ");
}

static void
a_kind_that_only_the_server_knows_has_columns_too(void **state)
{
    const struct cli_kind kind = { .collection = "demo_things" };
    (void)state;

    assert_string_equal(cli_columns(&kind)[0].title, "NAME");
    assert_string_equal(cli_columns(&kind)[1].title, "ID");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_attribute_of_every_table_exists),
        cmocka_unit_test(every_table_is_of_a_kind_that_exists),
        cmocka_unit_test(tables_have_kubectls_columns),
        cmocka_unit_test(empty_rows_look_as_kubectls),
        cmocka_unit_test(kinds_without_a_table_show_what_tells_most),
        cmocka_unit_test(a_kind_that_only_the_server_knows_has_columns_too),
    };

    return cmocka_run_group_tests(tests, learn_dictionary, forget_dictionary);
}
