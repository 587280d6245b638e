/* SPDX-License-Identifier: Apache-2.0
 *
 * Starts reeved, waits for its workers, logs in.
 */
#include "reeved.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/json.h"
#include "base/mem.h"

#define READY_SECONDS 60
#define ANSWER_MAX (64 << 10)

enum { SETTINGS_MOST = 8 };

static void
read_port(struct bench_reeved *reeved)
{
    RV_AUTO_FREE char *path = rv_format("%s/url", reeved->home);
    RV_AUTO_BUF rv_buf url = rv_buf_limited(256);
    const char *colon;
    rv_err err = RV_ERR_INIT;

    if (rv_buf_read_file(&url, path, &err) < 0)
        bench_die("read the URL of reeved", &err);
    colon = strrchr(rv_buf_text(&url), ':');
    reeved->port = colon ? (int)strtol(colon + 1, NULL, 10) : 0;
}

static void
await_ready(struct bench_reeved *reeved, const struct rv_test_db *db)
{
    RV_AUTO_FREE char *url = rv_format("%s/url", reeved->home);
    struct rv_store *store = rv_test_store_open(db);
    double until = bench_now() + READY_SECONDS;

    while (access(url, F_OK) != 0 ||
           rv_test_int(store, "SELECT count(*) FROM miq_workers WHERE status = 'ready'") == 0 ||
           rv_test_int(store, "SELECT count(*) FROM miq_workers WHERE status <> 'ready'") > 0) {
        if (rv_test_wait(&reeved->process, 0) || bench_now() > until)
            bench_die(rv_test_stderr(&reeved->process), NULL);
        usleep(10000);
    }
    rv_store_close(store);
}

void
bench_reeved_start(struct bench_reeved *reeved, const struct rv_test_db *db,
                   const char *const *settings)
{
    const char *argv[7 + 2 * SETTINGS_MOST + 1] = { BENCH_REEVED,  "--home",  NULL,   "--listen",
                                                    "127.0.0.1:0", "--store", db->url };
    int count = 7;

    *reeved = (struct bench_reeved){ .home = rv_test_dir() };
    argv[2] = reeved->home;
    for (; *settings; settings++) {
        RV_ASSERT(count < 7 + 2 * SETTINGS_MOST);
        argv[count++] = "--set";
        argv[count++] = *settings;
    }
    argv[count] = NULL;
    rv_test_start(&reeved->process, argv, NULL);
    await_ready(reeved, db);
    read_port(reeved);
}

void
bench_reeved_end(struct bench_reeved *reeved)
{
    rv_test_end(&reeved->process);
    rv_test_dir_remove(reeved->home);
}

static size_t
keep_bytes(char *bytes, size_t size, size_t count, void *arg)
{
    rv_buf_add(arg, bytes, size * count);
    return size * count;
}

void
bench_reeved_token(const struct bench_reeved *reeved, char token[65])
{
    RV_AUTO_FREE char *path = rv_format("%s/admin-password", reeved->home);
    RV_AUTO_FREE char *url = rv_format("http://127.0.0.1:%d/api/auth", reeved->port);
    RV_AUTO_BUF rv_buf password = rv_buf_limited(256);
    RV_AUTO_BUF rv_buf answer = rv_buf_limited(ANSWER_MAX);
    RV_AUTO_JSON cJSON *json = NULL;
    CURL *curl = curl_easy_init();
    rv_err err = RV_ERR_INIT;

    if (rv_buf_read_file(&password, path, &err) < 0)
        bench_die("read the administrator's password", &err);
    password.data[strcspn(password.data, "\n")] = 0;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_USERNAME, "admin");
    curl_easy_setopt(curl, CURLOPT_PASSWORD, password.data);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (curl_easy_perform(curl) != CURLE_OK ||
        rv_json_parse(&json, rv_buf_text(&answer), answer.len, ANSWER_MAX, 0, &err) < 0 ||
        !rv_json_string(json, "auth_token") || strlen(rv_json_string(json, "auth_token")) > 64)
        bench_die("log in", &err);
    snprintf(token, 65, "%s", rv_json_string(json, "auth_token"));
    curl_easy_cleanup(curl);
}
