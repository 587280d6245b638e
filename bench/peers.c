/* SPDX-License-Identifier: Apache-2.0
 *
 * The store and the scripted API server of a benchmark.
 */
#include <curl/curl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/mem.h"
#include "bench.h"
#include "support/support.h"

extern char **environ;

struct rv_store *
bench_store(struct rv_test_db *db)
{
    return rv_test_store_fresh(db);
}

void
bench_server_start(struct bench_server *server, const char *const *argv)
{
    int out[2];
    char line[32] = "";
    posix_spawn_file_actions_t actions;

    if (pipe(out) < 0)
        bench_die("pipe", NULL);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    if (posix_spawn(&server->pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ))
        bench_die(argv[0], NULL);
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    if (read(out[0], line, sizeof(line) - 1) <= 0)
        bench_die("the scripted API server did not start", NULL);
    close(out[0]);
    server->port = (int)strtol(line, NULL, 10);
}

void
bench_server_stop(struct bench_server *server)
{
    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
}

void
bench_server_post(const struct bench_server *server, const char *path)
{
    char url[256];
    CURL *curl = curl_easy_init();

    snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", server->port, path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
    if (curl_easy_perform(curl) != CURLE_OK)
        bench_die(url, NULL);
    curl_easy_cleanup(curl);
}
