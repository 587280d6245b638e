/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 1: the first full refresh of N pods, N containers and N images. The baseline is
 * the floor: it reads the same bytes from the same server, parses them with
 * cJSON, and copies the very rows that Reeve made (children and feed too) into
 * the same tables with the same indexes, in one transaction. Reeve does all that a refresh worker
 * does in a refresh: the record, what is put on it, and ANALYZE too.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include "kube.h"
#include "base/json.h"
#include "base/mem.h"
#include "support/support.h"

#define PAGE 500 /* as the provider asks */
/* What the scripted server has beside the pods. */
#define NAMESPACES 10
#define NODES 100
/* The provider's record, endpoint and authentication are made; what the other side is, what came of
 * the refresh, and that the credentials are valid is put on them. */
#define PROVIDER_CHANGES 7

static size_t
take(char *bytes, size_t size, size_t count, void *arg)
{
    rv_buf_add(arg, bytes, size * count);
    return size * count;
}

static void
fetch_and_parse(CURL *curl, int port, const char *collection, rv_buf *body)
{
    char url[256], next[32] = "";

    do {
        cJSON *page;
        const char *token;

        snprintf(url, sizeof(url), "http://127.0.0.1:%d/api/v1/%s?limit=%d%s%s", port, collection,
                 PAGE, *next ? "&continue=" : "", next);
        rv_buf_reset(body);
        curl_easy_setopt(curl, CURLOPT_URL, url);
        if (curl_easy_perform(curl) != CURLE_OK || !(page = cJSON_Parse(rv_buf_text(body))))
            bench_die(url, NULL);
        token = rv_json_string(cJSON_GetObjectItemCaseSensitive(page, "metadata"), "continue");
        snprintf(next, sizeof(next), "%s", token ? token : "");
        cJSON_Delete(page);
    } while (*next);
}

/* What the scripted server has makes just these rows: whoever writes more of them, or some twice,
 * would raise the floor too. */
static void
expect_rows(const struct bench_tables *tables, int64_t pods)
{
    struct bench_expected expected[] = {
        { "container_projects", NAMESPACES },
        { "container_nodes", NODES },
        { "computer_systems", NODES },
        { "hardwares", NODES },
        { "operating_systems", NODES },
        { "container_groups", pods },
        { "containers", pods },
        { "container_images", pods },
        { "container_image_registries", 1 },
        { "container_port_configs", pods },
        { "container_volumes", pods },
        { "container_conditions", 2 * pods },
        { "container_env_vars", 2 * pods },
        { "custom_attributes", 2 * pods }, /* labels */
        { "changes", PROVIDER_CHANGES },
        { NULL, 0 },
    };
    size_t changes = RV_COUNT(expected) - 2;

    for (size_t i = 0; i < changes; i++)
        expected[changes].rows += expected[i].rows;
    bench_tables_expect(tables, expected);
}

static double
run_baseline(const struct bench_server *server, const struct bench_tables *tables)
{
    static const char *const collections[] = { "namespaces", "nodes", "pods" };
    rv_buf body = rv_buf_limited(256u << 20);
    CURL *curl = curl_easy_init();
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    double begun = bench_now(), took;

    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "reeve-bench");
    for (size_t i = 0; i < RV_COUNT(collections); i++)
        fetch_and_parse(curl, server->port, collections[i], &body);
    bench_tables_write(tables, store);
    took = bench_now() - begun;
    curl_easy_cleanup(curl);
    rv_buf_free(&body);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return took;
}

/* Between the first word to the API server and the moment when all is done that a refresh does. */
static double
run_reeve(const struct bench_server *server, struct bench_tables **tables)
{
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    struct bench_kube kube;
    double begun, took;

    bench_kube_open(&kube, store, bench_kube_provider(store, server->port));
    begun = bench_now();
    RV_AUTO_JSON cJSON *stats = bench_kube_refresh(&kube);
    took = bench_now() - begun;
    if (tables) {
        RV_AUTO_FREE char *text = cJSON_PrintUnformatted(stats);

        *tables = bench_tables_read(store);
        printf("# %zu rows with children and feed; %s\n", bench_tables_rows(*tables), text);
    }
    bench_kube_close(&kube);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return took;
}

int
main(int argc, char **argv)
{
    int64_t pods = bench_option(argc, argv, "pods", 3000, 200),
            runs = bench_option(argc, argv, "runs", 5, 1);
    struct bench_series baseline = { .count = 0 }, reeve = { .count = 0 };
    struct bench_tables *tables;
    struct bench_server server;
    char count[32], row[64];
    const char *arguments[] = { BENCH_BIN "/fake_apiserver", "--pods", count, NULL };

    if (pods < 1)
        bench_die("--pods takes 1 or more", NULL);
    snprintf(count, sizeof(count), "%lld", (long long)pods);
    bench_server_start(&server, arguments);
    run_reeve(&server, &tables);
    expect_rows(tables, pods);
    for (int64_t i = 0; i < runs; i++) {
        bench_add(&baseline, run_baseline(&server, tables));
        bench_add(&reeve, run_reeve(&server, NULL));
    }
    bench_server_stop(&server);
    bench_tables_free(tables);
    snprintf(row, sizeof(row), "first refresh, %lld pods", (long long)pods);
    bench_print(&(struct bench_result){ 1, row, "s", &baseline, &reeve, bench_at_most(1.5) });
    return bench_status();
}
