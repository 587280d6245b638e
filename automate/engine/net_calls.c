/* SPDX-License-Identifier: Apache-2.0
 *
 * What methods send into the world: requests to hosts that automate.http_hosts names, mails by the
 * server that smtp.host names, traps. The module over libcurl is loaded when the first is asked
 * for.
 */
#include "automate/net_calls.h"

#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "net/net.h"
#include "net/trap.h"

enum { HEADERS_MAX = 100, TIMEOUT_MS = 30000, SNMP_PORT = 162 };

/* Texts of one call, freed together. */
struct words {
    char **list;
    size_t count;
};

static void
drop(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
}
#define AUTO_WORDS __attribute__((cleanup(drop)))

/* Takes text. The list ends with NULL. */
static char *
keep(struct words *words, char *text)
{
    words->list = rv_realloc(words->list, words->count + 2, sizeof(*words->list));
    words->list[words->count++] = text;
    words->list[words->count] = NULL;
    return text;
}

/* The parts of a list with commas between, without blanks around them. */
static void
split(struct words *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, ",");
        const char *from = text + strspn(text, " "), *to = text + len;
        while (to > from && to[-1] == ' ')
            to--;
        if (to > from)
            keep(out, rv_strndup(from, (size_t)(to - from)));
        text += len + (text[len] == ',');
    }
}

static const char *
text_of(const struct rv_ae_value *value)
{
    return value && (value->type == RV_AE_TEXT || value->type == RV_AE_SYMBOL) ? value->v.text
                                                                               : NULL;
}

static const char *
member(const struct rv_ae_value *map, const char *name)
{
    return text_of(rv_ae_get(map, name));
}

static int64_t
number(const struct rv_ae_value *map, const char *name, int64_t fallback)
{
    const struct rv_ae_value *value = rv_ae_get(map, name);
    rv_err ignored = RV_ERR_INIT;
    int64_t read;
    if (value && value->type == RV_AE_INT)
        return value->v.i;
    return text_of(value) && !rv_parse_int(&read, text_of(value), &ignored) ? read : fallback;
}

/* The one argument, or the first of a list, which has to be a table of names. */
static int
need_map(const struct rv_ae_value *args, int first, const char *what,
         const struct rv_ae_value **out, rv_err *err)
{
    *out = first < args->len ? &args->v.items[first] : NULL;
    if (*out && (*out)->type == RV_AE_MAP)
        return 0;
    return rv_fail(err, RV_E_INVALID, "%s takes a table of names", what);
}

static int
open_net(struct rv_live *live, rv_err *err)
{
    if (!live->net && rv_net_open(&live->net, live->module_dir, err) < 0)
        return err->code;
    rv_net_pulse(live->net, live->pulse, live->arg);
    return 0;
}

static int
fill_headers(struct rv_net_header *out, size_t *count, struct words *words,
             const struct rv_ae_value *map, rv_err *err)
{
    for (int32_t i = 0; map && map->type == RV_AE_MAP && i < map->len; i++) {
        RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_NET_HEADERS_MAX);
        if (*count == HEADERS_MAX)
            return rv_fail(err, RV_E_LIMIT, "more than %d headers", HEADERS_MAX);
        if (rv_ae_show(&text, &map->v.items[i]))
            return rv_fail(err, RV_E_LIMIT, "header '%s' is too long", map->v.items[i].key);
        out[(*count)++] =
            (struct rv_net_header){ .name = map->v.items[i].key,
                                    .value = keep(words, rv_strdup(rv_buf_text(&text))) };
    }
    return 0;
}

