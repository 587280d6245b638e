/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider that does what its option "act" says, through the bare host table:
 * the host's tests drive every function of it.
 */
#include "reeve/provider.h"
#include "reeve/host.h"

#include <stdlib.h>
#include <string.h>

/* What tests/unit/host/next appends to structs. */
#ifdef HOST_TEST_NEXT
#define LATER(text) , text
#else
#define LATER(text)
#endif

static const struct reeve_host *own;

void
reeve_sdk_bind(const struct reeve_host *given)
{
    own = given;
}

static const char *const choices[] = { "one", "two", 0 };

static const struct reeve_option options[] = {
    { "hostname", REEVE_OPT_STRING, REEVE_OPT_REQUIRED, 0, 0, 0, 0,
      "where it is" LATER("of an option") },
    { "token", REEVE_OPT_SECRET, 0, 0, 0, 0, 0, "a token" },
    { "count", REEVE_OPT_INT, 0, "3", 1, 100, 0, "how many" },
    { "quiet", REEVE_OPT_FLAG, 0, "false", 0, 0, 0, "say nothing" },
    { "pause", REEVE_OPT_DURATION, 0, "10s", 0, 60000, 0, "between two" },
    { "limit", REEVE_OPT_SIZE, 0, "64KiB", 0, 0, 0, "of an answer" },
    { "url", REEVE_OPT_URL, 0, 0, 0, 0, 0, "its address" },
    { "mode", REEVE_OPT_ENUM, 0, "one", 0, 0, choices, "how" },
    { "ca", REEVE_OPT_TEXT, 0, 0, 0, 0, 0, "certificates" },
    { "act", REEVE_OPT_STRING, 0, 0, 0, 0, 0, "what the test wants" },
    REEVE_OPTIONS_END
};

static const struct reeve_column gadget_columns[] = {
    { "ems_ref", REEVE_STRING, REEVE_COL_REQUIRED, 0, "its id" },
    { "size", REEVE_INT, 0, 0, "its size" LATER("of a column") },
    REEVE_COLUMNS_END
};
static const char *const gadget_key[] = { "ems_ref", 0 };
static const struct reeve_kind gadget = { .size = sizeof(struct reeve_kind),
                                          .name = "good_gadget",
                                          .table = "good_gadgets",
                                          .api_name = "good_gadgets",
                                          .title = "Gadget",
                                          .help = "A thing",
                                          .columns = gadget_columns,
                                          .key = gadget_key };
static const struct reeve_kind *const kinds[] = { &gadget, 0 };

struct conn {
    const struct reeve_config *config;
};

static const char *
act_of(const struct conn *conn)
{
    const char *act = own->config_string(conn->config, "act");
    return act ? act : "";
}

static int
copy_secret(void *arg, const char *bytes, uint64_t len)
{
    char *to = arg;
    memcpy(to, bytes, len);
    to[len] = 0;
    return 7;
}

static int
open_it(struct reeve_call *call, const struct reeve_config *config, void **conn)
{
    const char *act = own->config_string(config, "act");
    if (act && strcmp(act, "open-fails") == 0) {
        own->fail(call, REEVE_E_UNAVAILABLE, "no route");
        own->fail_wrap(call, REEVE_E_UNAVAILABLE, "connect");
        own->fail_hint(call, "plug it in");
        own->fail_status(call, 503, 1500);
        return REEVE_E_UNAVAILABLE;
    }
    if (act && strcmp(act, "open-in-a-thousand-years") == 0) {
        own->fail(call, REEVE_E_RATE_LIMITED, "come back later");
        own->fail_status(call, 429, 31536000000000);
        return REEVE_E_RATE_LIMITED;
    }
    struct conn *made = calloc(1, sizeof(*made));
    made->config = config;
    *conn = made;
    return 0;
}

static void
close_it(void *conn)
{
    free(conn);
}

static int
verify_it(struct reeve_call *call, void *conn, struct reeve_identity *out)
{
    const char *act = act_of(conn);
    if (strcmp(act, "silent") == 0)
        return REEVE_E_AUTH;
    if (strcmp(act, "nonsense") == 0)
        return 42;
    if (strcmp(act, "leak") == 0) {
        static char text[64];
        own->secret_with(call, own->config_secret(((struct conn *)conn)->config, "token"),
                         copy_secret, text);
        own->fail(call, REEVE_E_AUTH, text);
        return REEVE_E_AUTH;
    }
    if (strcmp(act, "garbage") == 0) {
        own->fail(call, REEVE_E_PROTOCOL, "got \xff\x01\xfe");
        return REEVE_E_PROTOCOL;
    }
    if (strcmp(act, "hog") == 0) {
        uint64_t mark = own->alloc_mark(call);
        for (int i = 0; i < 1000; i++) {
            if (own->alloc(call, 1 << 20) == 0)
                return REEVE_E_INTERNAL;
            own->alloc_release(call, mark);
        }
        while (own->alloc(call, 1 << 20))
            ;
        return REEVE_E_LIMIT;
    }
    if (strcmp(act, "sleep") == 0)
        return own->wait(call, 0, 0, 60000);
    out->uid = "uid-1";
    out->api_version = "v1.2";
    out->account = "me";
#ifdef HOST_TEST_NEXT
    out->next_minor = "behind the end of an older host's";
#endif
    return 0;
}

