/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests to the server over libcurl.
 */
#include "client.h"

#include <string.h>
#include "base/clock.h"
#include "cli.h"
#include "client_internal.h"

#define ANSWER_LIMIT (256u << 20)
/* The server ends a statement after api.statement_timeout (30 s) and says so; what is written may
 * need a provider's answer. */
#define READ_MS 45000L
#define WRITE_MS 120000L
#define LOCAL_HEADER "X-Reeve-Local-Token"

int
cli_client_open(struct cli_client **out, const struct cli_context *context, rv_err *err)
{
    struct cli_client *client;
    size_t len;

    if (!context->url) {
        rv_fail(err, RV_E_AUTH, "not logged in to a server");
        return rv_hint(err, "reevectl login --url URL --user admin --password-file FILE");
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return rv_fail(err, RV_E_INTERNAL, "libcurl does not start");
    client = rv_alloc(sizeof(*client));
    client->curl = curl_easy_init();
    client->token = rv_strdup(context->token);
    client->ca = rv_strdup(context->ca);
    client->local = rv_strdup(context->local);
    client->insecure = context->insecure;
    for (len = strlen(context->url); len > 0 && context->url[len - 1] == '/';)
        len--;
    client->url = rv_strndup(context->url, len);
    *out = client;
    return 0;
}

int
cli_client_clone(struct cli_client **out, const struct cli_client *client, rv_err *err)
{
    struct cli_context context = { .url = client->url,
                                   .token = client->token,
                                   .ca = client->ca,
                                   .insecure = client->insecure,
                                   .local = client->local };

    if (cli_client_open(out, &context, err) < 0)
        return err->code;
    (*out)->trace = client->trace;
    (*out)->asked_ms = client->asked_ms;
    return 0;
}

void
cli_client_close(struct cli_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    cli_wipe_text(client->token);
    cli_wipe_text(client->password);
    cli_wipe_text(client->local);
    free(client->local);
    free(client->url);
    free(client->token);
    free(client->user);
    free(client->ca);
    free(client->password);
    free(client);
}

const char *
cli_client_url(const struct cli_client *client)
{
    return client->url;
}

int
cli_client_is_local(const struct cli_client *client)
{
    return client->local != NULL;
}

int
cli_client_met_silence(const struct cli_client *client)
{
    return client->silent;
}

void
cli_client_basic(struct cli_client *client, const char *user, const char *password)
{
    client->user = rv_strdup(user);
    client->password = rv_strdup(password);
}

void
cli_client_timeout(struct cli_client *client, long ms)
{
    client->timeout_ms = ms;
}

void
cli_client_request_timeout(struct cli_client *client, long ms)
{
    client->asked_ms = ms;
}

void
cli_client_trace(struct cli_client *client)
{
    client->trace = 1;
}

char *
cli_escape(const char *text)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(1u << 20);

    rv_percent_encode(&out, text, strlen(text), ","); /* lists of attributes stay readable */
    return rv_buf_take_string(&out);
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *arg)
{
    rv_buf *body = arg;

    rv_buf_add(body, bytes, size * count);
    return body->failed ? 0 : size * count;
}

void
cli_add_header(struct curl_slist **headers, const char *name, const char *value)
{
    RV_AUTO_FREE char *line = rv_format("%s: %s", name, value);

    *headers = curl_slist_append(*headers, line);
    cli_wipe_text(line);
}

struct curl_slist *
cli_headers_of(const struct cli_client *client, const char *accept)
{
    struct curl_slist *headers = NULL;

    cli_add_header(&headers, "Accept", accept);
    if (client->token && !client->user)
        cli_add_header(&headers, "X-Auth-Token", client->token);
    if (client->local)
        cli_add_header(&headers, LOCAL_HEADER, client->local);
    return headers;
}

/* The names are public, the values are not needed: wiping the list is what matters. */
void
cli_free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *item = headers; item; item = item->next)
        cli_wipe_text(item->data);
    curl_slist_free_all(headers);
}