/* "name: value" lines to a map; a header that came several times is joined by commas. */
static void
set_headers(struct rv_ae_value *map, const rv_buf *lines)
{
    for (const char *at = rv_buf_text(lines); *at;
         at += strcspn(at, "\n") + (strchr(at, '\n') != 0)) {
        size_t len = strcspn(at, "\n");
        const char *colon = memchr(at, ':', len);
        if (!colon)
            continue;
        RV_AUTO_FREE char *name = rv_strndup(at, (size_t)(colon - at));
        colon += 1 + (colon[1] == ' ');
        RV_AUTO_BUF rv_buf value = rv_buf_limited(RV_NET_HEADERS_MAX * 4);
        const char *before = member(map, name);
        if (before)
            rv_buf_addf(&value, "%s, ", before);
        rv_utf8_clean(&value, colon, (size_t)(at + len - colon));
        struct rv_ae_value text = rv_ae_vtext(rv_buf_text(&value));
        rv_ae_set(map, name, &text);
    }
}

/* A body that is not UTF-8 is given as base64 too. */
static void
set_body(struct rv_ae_value *map, const rv_buf *body)
{
    RV_AUTO_BUF rv_buf clean = rv_buf_limited(RV_NET_BODY_MAX * 4 + 16);
    size_t replaced = rv_utf8_clean(&clean, rv_buf_text(body), body->len);
    struct rv_ae_value text = rv_ae_vtext_len(rv_buf_text(&clean), clean.len);
    rv_ae_set(map, "body", &text);
    if (replaced == 0)
        return;
    rv_buf_reset(&clean);
    rv_base64_encode(&clean, rv_buf_text(body), body->len);
    text = rv_ae_vtext(rv_buf_text(&clean));
    rv_ae_set(map, "body_base64", &text);
}

static void
set_response(struct rv_ae_value *out, const struct rv_net_response *response)
{
    struct rv_ae_value status = rv_ae_vint(response->status), headers = rv_ae_vmap();
    *out = rv_ae_vmap();
    set_headers(&headers, &response->headers);
    rv_ae_set(out, "status", &status);
    rv_ae_set(out, "headers", &headers);
    set_body(out, &response->body);
}

int
rv_live_http(struct rv_live *live, const struct rv_ae_value *args, struct rv_ae_value *out,
             rv_err *err)
{
    AUTO_WORDS struct words texts = { 0 }, hosts = { 0 };
    struct rv_net_header headers[HEADERS_MAX];
    const struct rv_ae_value *given, *body;
    size_t count = 0;
    if (need_map(args, 0, "http", &given, err) || open_net(live, err) ||
        fill_headers(headers, &count, &texts, rv_ae_get(given, "headers"), err))
        return err->code;
    body = rv_ae_get(given, "body");
    split(&hosts, rv_settings_string(live->settings, "automate.http_hosts"));
    const struct rv_net_request request = {
        .method = member(given, "method"),
        .url = member(given, "url"),
        .headers = headers,
        .header_count = count,
        .body = text_of(body),
        .body_len = text_of(body) ? (size_t)body->len : 0,
        .timeout_ms = rv_live_left_ms(live, number(given, "timeout_ms", TIMEOUT_MS)),
        .hosts = (const char *const *)hosts.list,
    };
    struct rv_net_response response = { 0 };
    if (!request.url)
        return rv_fail(err, RV_E_INVALID, "http: url is missing");
    int code = rv_net_http(live->net, &request, &response, err);
    if (code == 0)
        set_response(out, &response);
    rv_net_response_free(&response);
    if (code == RV_E_PERMISSION)
        rv_hint(err, "hosts that methods may ask are named by automate.http_hosts in reeve.yaml");
    return code;
}

/* "a@x, b@y", or a list of such. */
static void
add_addresses(struct words *out, const struct rv_ae_value *value)
{
    if (text_of(value))
        split(out, text_of(value));
    for (int32_t i = 0; value && value->type == RV_AE_LIST && i < value->len; i++)
        add_addresses(out, &value->v.items[i]);
}