typedef int (*refresh_fn)(struct reeve_call *call, struct reeve_inventory *inv);

/* The test gives its own refresh: it lies in the test program. */
static int
refresh_it(struct reeve_call *call, void *conn, const struct reeve_scope *scope,
           struct reeve_inventory *inv)
{
    const char *act = act_of(conn);
    union {
        refresh_fn function;
        uintptr_t address;
    } fn;
    (void)scope;
#ifdef HOST_TEST_NEXT
    if (scope->next_minor)
        return REEVE_E_INTERNAL;
#endif
    fn.address = (uintptr_t)strtoull(act, 0, 16);
    return fn.address ? fn.function(call, inv) : 0;
}

/* The same for single objects. */
static int
refresh_targets_it(struct reeve_call *call, void *conn,
                   const struct reeve_inventory_target *const *targets, struct reeve_inventory *inv)
{
    union {
        refresh_fn function;
        uintptr_t address;
    } fn = { .address = (uintptr_t)strtoull(act_of(conn), 0, 16) };
    int count = 0;
    while (targets[count])
        count++;
    own->warn(inv, targets[0]->kind, targets[0]->ref ? targets[0]->ref : targets[0]->name);
    return fn.address ? fn.function(call, inv) : -count;
}

static int
prepare_it(struct reeve_call *call, const char *given, void *out)
{
    if (strstr(given, "\"bad\"")) {
        own->fail(call, REEVE_E_INVALID, "that is no bundle");
        return REEVE_E_INVALID;
    }
    if (strstr(given, "\"bundle\"")) {
        own->prepared(call, out, "bundle", 0);
        own->prepared(call, out, "hostname", "from-bundle");
        own->prepared(call, out, "token", "token-from-bundle");
    }
    return 0;
}

static const char *const inventory_kinds[] = {
    "container_group",   "container",         "container_node",
    "container_image",   "container_env_var", "custom_attribute",
    "container_project", "good_gadget",       0
};
static const struct reeve_inventory_iface inventory = { .size = sizeof(inventory),
                                                        .kinds = inventory_kinds,
                                                        .refresh = refresh_it,
                                                        .refresh_targets = refresh_targets_it };

/* As the refresh: the test's own. */
typedef int (*events_fn)(struct reeve_call *call, struct reeve_event_sink *sink);

static int
watch_events(struct reeve_call *call, void *conn, const char *token, struct reeve_event_sink *sink)
{
    union {
        events_fn function;
        uintptr_t address;
    } fn = { .address = (uintptr_t)strtoull(act_of(conn), 0, 16) };
    if (token)
        own->event_position(sink, token);
    return fn.address ? fn.function(call, sink) : 0;
}

static const struct reeve_event_type event_types[] = {
    { "GOOD_START", "power", "critical", "it began", 0, 0 LATER("of an event type") },
    { "GOOD_NOISE_*", 0, 0, "it talks", REEVE_EVENT_QUIET, 0 LATER(0) },
    { 0, 0, 0, 0, 0, 0 LATER(0) },
};
static const struct reeve_events_iface events = {
    .size = sizeof(events), .source = "GOOD", .types = event_types, .watch = watch_events
};

/* Only declared: no release calls these interfaces. */
static const struct reeve_metric metric_list[] = {
    { "cpu_usage", "percent", REEVE_GAUGE, 0 LATER("of a metric") },
    { "net_bytes", "bytes", REEVE_COUNTER, 0 LATER(0) },
    { 0, 0, 0, 0 LATER(0) },
};
static const struct reeve_metrics_iface metrics = { .size = sizeof(metrics),
                                                    .metrics = metric_list };
static const struct reeve_operation operation_list[] = {
    { "start", inventory_kinds, 0, REEVE_OP_IDEMPOTENT, 0, "start it" LATER("of an operation") },
    { "stop", inventory_kinds, 0, REEVE_OP_DESTRUCTIVE, 0, "stop it" LATER(0) },
    { 0, 0, 0, 0, 0, 0 LATER(0) },
};
static const struct reeve_operations_iface operations = { .size = sizeof(operations),
                                                          .operations = operation_list };

REEVE_PROVIDER(.name = "good", .title = "Good", .version = "1.0", .vendor = "Tests",
               .license = "Apache-2.0", .options = options, .kinds = kinds, .inventory = &inventory,
               .events = &events, .metrics = &metrics, .operations = &operations, .open = open_it,
               .close = close_it, .verify = verify_it, .prepare = prepare_it)
