/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 1: the first full refresh of N pods, N containers and N images. The baseline is
 * the floor: it reads the same bytes from the same server, parses them with
 * cJSON, and copies the very rows that Reeve made (children and feed too) into
 * the same tables with the same indexes, in one transaction.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include "kube.h"
#include "base/json.h"
#include "support/support.h"

#define PAGE 500 /* as the provider asks */

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

static double
run_reeve(const struct bench_server *server, struct bench_tables **tables)
{
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    struct rv_save_counts counts;
    struct bench_kube kube;
    int64_t ems_id = 0;
    double begun, took;

    bench_kube_open(&kube, store, server->port, &ems_id);
    begun = bench_now();
    bench_kube_refresh(&kube);
    took = bench_now() - begun;
    rv_saver_counts(kube.saver, &counts);
    if (tables) {
        *tables = bench_tables_read(store);
        printf("# %lld objects seen, %zu rows with children and feed, %lld transactions, "
               "%lld statements, %zu bytes of keys\n",
               (long long)counts.seen, bench_tables_rows(*tables), (long long)counts.transactions,
               (long long)counts.statements, rv_saver_memory(kube.saver));
    }
    bench_kube_close(&kube);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return took;
}

int
main(int argc, char **argv)
{
    int64_t pods = bench_option(argc, argv, "pods", 3000),
            runs = bench_option(argc, argv, "runs", 5);
    struct bench_series baseline = { .count = 0 }, reeve = { .count = 0 };
    struct bench_tables *tables;
    struct bench_server server;
    char count[32], row[64];
    const char *arguments[] = { BENCH_BIN "/fake_apiserver", "--pods", count, NULL };

    snprintf(count, sizeof(count), "%lld", (long long)pods);
    bench_server_start(&server, arguments);
    run_reeve(&server, &tables);
    for (int64_t i = 0; i < runs; i++) {
        bench_add(&baseline, run_baseline(&server, tables));
        bench_add(&reeve, run_reeve(&server, NULL));
    }
    bench_server_stop(&server);
    bench_tables_free(tables);
    snprintf(row, sizeof(row), "1 first refresh, %lld pods", (long long)pods);
    bench_row(row, "s", &baseline, &reeve, 1.5);
    return bench_all_met() ? 0 : 1;
}