/* The password of smtp.user_name; *out is the caller's to wipe and free, NULL when none is set. */
static int
smtp_password(struct rv_live *live, char **out, rv_err *err)
{
    RV_AUTO_FREE char *envelope = NULL, *place = NULL;
    *out = NULL;
    int found =
        rv_settings_sealed(&envelope, &place, live->store, &live->scope, "smtp.password", err);
    if (found <= 0)
        return found;
    if (!live->vault)
        return rv_fail(err, RV_E_UNSUPPORTED, "passwords are not opened here");
    return live->vault->open(live->vault->arg, out, place, envelope, err);
}

static int32_t
security_of(const struct rv_settings *settings)
{
    const char *word = rv_settings_string(settings, "smtp.security");
    return strcmp(word, "tls") == 0        ? RV_NET_TLS
           : strcmp(word, "starttls") == 0 ? RV_NET_STARTTLS
                                           : RV_NET_PLAIN;
}

static int
send_mail(struct rv_live *live, const struct rv_net_mail *mail, rv_err *err)
{
    const char *host = rv_settings_string(live->settings, "smtp.host");
    const char *user = rv_settings_string(live->settings, "smtp.user_name");
    const char *helo = rv_settings_string(live->settings, "smtp.domain");
    struct rv_net_server server = { .host = host,
                                    .port = (int32_t)rv_settings_int(live->settings, "smtp.port"),
                                    .helo = *helo ? helo : NULL,
                                    .timeout_ms = rv_live_left_ms(live, TIMEOUT_MS) };
    char *password = NULL;
    if (!*host) {
        rv_fail(err, RV_E_UNAVAILABLE, "no mail server is set");
        return rv_hint(err, "reevectl settings set smtp.host mail.example.com");
    }
    server.security = security_of(live->settings);
    if (open_net(live, err) || (*user && smtp_password(live, &password, err) < 0))
        return err->code;
    server.user = *user ? user : NULL;
    server.password = password;
    int code = rv_net_mail(live->net, &server, mail, err);
    if (password)
        rv_wipe(password, strlen(password));
    free(password);
    return code;
}

int
rv_live_email(struct rv_live *live, const struct rv_ae_value *args, struct rv_ae_value *out,
              rv_err *err)
{
    AUTO_WORDS struct words to = { 0 }, cc = { 0 }, bcc = { 0 };
    const struct rv_ae_value *given;
    if (need_map(args, 0, "email", &given, err))
        return err->code;
    add_addresses(&to, rv_ae_get(given, "to"));
    add_addresses(&cc, rv_ae_get(given, "cc"));
    add_addresses(&bcc, rv_ae_get(given, "bcc"));
    const char *body = member(given, "body"), *from = member(given, "from");
    const struct rv_net_mail mail = {
        .from = from && *from ? from : rv_settings_string(live->settings, "smtp.from"),
        .to = (const char *const *)to.list,
        .cc = (const char *const *)cc.list,
        .bcc = (const char *const *)bcc.list,
        .subject = member(given, "subject"),
        .content_type = member(given, "content_type"),
        .body = body ? body : "",
        .body_len = body ? strlen(body) : 0,
    };
    if (send_mail(live, &mail, err))
        return rv_wrap(err, "send mail");
    *out = rv_ae_vbool(1);
    return 0;
}

/* execute('send_email', to, from, subject, body [, content type or a table of more]) */
int
rv_live_send_email(struct rv_live *live, const struct rv_ae_value *args, int first,
                   struct rv_ae_value *out, rv_err *err)
{
    static const char *const names[] = { "to", "from", "subject", "body" };
    RV_AUTO_AE_VALUE struct rv_ae_value list = rv_ae_vlist();
    struct rv_ae_value map = rv_ae_vmap();
    for (int i = 0; i < (int)RV_COUNT(names) && first + i < args->len; i++) {
        struct rv_ae_value copy = rv_ae_copy(&args->v.items[first + i]);
        rv_ae_set(&map, names[i], &copy);
    }
    const struct rv_ae_value *more = first + 4 < args->len ? &args->v.items[first + 4] : NULL;
    for (int32_t i = 0; more && more->type == RV_AE_MAP && i < more->len; i++) {
        struct rv_ae_value copy = rv_ae_copy(&more->v.items[i]);
        rv_ae_set(&map, more->v.items[i].key, &copy);
    }
    if (text_of(more)) {
        struct rv_ae_value copy = rv_ae_copy(more);
        rv_ae_set(&map, "content_type", &copy);
    }
    rv_ae_append(&list, &map);
    return rv_live_email(live, &list, out, err);
}

