/* SPDX-License-Identifier: Apache-2.0
 *
 * Row 5: a list of pods as the API server sends it, read in pieces as curl hands them
 * over, item by item, against cJSON on the whole document. Both read the same members of
 * every pod, and must find the same. What is needed beside the document: a process of
 * its own for each side tells how far it grew.
 */
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/text.h"
#include "base/mem.h"
#include "bench.h"
#include "reeve/json.h"
#include "support/sdk_host.h"

#define PIECE_BYTES (16 << 10) /* CURL_MAX_WRITE_SIZE */
#define WINDOW_BYTES (1 << 20) /* what may be needed beside the input */
#define DOCUMENT_LIMIT ((size_t)1 << 30)

/* What was read of the pods: any difference shows. */
struct harvest {
    uint64_t pods, sum;
};

static void
take_text(struct harvest *harvest, const char *text)
{
    struct rv_digest digest = rv_digest_of(text ? text : "", text ? strlen(text) : 0);

    harvest->sum = harvest->sum * 31 + digest.low;
}

static const char *const pod_texts[] = {
    "metadata.name",    "metadata.namespace",
    "metadata.uid",     "metadata.resourceVersion",
    "spec.nodeName",    "spec.restartPolicy",
    "spec.dnsPolicy",   "spec.serviceAccountName",
    "status.phase",     "status.message",
    "status.podIP",     "status.qosClass",
    "status.startTime", "metadata.ownerReferences[0].uid",
};
static const char *const container_texts[] = { "name", "image", "imagePullPolicy",
                                               "resources.limits.cpu",
                                               "resources.requests.memory" };
static const char *const status_texts[] = { "image", "imageID", "containerID",
                                            "state.running.startedAt" };

/* As a program that uses cJSON directly reads a path; [0] is the only element asked for. */
static const cJSON *
walk(const cJSON *node, const char *path)
{
    char name[64];

    while (node && *path) {
        size_t len = strcspn(path, ".[");

        if (len > 0) {
            memcpy(name, path, len);
            name[len] = 0;
            node = cJSON_GetObjectItemCaseSensitive(node, name);
            path += len;
        } else if (*path == '[') {
            node = cJSON_GetArrayItem(node, 0);
            path += 3;
        }
        path += *path == '.';
    }
    return node;
}

static void
take_texts(struct harvest *harvest, const cJSON *node, const char *const *paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        take_text(harvest, cJSON_GetStringValue(walk(node, paths[i])));
}

static void
take_pod(struct harvest *harvest, const cJSON *pod)
{
    const cJSON *at;

    harvest->pods++;
    take_texts(harvest, pod, pod_texts, RV_COUNT(pod_texts));
    cJSON_ArrayForEach(at, walk(pod, "metadata.labels"))
    {
        take_text(harvest, at->string);
        take_text(harvest, at->valuestring);
    }
    cJSON_ArrayForEach(at, walk(pod, "spec.containers"))
        take_texts(harvest, at, container_texts, RV_COUNT(container_texts));
    cJSON_ArrayForEach(at, walk(pod, "status.containerStatuses"))
    {
        take_texts(harvest, at, status_texts, RV_COUNT(status_texts));
        harvest->sum += (uint64_t)cJSON_GetNumberValue(walk(at, "restartCount"));
    }
}

static void
parse_whole(struct harvest *harvest, const rv_buf *document)
{
    cJSON *root = cJSON_ParseWithLength(document->data, document->len);
    const cJSON *pod;

    if (!root)
        bench_die("cJSON refuses the list", NULL);
    cJSON_ArrayForEach(pod, cJSON_GetObjectItemCaseSensitive(root, "items")) take_pod(harvest, pod);
    cJSON_Delete(root);
}

static void
take_item_texts(struct harvest *harvest, const struct reeve_json *item, const char *const *paths,
                size_t count)
{
    for (size_t i = 0; i < count; i++)
        take_text(harvest, reeve_json_string(item, paths[i], NULL));
}

static int
take_item(struct reeve_call *call, void *arg, const struct reeve_json *pod)
{
    struct harvest *harvest = arg;
    const struct reeve_json *at;

    (void)call;
    harvest->pods++;
    take_item_texts(harvest, pod, pod_texts, RV_COUNT(pod_texts));
    for (at = reeve_json_first(pod, "metadata.labels"); at; at = reeve_json_next(at)) {
        take_text(harvest, reeve_json_name(at));
        take_text(harvest, reeve_json_string(at, NULL, NULL));
    }
    for (at = reeve_json_first(pod, "spec.containers"); at; at = reeve_json_next(at))
        take_item_texts(harvest, at, container_texts, RV_COUNT(container_texts));
    for (at = reeve_json_first(pod, "status.containerStatuses"); at; at = reeve_json_next(at)) {
        take_item_texts(harvest, at, status_texts, RV_COUNT(status_texts));
        harvest->sum += (uint64_t)reeve_json_int(at, "restartCount", 0);
    }
    return 0;
}

