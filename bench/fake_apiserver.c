/* SPDX-License-Identifier: Apache-2.0
 *
 * A scripted API server for the benchmarks: answers from memory, so that what is
 * measured is the client and the store. Pods are generated once, about as large
 * as real ones with their managedFields; every other collection is empty but
 * namespaces and nodes. Not for tests: those use the real one.
 *
 *   fake_apiserver --pods N [--rate R --events E --clock FILE]
 *
 * prints its port on the first line. POST /generation?percent=P&salt=S changes that share of
 * the pods. A watch on pods sends E events, R a second; FILE (8 bytes an event, mapped) gets each
 * one's CLOCK_MONOTONIC time in microseconds.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

struct server {
    struct event_base *base;
    long pods, rate, events, sent;
    long percent, salt; /* of the pods that say something else than at first */
    int64_t *clock;
    struct evhttp_request *watcher;
    struct event *timer;
    int64_t begun_us;
};

static int64_t
now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

/* Field ownership as the API server keeps it: bulk that a client must read past. */
static void
add_managed_fields(struct evbuffer *out)
{
    static const char *const managers[] = { "kube-controller-manager", "kubelet", "kubectl" };

    evbuffer_add_printf(out, ",\"managedFields\":[");
    for (int i = 0; i < 3; i++)
        evbuffer_add_printf(
            out,
            "%s{\"manager\":\"%s\",\"operation\":\"Update\",\"apiVersion\":\"v1\","
            "\"time\":\"2026-01-02T03:04:05Z\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{"
            "\"f:metadata\":{\"f:labels\":{\".\":{},\"f:app\":{},\"f:tier\":{}}},\"f:spec\":{"
            "\"f:containers\":{\"k:{\\\"name\\\":\\\"main\\\"}\":{\".\":{},\"f:image\":{},"
            "\"f:imagePullPolicy\":{},\"f:name\":{},\"f:resources\":{}}},\"f:dnsPolicy\":{},"
            "\"f:restartPolicy\":{}},\"f:status\":{\"f:conditions\":{\"k:{\\\"type\\\":"
            "\\\"Ready\\\"}\":"
            "{\".\":{},\"f:status\":{},\"f:type\":{}}},\"f:phase\":{},\"f:podIP\":{}}}}",
            i ? "," : "", managers[i]);
    evbuffer_add_printf(out, "]");
}

static void
add_spec(struct evbuffer *out, long i)
{
    evbuffer_add_printf(
        out,
        ",\"spec\":{\"nodeName\":\"node-%ld\",\"restartPolicy\":\"Always\",\"dnsPolicy\":"
        "\"ClusterFirst\","
        "\"serviceAccountName\":\"default\",\"schedulerName\":\"default-scheduler\","
        "\"volumes\":[{\"name\":\"token\",\"projected\":{\"sources\":[{\"serviceAccountToken\":{"
        "\"expirationSeconds\":3607,\"path\":\"token\"}}]}}],"
        "\"tolerations\":[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\","
        "\"effect\":\"NoExecute\",\"tolerationSeconds\":300}],"
        "\"containers\":[{\"name\":\"main\",\"image\":\"registry.example:5000/app-%ld:v%ld\","
        "\"imagePullPolicy\":\"IfNotPresent\",\"command\":[\"/bin/app\",\"--serve\"],"
        "\"ports\":[{\"name\":\"http\",\"containerPort\":8080,\"protocol\":\"TCP\"}],"
        "\"env\":[{\"name\":\"MODE\",\"value\":\"live\"},{\"name\":\"POD\",\"valueFrom\":{"
        "\"fieldRef\":"
        "{\"fieldPath\":\"metadata.name\"}}}],"
        "\"resources\":{\"limits\":{\"cpu\":\"500m\",\"memory\":\"256Mi\"},\"requests\":{\"cpu\":"
        "\"100m\","
        "\"memory\":\"128Mi\"}},\"volumeMounts\":[{\"name\":\"token\",\"mountPath\":\"/var/run/"
        "token\"}]}]}",
        i % 100, i, i % 30);
}

