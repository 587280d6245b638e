/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider for Orchard, a made-up manager of virtual machines that speaks HTTP
 * and JSON. Copy this folder, rename it, and change what is said about Orchard:
 *
 *   GET /v1/info                      {"id": "...", "version": "...", "user": "..."}
 *   GET /v1/hosts?limit=N&after=ID    {"items": [{...}, ...], "next": ID or null}
 *   GET /v1/machines?limit=N&after=ID the same
 *   GET /v1/hosts/ID, /v1/machines/ID one item, or 404
 */
#include <stdlib.h>
#include <string.h>
#include <reeve/reeve.h>

struct orchard {
    struct reeve_http *http;
    int64_t page_size;
};

static const char *const security[] = { "ssl-with-validation", "ssl-with-validation-custom-ca",
                                        "ssl-without-validation", "non-ssl", NULL };
/* clang-format off */
static const struct reeve_option options[] = {
    { .name = "hostname", .type = REEVE_OPT_STRING, .flags = REEVE_OPT_REQUIRED,
      .help = "host of the manager" },
    { .name = "port", .type = REEVE_OPT_INT, .fallback = "8443", .min = 1, .max = 65535, .help = "its port" },
    { .name = "security_protocol", .type = REEVE_OPT_ENUM, .fallback = "ssl-with-validation",
      .choices = security, .help = "how its certificate is checked" },
    { .name = "certificate_authority", .type = REEVE_OPT_TEXT, .help = "CA certificate in PEM form" },
    { .name = "auth_key", .type = REEVE_OPT_SECRET, .flags = REEVE_OPT_REQUIRED, .help = "API token" },
    { .name = "page_size", .type = REEVE_OPT_INT, .flags = REEVE_OPT_ADVANCED, .fallback = "200", .min = 1,
      .max = 1000, .help = "objects asked for per page" },
    REEVE_OPTIONS_END
};
/* clang-format on */

/* No network here: a bad address or token shows in verify. */
static int open_orchard(struct reeve_call *call, const struct reeve_config *config, void **conn)
{
    struct reeve_http_config http = { .size = sizeof(http), .retries = 3 };
    struct orchard *orchard = calloc(1, sizeof(*orchard));
    if (!orchard)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory");
    orchard->page_size = reeve_config_int(config, "page_size");
    int status = reeve_http_options(call, config, &http);
    if (status == 0)
        status = reeve_http_open(call, &http, &orchard->http);
    if (status < 0)
        free(orchard);
    else
        *conn = orchard;
    return status;
}

static void close_orchard(void *conn)
{
    struct orchard *orchard = conn;
    reeve_http_close(orchard->http);
    free(orchard);
}

static int verify(struct reeve_call *call, void *conn, struct reeve_identity *out)
{
    struct orchard *orchard = conn;
    struct reeve_http_answer answer;
    struct reeve_json *info = NULL;
    const char *id = NULL;
    int status = reeve_http_get(call, orchard->http, "/v1/info", &answer);
    if (status == 0)
        status = reeve_http_check(call, "/v1/info", &answer);
    if (status == 0)
        status = reeve_json_parse(call, answer.body, answer.len, 0, &info);
    if (status == 0)
        status = reeve_json_need_id(call, info, "id", &id);
    if (status == 0) {
        out->uid = reeve_strdup(call, id);
        out->api_version = reeve_strdup(call, reeve_json_string(info, "version", NULL));
        out->account = reeve_strdup(call, reeve_json_string(info, "user", NULL));
    }
    reeve_json_free(info);
    return status;
}

/* One collection: where it is, which kind it becomes, how. */
struct collection {
    const char *path, *kind;
    int (*set)(struct reeve_call *call, struct reeve_object *obj, const struct reeve_json *item);
};

static int set_host(struct reeve_call *call, struct reeve_object *obj, const struct reeve_json *item)
{
    (void)call;
    reeve_set_string(obj, "hostname", reeve_json_string(item, "address", NULL));
    reeve_set_string(obj, "power_state", reeve_json_flag(item, "up", 0) ? "on" : "off");
    return 0;
}

static int set_machine(struct reeve_call *call, struct reeve_object *obj, const struct reeve_json *item)
{
    const char *state = reeve_json_string(item, "state", "unknown");
    const char *host = NULL;
    int status = reeve_json_has(item, "host.id") ? reeve_json_need_id(call, item, "host.id", &host) : 0;
    reeve_set_string(obj, "vendor", "orchard");
    reeve_set_string(obj, "raw_power_state", state);
    if (reeve_json_has(item, "started"))
        reeve_set_time(obj, "boot_time", reeve_json_time(item, "started", 0));
    if (host) /* the host may come later, or never: the server finds it or says so */
        reeve_link(obj, "host_id", "host", host);
    return status;
}