static void
parse_items(struct harvest *harvest, const rv_buf *document)
{
    struct reeve_json_list_config config = {
        .size = sizeof(config), .list = "items", .item = take_item, .arg = harvest
    };
    struct reeve_json_list *list;
    struct reeve_call call;

    sdk_host_begin(&call);
    if (reeve_json_list_open(&call, &config, &list) < 0)
        bench_die("open the list", NULL);
    for (size_t at = 0; at < document->len; at += PIECE_BYTES) {
        size_t left = document->len - at;

        reeve_json_list_feed(list, document->data + at, left < PIECE_BYTES ? left : PIECE_BYTES);
    }
    if (reeve_json_list_close(list) < 0)
        bench_die(call.text, NULL);
    sdk_host_end(&call);
}

typedef void parse_fn(struct harvest *harvest, const rv_buf *document);

/* What one side did, in a process of its own: what the other has left in its heap would be paid for
 * by this one. */
struct outcome {
    struct harvest harvest;
    double speed;  /* bytes a second of processor time: nothing is waited for */
    double growth; /* how far the process grew, at its largest */
};

static void
parse_apart(struct outcome *out, parse_fn *parse, const rv_buf *document)
{
    int pipes[2];
    pid_t pid;

    if (pipe(pipes) < 0 || (pid = fork()) < 0)
        bench_die("fork", NULL);
    if (pid == 0) {
        struct outcome outcome = { .speed = 0 };
        int64_t before = bench_proc_bytes(getpid(), "status", "VmRSS:");
        double begun = bench_cpu_now();

        parse(&outcome.harvest, document);
        outcome.speed = (double)document->len / (bench_cpu_now() - begun);
        outcome.growth = (double)(bench_proc_bytes(getpid(), "status", "VmHWM:") - before);
        _exit(write(pipes[1], &outcome, sizeof(outcome)) != sizeof(outcome));
    }
    close(pipes[1]);
    if (read(pipes[0], out, sizeof(*out)) != sizeof(*out))
        bench_die("the process that parses", NULL);
    close(pipes[0]);
    waitpid(pid, NULL, 0);
}

static size_t
keep_bytes(char *bytes, size_t size, size_t count, void *arg)
{
    rv_buf_add(arg, bytes, size * count);
    return size * count;
}

/* A list of so many bytes, or a little more. */
static void
fetch(rv_buf *document, int64_t bytes)
{
    RV_AUTO_FREE char *pods = rv_format("%lld", (long long)(bytes / 3000 + 1));
    const char *arguments[] = { BENCH_BIN "/fake_apiserver", "--pods", pods, NULL };
    struct bench_server server;
    CURL *curl = curl_easy_init();

    bench_server_start(&server, arguments);
    RV_AUTO_FREE char *url = rv_format("http://127.0.0.1:%d/api/v1/pods", server.port);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, document);
    if (curl_easy_perform(curl) != CURLE_OK || document->len == 0)
        bench_die("fetch the list of pods", NULL);
    curl_easy_cleanup(curl);
    bench_server_stop(&server);
}

struct figures {
    struct bench_series whole, items, growth, window, whole_growth;
};

static void
measure(struct figures *f, const rv_buf *document)
{
    struct outcome theirs, ours;

    parse_apart(&theirs, parse_whole, document);
    parse_apart(&ours, parse_items, document);
    if (theirs.harvest.pods == 0 || theirs.harvest.pods != ours.harvest.pods ||
        theirs.harvest.sum != ours.harvest.sum)
        bench_die("both sides should have read the same", NULL);
    bench_add(&f->whole, theirs.speed);
    bench_add(&f->items, ours.speed);
    bench_add(&f->whole_growth, theirs.growth);
    bench_add(&f->growth, ours.growth);
}

int
main(int argc, char **argv)
{
    int64_t mb = bench_option(argc, argv, "mb", 30, 2),
            runs = bench_option(argc, argv, "runs", 5, 1);
    rv_buf document = rv_buf_limited(DOCUMENT_LIMIT);
    struct figures f = { .whole = { .count = 0 } };
    char name[96];

    if (mb < 1 || mb > 500)
        bench_die("--mb takes 1 to 500", NULL);
    fetch(&document, mb * 1000000);
    for (int64_t i = 0; i < runs; i++)
        measure(&f, &document);
    bench_constant(&f.window, WINDOW_BYTES, (int)runs);
    snprintf(name, sizeof(name), "parse %.1f MB of pods, items / whole document",
             (double)document.len / 1e6);
    bench_print(&(struct bench_result){ 5, name, "B/s", &f.whole, &f.items, bench_at_least(4) });
    bench_print(&(struct bench_result){ 5, "memory beside the input window, of 1 MiB", "B",
                                        &f.window, &f.growth, bench_at_most(1) });
    bench_print(&(struct bench_result){ 5, "memory, items / whole document", "B", &f.whole_growth,
                                        &f.growth, bench_no_target() });
    rv_buf_free(&document);
    return bench_status();
}