/* This machine itself is never reached through a proxy, whatever http_proxy says. */
static int
is_loopback(const char *url)
{
    static const char *const hosts[] = { "127.", "localhost:", "localhost/", "[::1]" };
    const char *host = strstr(url, "://");

    for (size_t i = 0; host && i < RV_COUNT(hosts); i++)
        if (strncasecmp(host + 3, hosts[i], strlen(hosts[i])) == 0)
            return 1;
    return 0;
}

void
cli_set_up(struct cli_client *client, const char *url, struct curl_slist *headers)
{
    CURL *curl = client->curl;

    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "reevectl");
    client->detail[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->detail);
    if (client->ca) { /* these alone, not those of the system beside them */
        curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    if (client->insecure) {
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (is_loopback(url))
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    if (client->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, client->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, client->password);
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
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
    case 502:
    case 503:
    case 504:
        return RV_E_UNAVAILABLE;
    default:
        return status >= 400 && status < 500 ? RV_E_INVALID : RV_E_INTERNAL;
    }
}

int
cli_answer_error(const char *body, size_t len, long status, rv_err *err)
{
    RV_AUTO_JSON cJSON *json = NULL;
    rv_err ignored = RV_ERR_INIT;
    const cJSON *error = NULL;
    const char *message = NULL;
    int class = class_of_status(status);

    if (len > 0 && rv_json_parse(&json, body, len, CLI_ERROR_LIMIT, 0, &ignored) == 0)
        error = cJSON_GetObjectItemCaseSensitive(json, "error");
    message = cJSON_IsString(error) ? error->valuestring : rv_json_string(error, "message");
    /* ManageIQ's API has no 409: a name that is taken is a record that is not valid. */
    if (rv_streq(rv_json_string(error, "klass"), "ActiveRecord::RecordInvalid"))
        class = RV_E_CONFLICT;
    if (message)
        rv_fail(err, class, "%s", message);
    else
        rv_fail(err, class, "the server answered with status %ld", status);
    if (rv_json_string(error, "hint"))
        rv_hint(err, "%s", rv_json_string(error, "hint"));
    else if (status == 401)
        rv_hint(err, "log in (again): reevectl login --url URL --user admin --password-file FILE");
    return err->code;
}

/* Nobody there and somebody who says nothing are two mistakes. */
static int
is_silence(const struct cli_client *client, CURLcode code)
{
    double connected = 0;
    long new_connections = 1; /* 0: the request went over the one of before */

    curl_easy_getinfo(client->curl, CURLINFO_CONNECT_TIME, &connected);
    curl_easy_getinfo(client->curl, CURLINFO_NUM_CONNECTS, &new_connections);
    return code == CURLE_OPERATION_TIMEDOUT && (connected > 0 || new_connections == 0);
}

static int
fail_late(const struct cli_client *client, CURLcode code, rv_err *err)
{
    double waited = 0;

    curl_easy_getinfo(client->curl, CURLINFO_TOTAL_TIME, &waited);
    if (!is_silence(client, code)) {
        rv_fail(err, RV_E_UNAVAILABLE, "cannot reach %s: nothing came back in %.0f s", client->url,
                waited);
        return rv_hint(err, "is the address right, and does a firewall let us through?");
    }
    rv_fail(err, RV_E_UNAVAILABLE, "no answer from %s in %.0f s", client->url, waited);
    return rv_hint(err, "reevectl doctor looks for the reason; --request-timeout waits longer");
}

int
cli_fail_transfer(const struct cli_client *client, CURLcode code, rv_err *err)
{
    if (code == CURLE_WRITE_ERROR)
        return rv_fail(err, RV_E_LIMIT, "the answer is larger than %u MiB", ANSWER_LIMIT >> 20);
    if (cli_fail_tls(client, code, err) < 0)
        return err->code;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return fail_late(client, code, err);
    rv_fail(err, RV_E_UNAVAILABLE, "cannot reach %s: %s", client->url, curl_easy_strerror(code));
    return rv_hint(err,
                   "is reeved running there? the file 'url' in its home says where it listens");
}

void
cli_trace(const struct cli_client *client, const char *method, const char *url, int64_t begun_ms)
{
    long status = 0;

    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    if (client->trace)
        cli_warn("%s %s: %ld, %lld ms", method, url, status,
                 (long long)(rv_monotonic_ms() - begun_ms));
}

