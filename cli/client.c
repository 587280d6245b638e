/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP to the server over libcurl: JSON requests, server-sent events, and errors
 * as classes with the server's own words.
 */
#include <curl/curl.h>
#include <string.h>
#include "base/wait.h"
#include "cli.h"

#define ANSWER_LIMIT (256u << 20)
#define EVENT_LIMIT (16u << 20)

struct cli_client {
    CURL *curl;
    char *url, *token, *user, *password;
};

int
cli_client_open(struct cli_client **out, const struct cli_context *context, rv_err *err)
{
    struct cli_client *client;

    if (!context->url) {
        rv_fail(err, RV_E_AUTH, "not logged in to a server");
        return rv_hint(err, "reevectl login --url URL --user admin --password-file FILE");
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return rv_fail(err, RV_E_INTERNAL, "libcurl does not start");
    client = rv_alloc(sizeof(*client));
    client->curl = curl_easy_init();
    client->url = rv_strdup(context->url);
    client->token = rv_strdup(context->token);
    while (client->url[0] && client->url[strlen(client->url) - 1] == '/')
        client->url[strlen(client->url) - 1] = '\0';
    *out = client;
    return 0;
}

void
cli_client_close(struct cli_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    free(client->url);
    free(client->token);
    free(client->user);
    free(client->password);
    free(client);
}

const char *
cli_client_url(const struct cli_client *client)
{
    return client->url;
}

void
cli_client_basic(struct cli_client *client, const char *user, const char *password)
{
    client->user = rv_strdup(user);
    client->password = rv_strdup(password);
}

char *
cli_escape(const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    RV_AUTO_BUF
    rv_buf out = rv_buf_limited(1 << 20);

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            strchr("-._~,", c)) {
            rv_buf_add_char(&out, (char)c);
        } else {
            rv_buf_add_char(&out, '%');
            rv_buf_add_char(&out, hex[c >> 4]);
            rv_buf_add_char(&out, hex[c & 15]);
        }
    }
    return rv_buf_take_string(&out);
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *arg)
{
    rv_buf *body = arg;

    rv_buf_add(body, bytes, size * count);
    return body->failed ? 0 : size * count;
}

static struct curl_slist *
headers_of(const struct cli_client *client, const char *accept, int has_body,
           const char *last_event)
{
    RV_AUTO_FREE char *token = rv_format("X-Auth-Token: %s", client->token ? client->token : "");
    RV_AUTO_FREE char *accepts = rv_format("Accept: %s", accept);
    struct curl_slist *headers = curl_slist_append(NULL, accepts);

    if (client->token && !client->user)
        headers = curl_slist_append(headers, token);
    if (has_body)
        headers = curl_slist_append(headers, "Content-Type: application/json");
    if (last_event && *last_event) {
        RV_AUTO_FREE char *id = rv_format("Last-Event-ID: %s", last_event);

        headers = curl_slist_append(headers, id);
    }
    return headers;
}

