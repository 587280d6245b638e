/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 18: a list of 20 pods, and one pod, from as many API workers of reeved as bare
 * evhttp processes run the same statements on the same database; the same client, the same
 * connections, which stay open. Reeve's requests carry a token, which is looked up each time.
 * Then how many statements a request takes, for a short page and for a long one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "kube.h"
#include "load.h"
#include "reeved.h"

#define CONNECTIONS 16
#define PROCESSES "2"
#define STATEMENTS_MOST 3
#define STATEMENT_ROUNDS 200
#define SHORT_PAGE 20
#define LONG_PAGE 200

enum { PODS_ASKED = 100 };

/* What is asked of one side. */
struct side {
    int port;
    const char *header;
    char *list;
    char *pods[PODS_ASKED];
};

struct figures {
    struct bench_series bare_list, list, bare_one, one;
};

static void
make_side(struct side *side, int port, const char *header, const char *list, const char *one,
          struct rv_store *store)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row;
    rv_err err = RV_ERR_INIT;
    int count = 0;

    *side = (struct side){ .port = port, .header = header, .list = rv_strdup(list) };
    if (rv_store_query(store, &rows,
                       "SELECT id FROM container_groups WHERE deleted_on IS NULL ORDER BY id"
                       " LIMIT 100",
                       NULL, 0, &err) < 0)
        bench_die("read ids of pods", &err);
    while (rv_rows_next(rows, &row, &err) == 1)
        side->pods[count++] = rv_format("%s%lld", one, (long long)row[0].v.i);
    if (count != PODS_ASKED)
        bench_die("there should be 100 pods", NULL);
}

static void
free_side(struct side *side)
{
    free(side->list);
    for (int i = 0; i < PODS_ASKED; i++)
        free(side->pods[i]);
}

static double
speed_of(const struct side *side, int list, double seconds)
{
    struct bench_load load = { .port = side->port,
                               .connections = CONNECTIONS,
                               .seconds = seconds,
                               .header = side->header,
                               .targets = (const char *const *)(list ? &side->list : side->pods),
                               .target_count = list ? 1 : PODS_ASKED };
    struct bench_load_result result;

    bench_load_run(&result, &load);
    return result.per_second;
}

/* What a sample of Prometheus' text says. */
static int64_t
sample(const char *text, const char *name)
{
    for (const char *at = text; (at = strstr(at, name)); at++)
        if ((at == text || at[-1] == '\n') && at[strlen(name)] == ' ')
            return strtoll(at + strlen(name), NULL, 10);
    bench_die(name, NULL);
}

static int64_t
statements(int fd, const struct side *side)
{
    RV_AUTO_FREE char *text = bench_load_get(fd, "/metrics", side->header);

    return sample(text, "reeve_store_statement_duration_seconds_count{worker=\"api\"}");
}

/* Of one request, with its login; /metrics takes some itself, and all API workers look at the
 * change feed now and then, which rounding takes away. */
static double
statements_of(const struct side *side, const char *target)
{
    int fd = bench_load_connect(side->port);
    int64_t own, count;

    free(bench_load_get(fd, target, side->header)); /* the token is renewed now and then */
    statements(fd, side);                           /* the gauges are kept from now on */
    own = statements(fd, side);
    count = statements(fd, side);
    own = count - own;
    for (int i = 0; i < STATEMENT_ROUNDS; i++)
        free(bench_load_get(fd, target, side->header));
    count = statements(fd, side) - count - own;
    close(fd);
    return round((double)count / STATEMENT_ROUNDS);
}

/* The pods of a side's list, as a text to compare. */
static char *
names_of(const struct side *side, const char *what)
{
    int fd = bench_load_connect(side->port), count = 0;
    RV_AUTO_FREE char *text = bench_load_get(fd, side->list, side->header);
    RV_AUTO_JSON cJSON *json = cJSON_Parse(text);
    rv_buf names = rv_buf_limited(1 << 20);
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "resources"))
    {
        rv_buf_addf(&names, "%s %s %s\n", rv_json_string(item, "id"), rv_json_string(item, "name"),
                    rv_json_string(item, "ipaddress"));
        count++;
    }
    close(fd);
    printf("#   %s: %zu bytes for %d pods\n", what, strlen(text), count);
    if (count != SHORT_PAGE)
        bench_die("a page of 20 pods was expected", NULL);
    return rv_buf_take_string(&names);
}