static const struct collection collections[] = { { "/v1/hosts", "host", set_host },
                                                 { "/v1/machines", "vm", set_machine } };

struct work {
    const struct collection *collection;
    struct reeve_inventory *inv;
};

static int emit(struct reeve_call *call, void *arg, const struct reeve_json *item)
{
    struct work *work = arg;
    const char *id;
    int status = reeve_json_need_id(call, item, "id", &id);
    if (status < 0)
        return status;
    struct reeve_object *obj = reeve_object(work->inv, work->collection->kind, id);
    reeve_set_string(obj, "name", reeve_json_string(item, "name", id));
    status = work->collection->set(call, obj, item);
    if (status < 0) {
        reeve_discard(obj);
        return status;
    }
    status = reeve_emit(obj);
    if (status == REEVE_E_INVALID || status == REEVE_E_LIMIT) { /* costs this object, not the others */
        reeve_log(call, REEVE_LOG_WARNING, "%s: %s", id, reeve_fail_text(call));
        reeve_fail_clear(call);
        status = 0;
    }
    return status;
}

static int refresh(struct reeve_call *call, void *conn, const struct reeve_scope *scope,
                   struct reeve_inventory *inv)
{
    struct orchard *orchard = conn;
    (void)scope; /* always whole: single objects are for refresh_targets */
    for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++) {
        struct work work = { &collections[i], inv };
        struct reeve_pages pages = { .size = sizeof(pages),
                                     .list = "items",
                                     .next = "next",
                                     .parameter = "after",
                                     .item = emit,
                                     .arg = &work };
        pages.path =
            reeve_format(call, "%s?limit=%lld", collections[i].path, (long long)orchard->page_size);
        int status = reeve_read_pages(call, orchard->http, &pages);
        if (status < 0)
            return reeve_wrap(call, status, "list %s", collections[i].path);
        /* All were seen: what the server still has of this kind is gone. */
        status = reeve_complete(inv, collections[i].kind);
        if (status < 0)
            return status;
    }
    return 0;
}

/* 0 also when it is not there: the server then takes it for gone. */
static int look_at(struct reeve_call *call, struct orchard *orchard, struct work *work, const char *ref)
{
    struct reeve_http_answer answer;
    struct reeve_json *item = NULL;
    const char *id = reeve_url_escape(call, ref);
    const char *path = id ? reeve_format(call, "%s/%s", work->collection->path, id) : NULL;
    int status = path ? reeve_http_get(call, orchard->http, path, &answer) : REEVE_E_LIMIT;
    if (status == 0 && answer.status == 404)
        return 0;
    if (status == 0)
        status = reeve_http_check(call, path, &answer);
    if (status == 0)
        status = reeve_json_parse(call, answer.body, answer.len, 0, &item);
    if (status == 0)
        status = emit(call, work, item);
    reeve_json_free(item);
    return status;
}

static int refresh_targets(struct reeve_call *call, void *conn,
                           const struct reeve_inventory_target *const *targets,
                           struct reeve_inventory *inv)
{
    int status = 0;
    for (; *targets && status == 0; targets++) {
        uint64_t mark = reeve_alloc_mark(call);
        struct work work = { NULL, inv };
        for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++)
            if (strcmp(collections[i].kind, (*targets)->kind) == 0)
                work.collection = &collections[i];
        if (!work.collection || !(*targets)->ref)
            return reeve_fail(call, REEVE_E_UNSUPPORTED, "%s cannot be looked at alone",
                              (*targets)->kind);
        status = look_at(call, conn, &work, (*targets)->ref);
        reeve_alloc_release(call, mark);
    }
    return status;
}

static const char *const kinds[] = { "host", "vm", NULL };
static const struct reeve_inventory_iface inventory = {
    .size = sizeof(inventory), .kinds = kinds, .refresh = refresh, .refresh_targets = refresh_targets
};

REEVE_PROVIDER(.name = "orchard", .title = "Orchard", .version = "1.0.0", .vendor = "you",
               .license = "Apache-2.0", .options = options, .inventory = &inventory,
               .open = open_orchard, .verify = verify, .close = close_orchard)