static void
set_up(struct cli_client *client, const char *url, struct curl_slist *headers)
{
    curl_easy_reset(client->curl);
    curl_easy_setopt(client->curl, CURLOPT_URL, url);
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(client->curl, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(client->curl, CURLOPT_USERAGENT, "reevectl");
    if (client->user) {
        curl_easy_setopt(client->curl, CURLOPT_USERNAME, client->user);
        curl_easy_setopt(client->curl, CURLOPT_PASSWORD, client->password);
        curl_easy_setopt(client->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    }
}

static int
class_of_status(long status)
{
    switch (status) {
    case 401:
        return RV_E_AUTH;
    case 403:
        return RV_E_PERMISSION;
    case 404:
        return RV_E_NOT_FOUND;
    case 409:
        return RV_E_CONFLICT;
    case 410:
        return RV_E_GONE;
    case 429:
        return RV_E_RATE_LIMITED;
    case 503:
        return RV_E_UNAVAILABLE;
    default:
        return status >= 400 && status < 500 ? RV_E_INVALID : RV_E_INTERNAL;
    }
}

/* The server's message, whatever form its error has. */
static int
fail_with_body(const rv_buf *body, long status, rv_err *err)
{
    rv_err ignored = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *json = NULL;
    const cJSON *error = NULL;
    const char *message = NULL;

    if (body->len > 0 &&
        rv_json_parse(&json, rv_buf_text(body), body->len, ANSWER_LIMIT, 0, &ignored) == 0)
        error = cJSON_GetObjectItemCaseSensitive(json, "error");
    message = cJSON_IsString(error) ? error->valuestring : rv_json_string(error, "message");
    if (message)
        rv_fail(err, class_of_status(status), "%s", message);
    else
        rv_fail(err, class_of_status(status), "the server answered with status %ld", status);
    if (rv_json_string(error, "hint"))
        rv_hint(err, "%s", rv_json_string(error, "hint"));
    if (status == 401)
        rv_hint(err, "log in (again): reevectl login --url URL --user admin --password-file FILE");
    return err->code;
}

static int
fail_transfer(const struct cli_client *client, CURLcode code, rv_err *err)
{
    if (code == CURLE_WRITE_ERROR)
        return rv_fail(err, RV_E_LIMIT, "the answer is larger than %u MiB", ANSWER_LIMIT >> 20);
    rv_fail(err, RV_E_UNAVAILABLE, "cannot reach %s: %s", client->url, curl_easy_strerror(code));
    return rv_hint(err,
                   "is reeved running there? its home has a file 'url'; ./scripts/run starts one");
}

int
cli_request(struct cli_client *client, const char *method, const char *path, const cJSON *body,
            cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *url = rv_format("%s%s", client->url, path);
    RV_AUTO_BUF
    rv_buf answer = rv_buf_limited(ANSWER_LIMIT);
    struct curl_slist *headers = headers_of(client, "application/json", body != NULL, NULL);
    char *text = body ? cJSON_PrintUnformatted(body) : NULL;
    long status = 0;
    CURLcode code;

    set_up(client, url, headers);
    curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, 120L);
    if (text)
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, text);
    code = curl_easy_perform(client->curl);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (text) {
        memset(text, 0, strlen(text));
        cJSON_free(text);
    }
    if (out)
        *out = NULL;
    if (code != CURLE_OK)
        return fail_transfer(client, code, err);
    if (status < 200 || status > 299)
        return fail_with_body(&answer, status, err);
    if (!out || answer.len == 0)
        return 0;
    if (rv_json_parse(out, rv_buf_text(&answer), answer.len, ANSWER_LIMIT, 0, err) < 0)
        return rv_wrap(err, "read the answer of %s%s", client->url, path);
    return 0;
}

int
cli_get(struct cli_client *client, const char *path, cJSON **out, rv_err *err)
{
    return cli_request(client, "GET", path, NULL, out, err);
}

/* One event stream being taken apart. */
struct stream {
    rv_buf line, data;
    char name[64], id[64];
    int (*ready)(void *arg);
    int (*fn)(void *arg, const struct cli_event *event);
    void *arg;
    CURL *curl;
    rv_buf error; /* body of a status that is not 200 */
    int opened, verdict;
};

static void
end_event(struct stream *s)
{
    struct cli_event event = { s->name, s->id, rv_buf_text(&s->data) };

    if (s->data.len > 0 && !s->data.failed)
        s->verdict = s->fn(s->arg, &event);
    rv_buf_reset(&s->data);
    s->name[0] = '\0';
}

static void
take_line(struct stream *s)
{
    const char *line = rv_buf_text(&s->line);

    if (!*line)
        end_event(s);
    else if (strncmp(line, "data:", 5) == 0)
        rv_buf_add_string(&s->data, line + 5 + (line[5] == ' '));
    else if (strncmp(line, "event:", 6) == 0)
        snprintf(s->name, sizeof(s->name), "%s", line + 6 + (line[6] == ' '));
    else if (strncmp(line, "id:", 3) == 0)
        snprintf(s->id, sizeof(s->id), "%s", line + 3 + (line[3] == ' '));
    rv_buf_reset(&s->line);
}