static void
add_status(struct evbuffer *out, long i, long changes)
{
    evbuffer_add_printf(
        out,
        ",\"status\":{\"phase\":\"Running\",\"podIP\":\"10.%ld.%ld.%ld\",\"message\":\"%ld "
        "changes\","
        "\"qosClass\":\"Burstable\",\"startTime\":\"2026-01-02T03:04:05Z\",\"conditions\":["
        "{\"type\":\"Ready\",\"status\":\"True\",\"lastTransitionTime\":\"2026-01-02T03:04:06Z\"},"
        "{\"type\":\"PodScheduled\",\"status\":\"True\",\"lastTransitionTime\":\"2026-01-02T03:04:"
        "05Z\"}],"
        "\"containerStatuses\":[{\"name\":\"main\",\"ready\":true,\"restartCount\":%ld,"
        "\"image\":\"registry.example:5000/app-%ld:v%ld\","
        "\"imageID\":\"docker-pullable://registry.example:5000/app-%ld@sha256:%064lx\","
        "\"containerID\":\"containerd://%064lx\",\"state\":{\"running\":{\"startedAt\":"
        "\"2026-01-02T03:04:06Z\"}}}]}",
        i >> 16 & 255, i >> 8 & 255, i & 255, changes, changes % 7, i, i % 30, i, i + 1, i + 1);
}

static void
add_pod(struct evbuffer *out, long i, long changes)
{
    evbuffer_add_printf(
        out,
        "{\"metadata\":{\"name\":\"app-%ld\",\"namespace\":\"fleet-%ld\","
        "\"uid\":\"00000000-0000-4000-8000-%012lx\",\"resourceVersion\":\"%ld\","
        "\"creationTimestamp\":\"2026-01-02T03:04:05Z\",\"labels\":{\"app\":\"app-%ld\","
        "\"tier\":\"web\"},\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":\"app\","
        "\"uid\":\"00000000-0000-4000-9000-%012lx\",\"controller\":true}]",
        i, i % 10, i, 100 + changes, i % 50, i % 50);
    add_managed_fields(out);
    evbuffer_add_printf(out, "}");
    add_spec(out, i);
    add_status(out, i, changes);
    evbuffer_add_printf(out, "}");
}

static void
add_plain(struct evbuffer *out, const char *what, long i)
{
    evbuffer_add_printf(
        out,
        "{\"metadata\":{\"name\":\"%s-%ld\",\"uid\":\"00000000-0000-4000-a%03x-%012lx\","
        "\"resourceVersion\":\"1\",\"creationTimestamp\":\"2026-01-02T03:04:05Z\"}}",
        what, i, (unsigned)what[0], i);
}

static long
number_of(struct evkeyvalq *query, const char *name, long fallback)
{
    const char *text = evhttp_find_header(query, name);

    return text ? strtol(text, NULL, 10) : fallback;
}

static void
reply_list(struct server *server, struct evhttp_request *request, const char *plural,
           struct evkeyvalq *query)
{
    struct evbuffer *out = evbuffer_new();
    int pods = strcmp(plural, "pods") == 0;
    const char *what = strcmp(plural, "nodes") == 0 ? "node" : "fleet";
    long count = pods                                ? server->pods
                 : strcmp(plural, "nodes") == 0      ? 100
                 : strcmp(plural, "namespaces") == 0 ? 10
                                                     : 0;
    long from = number_of(query, "continue", 0), limit = number_of(query, "limit", 1 << 30);
    long until = from + limit < count ? from + limit : count;

    evbuffer_add_printf(
        out, "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"500\"");
    if (until < count)
        evbuffer_add_printf(out, ",\"continue\":\"%ld\"", until);
    evbuffer_add_printf(out, "},\"items\":[");
    for (long i = from; i < until; i++) {
        if (i > from)
            evbuffer_add(out, ",", 1);
        if (pods)
            add_pod(out, i, i % 100 < server->percent ? server->salt : 0);
        else
            add_plain(out, what, i);
    }
    evbuffer_add_printf(out, "]}");
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
                      "application/json");
    evhttp_send_reply(request, 200, "OK", out);
    evbuffer_free(out);
}

