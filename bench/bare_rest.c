/* SPDX-License-Identifier: Apache-2.0
 *
 * The floor of row 18: evhttp, the statements of the answer, their rows as JSON. No
 * login, no parameters, no links, no actions; the store's driver is Reeve's.
 *
 *   bench_bare_rest URL PROCESSES    prints its port
 *
 * GET /list?limit=N: how many pods there are, and the first N. GET /pod/ID: one.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/json.h"
#include "base/mem.h"
#include "model/model.h"
#include "store/schema.h"
#include "store/store.h"

#define ANSWER_MAX ((size_t)16 << 20)

struct server {
    struct rv_store *store;
    const struct rv_kind *kind;
    char *one, *list; /* statements */
};

_Noreturn static void
die(const char *doing, const rv_err *err)
{
    fprintf(stderr, "bench_bare_rest: %s: %s\n", doing, err ? err->text : "failed");
    exit(1);
}

static void
write_value(rv_json_writer *w, const struct rv_column *column, const rv_value *value)
{
    int is_id = column->type == REEVE_REF || strcmp(column->name, "id") == 0;
    char text[32];

    if (value->type == RV_NULL)
        return;
    rv_jw_name(w, column->name);
    if (value->type == RV_TEXT && column->type == REEVE_JSON) {
        rv_jw_raw(w, value->v.text, (size_t)value->len);
    } else if (value->type == RV_TEXT) {
        rv_jw_string_len(w, value->v.text, (size_t)value->len);
    } else if (value->type == RV_DOUBLE) {
        rv_jw_double(w, value->v.d);
    } else if (column->type == REEVE_FLAG) {
        rv_jw_flag(w, value->v.i != 0);
    } else if (column->type == REEVE_TIME) {
        rv_jw_time(w, value->v.i);
    } else if (is_id) {
        snprintf(text, sizeof(text), "%lld", (long long)value->v.i);
        rv_jw_string(w, text);
    } else {
        rv_jw_int(w, value->v.i);
    }
}

/* The columns that the API shows. */
static int
shown(const struct rv_kind *kind, int column)
{
    return !(kind->columns[column].flags & (REEVE_COL_INTERNAL | REEVE_COL_SECRET));
}

static void
write_row(rv_json_writer *w, const struct rv_kind *kind, const rv_value *row)
{
    int at = 0;

    rv_jw_object(w);
    for (int i = 0; i < kind->column_count; i++)
        if (shown(kind, i))
            write_value(w, &kind->columns[i], &row[at++]);
    rv_jw_end_object(w);
}

static void
write_rows(struct server *server, rv_json_writer *w, const char *sql, int64_t number)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    rv_value parameter = rv_vint(number);
    const rv_value *row;
    rv_err err = RV_ERR_INIT;

    if (rv_store_query(server->store, &rows, sql, &parameter, 1, &err) < 0)
        die("read pods", &err);
    while (rv_rows_next(rows, &row, &err) == 1)
        write_row(w, server->kind, row);
}

static void
write_list(struct server *server, rv_json_writer *w, int64_t limit)
{
    rv_value count[1];
    rv_err err = RV_ERR_INIT;

    if (rv_store_one(server->store, count, 1,
                     "SELECT (SELECT COUNT(*) FROM \"container_groups\" t"
                     " WHERE t.\"deleted_on\" IS NULL)",
                     NULL, 0, &err) != 1)
        die("count pods", &err);
    rv_jw_object(w);
    rv_jw_name(w, "count");
    rv_jw_int(w, count[0].v.i);
    rv_jw_name(w, "resources");
    rv_jw_array(w);
    write_rows(server, w, server->list, limit);
    rv_jw_end_array(w);
    rv_jw_end_object(w);
}

static void
handle(struct evhttp_request *request, void *arg)
{
    struct server *server = arg;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = evhttp_uri_get_path(uri);
    rv_buf text = rv_buf_limited(ANSWER_MAX);
    rv_json_writer w = rv_json_to(&text);
    struct evbuffer *out = evbuffer_new();
    struct evkeyvalq query;

    evhttp_parse_query_str(evhttp_uri_get_query(uri) ? evhttp_uri_get_query(uri) : "", &query);
    if (strncmp(path, "/pod/", 5) == 0) {
        write_rows(server, &w, server->one, strtoll(path + 5, NULL, 10));
    } else {
        const char *limit = evhttp_find_header(&query, "limit");
        write_list(server, &w, limit ? strtoll(limit, NULL, 10) : 20);
    }
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
                      "application/json");
    evbuffer_add(out, rv_buf_text(&text), text.len);
    evhttp_send_reply(request, text.len ? 200 : 404, NULL, out);
    evbuffer_free(out);
    evhttp_clear_headers(&query);
    rv_buf_free(&text);
}

static void
make_statements(struct server *server)
{
    rv_buf columns = rv_buf_limited(1 << 16);

    server->kind = rv_model_kind("container_group");
    for (int i = 0; i < server->kind->column_count; i++)
        if (shown(server->kind, i))
            rv_buf_addf(&columns, "%st.\"%s\"", columns.len ? ", " : "",
                        server->kind->columns[i].name);
    server->one = rv_format("SELECT %s FROM \"container_groups\" t WHERE t.\"id\" = $1",
                            rv_buf_text(&columns));
    server->list = rv_format("SELECT %s FROM \"container_groups\" t WHERE t.\"deleted_on\" IS NULL"
                             " ORDER BY t.\"id\" LIMIT $1 OFFSET 0",
                             rv_buf_text(&columns));
    rv_buf_free(&columns);
}

/* One process that answers; never comes back. */
static void
serve(const char *url, int fd)
{
    struct rv_store_config config = { .url = url, .module_dir = REEVE_MODULES };
    struct event_base *base = event_base_new();
    struct evhttp *http = evhttp_new(base);
    struct server server = { 0 };
    rv_err err = RV_ERR_INIT;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (rv_store_open(&server.store, &config, &err) < 0)
        die("open the store", &err);
    make_statements(&server);
    evhttp_set_gencb(http, handle, &server);
    if (evhttp_accept_socket(http, fd) < 0)
        die("listen", NULL);
    event_base_dispatch(base);
    exit(1);
}

static int
listen_somewhere(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 || listen(fd, 512) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        die("listen", NULL);
    *port = ntohs(address.sin_port);
    return fd;
}

int
main(int argc, char **argv)
{
    rv_err err = RV_ERR_INIT;
    int port, fd = listen_somewhere(&port);
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    if (count < 1 || rv_model_init(&err) < 0)
        die("usage: bench_bare_rest URL PROCESSES", NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (long i = 1; i < count; i++)
        if (fork() == 0)
            serve(argv[1], fd);
    printf("%d\n", port);
    fflush(stdout);
    serve(argv[1], fd);
    return 0;
}