static size_t
take_stream(char *bytes, size_t size, size_t count, void *arg)
{
    struct stream *s = arg;
    long status = 0;

    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        rv_buf_add(&s->error, bytes, size * count);
        return size * count;
    }
    for (size_t i = 0; i < size * count && s->verdict == 0; i++) {
        if (bytes[i] == '\n')
            take_line(s);
        else if (bytes[i] != '\r')
            rv_buf_add_char(&s->line, bytes[i]);
    }
    return s->verdict ? 0 : size * count;
}

/* ready as soon as the answer's head says 200: before the first event. */
static size_t
take_head(char *bytes, size_t size, size_t count, void *arg)
{
    struct stream *s = arg;
    long status = 0;

    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
    if (size * count <= 2 && status == 200 && !s->opened) {
        s->opened = 1;
        s->verdict = s->ready ? s->ready(s->arg) : 0;
    }
    (void)bytes;
    return s->verdict ? 0 : size * count;
}

static int
run_stream(struct cli_client *client, const char *url, struct stream *s, rv_err *err)
{
    struct curl_slist *headers = headers_of(client, "text/event-stream", 0, s->id);
    long status = 0;
    CURLcode code;

    set_up(client, url, headers);
    s->curl = client->curl;
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_stream);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, s);
    curl_easy_setopt(client->curl, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(client->curl, CURLOPT_HEADERDATA, s);
    /* The server sends a comment each 15 s: longer silence means that it is gone. */
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_TIME, 60L);
    code = curl_easy_perform(client->curl);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (s->verdict)
        return 0;
    if (status != 0 && status != 200)
        return fail_with_body(&s->error, status, err);
    if (code != CURLE_OK)
        return fail_transfer(client, code, err);
    return rv_fail(err, RV_E_UNAVAILABLE, "the server ended the stream");
}

int
cli_events(struct cli_client *client, const char *path, int (*ready)(void *arg),
           int (*fn)(void *arg, const struct cli_event *event), void *arg, rv_err *err)
{
    RV_AUTO_FREE char *url = rv_format("%s%s", client->url, path);
    struct stream s = { .line = rv_buf_limited(EVENT_LIMIT),
                        .data = rv_buf_limited(EVENT_LIMIT),
                        .error = rv_buf_limited(1 << 20),
                        .ready = ready,
                        .fn = fn,
                        .arg = arg };
    int failures = 0, status;

    for (;;) {
        int was_open = s.opened;

        rv_err_clear(err);
        rv_buf_reset(&s.line);
        rv_buf_reset(&s.data);
        rv_buf_reset(&s.error);
        s.ready = was_open ? NULL : ready;
        status = run_stream(client, url, &s, err);
        if (status == 0 || (status != RV_E_UNAVAILABLE) || !s.opened || !s.id[0])
            break; /* without a position there is nothing to go on from */
        if (++failures > 20)
            break;
        rv_sleep(failures < 5 ? 500 : 2000, err);
    }
    rv_buf_free(&s.line);
    rv_buf_free(&s.data);
    rv_buf_free(&s.error);
    return status < 0 ? status : s.verdict;
}

int
cli_connect(struct cli *cli)
{
    struct cli_context context;
    rv_err err = RV_ERR_INIT;
    int status = cli_context_load(&context, &err);

    if (status == 0 && cli_value(cli, "url")) {
        free(context.url);
        context.url = rv_strdup(cli_value(cli, "url"));
    }
    if (status == 0)
        status = cli_client_open(&cli->client, &context, &err);
    cli_context_free(&context);
    return status < 0 ? cli_failed(&err) : 0;
}