static void
compare(const struct side *bare, const struct side *reeve)
{
    RV_AUTO_FREE char *theirs = names_of(bare, "baseline");
    RV_AUTO_FREE char *ours = names_of(reeve, "Reeve");

    if (strcmp(theirs, ours) != 0)
        bench_die("both sides should have answered the same pods", NULL);
}

static void
measure(struct figures *f, const struct side *bare, const struct side *reeve, double seconds)
{
    bench_add(&f->bare_list, speed_of(bare, 1, seconds));
    bench_add(&f->list, speed_of(reeve, 1, seconds));
    bench_add(&f->bare_one, speed_of(bare, 0, seconds));
    bench_add(&f->one, speed_of(reeve, 0, seconds));
}

static void
print_statements(const struct side *reeve)
{
    struct bench_series most = { .count = 0 }, found = { .count = 0 }, longer = { .count = 0 };
    RV_AUTO_FREE char *page =
        rv_format("/api/container_groups?expand=resources&limit=%d", LONG_PAGE);

    bench_add(&most, STATEMENTS_MOST);
    bench_add(&found, statements_of(reeve, reeve->list));
    bench_add(&longer, statements_of(reeve, page));
    bench_print(&(struct bench_result){ 18, "statements of a request, list of 20 / 3", "", &most,
                                        &found, bench_at_most(1) });
    bench_print(&(struct bench_result){ 18, "statements of a request, list of 200 / list of 20", "",
                                        &found, &longer, bench_at_most(1) });
    found.values[0] = statements_of(reeve, reeve->pods[0]);
    bench_print(&(struct bench_result){ 18, "statements of a request, one pod / 3", "", &most,
                                        &found, bench_at_most(1) });
}

static void
fill(struct rv_store *store, int64_t pods)
{
    RV_AUTO_FREE char *count = rv_format("%lld", (long long)pods);
    const char *arguments[] = { BENCH_BIN "/fake_apiserver", "--pods", count, NULL };
    struct bench_server server;
    struct bench_kube kube;

    bench_server_start(&server, arguments);
    bench_kube_open(&kube, store, bench_kube_provider(store, server.port));
    cJSON_Delete(bench_kube_refresh(&kube));
    bench_kube_close(&kube);
    bench_server_stop(&server);
    rv_test_script(store, "UPDATE ext_management_systems SET enabled = FALSE");
}

int
main(int argc, char **argv)
{
    int64_t pods = bench_option(argc, argv, "pods", 3000, 300),
            runs = bench_option(argc, argv, "runs", 5, 1);
    double seconds = (double)bench_option(argc, argv, "ms", 1500, 200) / 1000;
    const char *settings[] = { "workers.api.count=" PROCESSES, "api.token_ttl=1h", NULL };
    struct figures f = { .list = { .count = 0 } };
    struct bench_reeved reeved;
    struct bench_server bare;
    struct side bare_side, reeve_side;
    struct rv_test_db db;
    struct rv_store *store = bench_store(&db);
    char token[65];
    const char *arguments[] = { BENCH_BIN "/bench_bare_rest", db.url, PROCESSES, NULL };

    if (pods < LONG_PAGE)
        bench_die("--pods takes 200 or more", NULL);
    fill(store, pods);
    bench_server_start(&bare, arguments);
    bench_reeved_start(&reeved, &db, settings);
    bench_reeved_token(&reeved, token);
    RV_AUTO_FREE char *header = rv_format("X-Auth-Token: %s", token);
    make_side(&bare_side, bare.port, NULL, "/list?limit=20", "/pod/", store);
    make_side(&reeve_side, reeved.port, header, "/api/container_groups?expand=resources&limit=20",
              "/api/container_groups/", store);
    compare(&bare_side, &reeve_side);
    speed_of(&bare_side, 1, 0.2); /* warm */
    speed_of(&reeve_side, 1, 0.2);
    for (int64_t i = 0; i < runs; i++)
        measure(&f, &bare_side, &reeve_side, seconds);
    bench_print(&(struct bench_result){ 18, "list of 20 pods, requests a second", "/s",
                                        &f.bare_list, &f.list, bench_at_least(0.7) });
    bench_print(&(struct bench_result){ 18, "one pod, requests a second", "/s", &f.bare_one, &f.one,
                                        bench_at_least(0.7) });
    print_statements(&reeve_side);
    bench_reeved_end(&reeved);
    bench_server_stop(&bare);
    free_side(&bare_side);
    free_side(&reeve_side);
    rv_store_close(store);
    rv_test_db_drop(&db);
    return bench_status();
}