/* [{ oid, var_type, value }] */
static void
fill_variables(struct rv_trap_variable *out, size_t *count, struct words *texts,
               const struct rv_ae_value *list)
{
    for (int32_t i = 0; list && list->type == RV_AE_LIST && i < list->len; i++) {
        const struct rv_ae_value *one = &list->v.items[i], *value = rv_ae_get(one, "value");
        RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_TRAP_VALUE_MAX + 1);
        const char *type = member(one, "var_type");
        if (value)
            rv_ae_show(&text, value);
        if (*count < RV_TRAP_VARIABLES_MAX + 1)
            out[(*count)++] =
                (struct rv_trap_variable){ .oid = member(one, "oid"),
                                           .type = type ? type : member(one, "type"),
                                           .value = keep(texts, rv_strdup(rv_buf_text(&text))) };
    }
}

/* To each host that is named, if it may be: "host:162" stands in automate.http_hosts. */
static int
send_to_all(struct rv_live *live, struct rv_trap *trap, const struct words *to, rv_err *err)
{
    AUTO_WORDS struct words allowed = { 0 };
    RV_AUTO_FREE char *service = rv_format("%d", trap->port);
    split(&allowed, rv_settings_string(live->settings, "automate.http_hosts"));
    for (size_t i = 0; i < to->count; i++) {
        if (!rv_net_allowed((const char *const *)allowed.list, to->list[i], service, "")) {
            rv_fail(err, RV_E_PERMISSION, "'%s:%d' is not among the hosts that methods may send to",
                    to->list[i], trap->port);
            return rv_hint(err, "automate.http_hosts in reeve.yaml names them");
        }
        trap->host = to->list[i];
        if (rv_trap_send(live->module_dir, trap, err))
            return err->code;
    }
    return 0;
}

int
rv_live_trap(struct rv_live *live, int version, const struct rv_ae_value *args, int first,
             struct rv_ae_value *out, rv_err *err)
{
    AUTO_WORDS struct words texts = { 0 }, to = { 0 };
    struct rv_trap_variable variables[RV_TRAP_VARIABLES_MAX + 1];
    const struct rv_ae_value *given;
    if (need_map(args, first, "a trap", &given, err))
        return err->code;
    const struct rv_ae_value *list = rv_ae_get(given, "object_list");
    const char *oid = member(given, version == 1 ? "enterprise" : "trap_oid");
    struct rv_trap trap = {
        .version = version,
        .community = member(given, "community"),
        .oid = oid ? oid : member(given, "trap_id"),
        .agent_address = member(given, "agent_address"),
        .generic = (int32_t)number(given, "generic_trap", 6),
        .specific = (int32_t)number(given, "specific_trap", 0),
        .uptime_cs = number(given, "sysuptime", rv_monotonic_ms() / 10),
        .port = (int32_t)number(given, "port", SNMP_PORT),
        .variables = variables,
    };
    fill_variables(variables, &trap.variable_count, &texts,
                   list ? list : rv_ae_get(given, "variables"));
    add_addresses(&to, rv_ae_get(given, "host"));
    add_addresses(&to, rv_ae_get(given, "hosts"));
    if (to.count == 0)
        return rv_fail(err, RV_E_INVALID, "a trap needs a host");
    if (send_to_all(live, &trap, &to, err))
        return rv_wrap(err, "trap");
    *out = rv_ae_vbool(1);
    return 0;
}