/* One transfer with the client's options set; the status of the answer, or a class. */
static long
transfer(struct cli_client *client, const char *method, const char *url, const char *body,
         rv_buf *answer, rv_err *err)
{
    struct curl_slist *headers = cli_headers_of(client, "application/json");
    int64_t begun_ms = rv_monotonic_ms();
    long status = 0;
    CURLcode code;

    if (body)
        cli_add_header(&headers, "Content-Type", "application/json");
    cli_set_up(client, url, headers);
    curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS,
                     client->asked_ms             ? client->asked_ms
                     : client->timeout_ms         ? client->timeout_ms
                     : strcmp(method, "GET") == 0 ? READ_MS
                                                  : WRITE_MS);
    curl_easy_setopt(client->curl, CURLOPT_ACCEPT_ENCODING, "");
    if (body)
        curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body);
    code = curl_easy_perform(client->curl);
    client->silent = is_silence(client, code);
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    cli_trace(client, method, url, begun_ms);
    cli_free_headers(headers);
    return code == CURLE_OK ? status : cli_fail_transfer(client, code, err);
}

int
cli_request(struct cli_client *client, const char *method, const char *path, const cJSON *body,
            cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *url = rv_format("%s%s", client->url, path);
    RV_AUTO_BUF rv_buf answer = rv_buf_limited(ANSWER_LIMIT);
    char *text = body ? cJSON_PrintUnformatted(body) : NULL;
    long status = transfer(client, method, url, text, &answer, err);

    if (out)
        *out = NULL;
    cli_wipe_text(text);
    cJSON_free(text);
    if (status < 0)
        return err->code;
    if (status < 200 || status > 299)
        return cli_answer_error(rv_buf_text(&answer), answer.len, status, err);
    if (!out || answer.len == 0)
        return 0;
    if (rv_json_parse(out, rv_buf_text(&answer), answer.len, ANSWER_LIMIT, 0, err) < 0) {
        rv_wrap(err, "read the answer of %s", url);
        return rv_hint(err, "is that a Reeve server?");
    }
    return 0;
}

int
cli_get(struct cli_client *client, const char *path, cJSON **out, rv_err *err)
{
    return cli_request(client, "GET", path, NULL, out, err);
}

long
cli_get_text(struct cli_client *client, const char *path, rv_buf *out, rv_err *err)
{
    RV_AUTO_FREE char *url = rv_format("%s%s", client->url, path);

    return transfer(client, "GET", url, NULL, out, err);
}

int
cli_take_home(const struct cli *cli, struct cli_context *context, rv_err *err)
{
    const char *given = cli_value(cli, "home"), *from_environment = getenv("REEVE_HOME");

    if (given)
        return cli_context_home(context, given, cli_value(cli, "url"), err);
    /* A server that is named on the command line need not be this one, and must not get its token.
     */
    if (!cli_option_of(cli, "home") || !from_environment || !*from_environment ||
        cli_value(cli, "url"))
        return 0;
    if (cli_context_home(context, from_environment, NULL, err) < 0)
        rv_err_clear(err); /* it was not asked for here */
    return 0;
}

int
cli_open(struct cli *cli, rv_err *err)
{
    struct cli_context context;
    int64_t timeout_ms = cli_duration(cli, "request-timeout", 0);
    int status = cli_context_load(&context, cli_value(cli, "url"), err);

    if (timeout_ms < 0)
        status = rv_fail(err, RV_E_INVALID, "--request-timeout is no duration");
    if (status == 0)
        status = cli_take_home(cli, &context, err);
    if (status == 0)
        status = cli_trust(cli, &context, err);
    if (status == 0)
        status = cli_client_open(&cli->client, &context, err);
    cli_context_free(&context);
    if (status == 0 && cli_has(cli, "verbose"))
        cli_client_trace(cli->client);
    if (status == 0)
        cli_client_request_timeout(cli->client, (long)timeout_ms);
    return status;
}

int
cli_connect(struct cli *cli)
{
    rv_err err = RV_ERR_INIT;

    return cli_open(cli, &err) < 0 ? cli_failed(&err) : 0;
}