static void
send_due(int fd, short what, void *arg)
{
    struct server *server = arg;
    long due = (long)((now_us() - server->begun_us) * server->rate / 1000000);

    (void)fd;
    (void)what;
    for (; server->watcher && server->sent < due && server->sent < server->events; server->sent++) {
        struct evbuffer *line = evbuffer_new();

        evbuffer_add_printf(line, "{\"type\":\"MODIFIED\",\"object\":");
        add_pod(line, server->sent % server->pods, 1000 + server->sent);
        evbuffer_add_printf(line, "}\n");
        server->clock[server->sent] = now_us();
        evhttp_send_reply_chunk(server->watcher, line);
        evbuffer_free(line);
    }
}

static void
watch_closed(struct evhttp_connection *connection, void *arg)
{
    struct server *server = arg;

    (void)connection;
    server->watcher = NULL;
}

static void
start_watch(struct server *server, struct evhttp_request *request, const char *plural)
{
    struct timeval each = { 0, 500 };
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection)), yes = 1;

    /* As Go's servers do: an event is not held back until the one before is acknowledged. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    evhttp_send_reply_start(request, 200, "OK");
    if (strcmp(plural, "pods") != 0 || server->events == 0)
        return;
    server->watcher = request;
    evhttp_connection_set_closecb(evhttp_request_get_connection(request), watch_closed, server);
    server->begun_us = now_us() + 500000; /* all streams are open by then */
    server->timer = event_new(server->base, -1, EV_PERSIST, send_due, server);
    event_add(server->timer, &each);
}

static void
handle(struct evhttp_request *request, void *arg)
{
    struct server *server = arg;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = evhttp_uri_get_path(uri), *plural = strrchr(path, '/') + 1;
    struct evkeyvalq query;

    evhttp_parse_query_str(evhttp_uri_get_query(uri) ? evhttp_uri_get_query(uri) : "", &query);
    if (strcmp(path, "/generation") == 0) {
        server->percent = number_of(&query, "percent", 0);
        server->salt = number_of(&query, "salt", 0);
        evhttp_send_reply(request, 204, "OK", NULL);
    } else if (strcmp(path, "/version") == 0) {
        struct evbuffer *out = evbuffer_new();

        evbuffer_add_printf(out, "{\"major\":\"1\",\"minor\":\"36\",\"gitVersion\":\"v1.36.3\"}");
        evhttp_send_reply(request, 200, "OK", out);
        evbuffer_free(out);
    } else if (evhttp_find_header(&query, "watch")) {
        start_watch(server, request, plural);
    } else {
        reply_list(server, request, plural, &query);
    }
    evhttp_clear_headers(&query);
}

static int64_t *
map_clock(const char *path, long events)
{
    size_t bytes = (size_t)(events > 0 ? events : 1) * sizeof(int64_t);
    int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    void *map;

    if (path && (fd < 0 || ftruncate(fd, (off_t)bytes) < 0)) {
        perror(path);
        exit(1);
    }
    map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, path ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS,
               fd, 0);
    return map == MAP_FAILED ? NULL : map;
}

int
main(int argc, char **argv)
{
    struct server server = { .pods = 3000, .rate = 500 };
    struct event_config *config = event_config_new();
    const char *clock_file = NULL;
    struct evhttp_bound_socket *bound;
    struct sockaddr_in address;
    socklen_t len = sizeof(address);
    struct evhttp *http;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--pods") == 0)
            server.pods = strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--rate") == 0)
            server.rate = strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--events") == 0)
            server.events = strtol(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--clock") == 0)
            clock_file = argv[i + 1];
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    server.clock = map_clock(clock_file, server.events);
    /* Without it timers count whole milliseconds, and events go two or three at a time. */
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    server.base = event_base_new_with_config(config);
    event_config_free(config);
    http = evhttp_new(server.base);
    evhttp_set_gencb(http, handle, &server);
    bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
    if (!bound || !server.clock) {
        fputs("fake_apiserver: cannot listen\n", stderr);
        return 1;
    }
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &len);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    event_base_dispatch(server.base);
    return 0;
}
