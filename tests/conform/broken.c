/* SPDX-License-Identifier: Apache-2.0
 *
 * A small provider that is good, unless the variable BROKEN names faults, with a
 * space between two. What is wrong with the file itself is compiled in, FAULT_name. "churn" is no
 * fault: the system changes whenever it is listed; nor are "slow" (every seventh time, also from
 * one process to the next: the file LISTINGS counts) and "ebb" (what goes is not replaced).
 * test_broken.py says what reeve-conform must find.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "reeve/reeve.h"

enum { HOSTS = 3, VMS = 40 };

struct broken {
    const struct reeve_config *config;
    char *buffer;
    int damaged;
};

/* What the other side is: it has had so many changes. */
static int changes;
static int damaged;

static int
is(const char *fault)
{
    static const char *faults;
    size_t len = strlen(fault);

    if (!faults)
        faults = getenv("BROKEN");
    if (!faults)
        faults = "";
    for (const char *at = faults; (at = strstr(at, fault)) != NULL; at += len)
        if ((at == faults || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return 1;
    return 0;
}

/* How often the system was listed, by any process. */
static int
count_listing(void)
{
    int count = 0;
    const char *path = getenv("LISTINGS");
    FILE *file = path ? fopen(path, "r+") : NULL;

    if (!file)
        abort();
    if (fscanf(file, "%d", &count) != 1)
        count = 0;
    rewind(file);
    fprintf(file, "%d\n", ++count);
    fclose(file);
    return count;
}

static void
change(void)
{
    /* The first change comes with the fifth listing: behind the failures of a check. */
    if (is("slow"))
        changes = (count_listing() + 2) / 7;
    else if (is("ebb"))
        changes = (count_listing() + 6) / 11;
    else
        changes++;
}

static int
first_vm(void)
{
    return is("churn") || is("slow") || is("ebb") ? changes : 0;
}

static int
end_of_vms(void)
{
    return is("ebb") ? VMS : first_vm() + VMS;
}

static const struct reeve_option options[] = {
    { "hostname", REEVE_OPT_STRING, REEVE_OPT_REQUIRED, NULL, 0, 0, NULL, "any name" },
    { "password", REEVE_OPT_SECRET, 0, NULL, 0, 0, NULL, "any; it is not looked at" },
    REEVE_OPTIONS_END
};
static const struct reeve_option plain_token[] = {
    { "hostname", REEVE_OPT_STRING, REEVE_OPT_REQUIRED, NULL, 0, 0, NULL, "any name" },
    { "api_token", REEVE_OPT_STRING, 0, NULL, 0, 0, NULL, "a token" },
    REEVE_OPTIONS_END
};
static const struct reeve_option no_help[] = {
    { "hostname", REEVE_OPT_STRING, REEVE_OPT_REQUIRED, NULL, 0, 0, NULL, "any name" },
    { "port", REEVE_OPT_INT, 0, "1", 1, 65535, NULL, NULL },
    REEVE_OPTIONS_END
};

#ifdef FAULT_constructor
__attribute__((constructor)) static void
start(void)
{
    abort();
}
#endif

#ifdef FAULT_extra_symbol
REEVE_EXPORT void broken_helper(void);
void
broken_helper(void)
{
}
#endif

#ifdef FAULT_undefined
int nobody_has_this(void);
#endif

static int
tell_secret(void *arg, const char *bytes, uint64_t len)
{
    char text[600], *to = text;
    struct reeve_call *call = arg;

    snprintf(text, sizeof(text), "%.*s", (int)len, bytes);
    if (is("secret_in_log"))
        reeve_log(call, REEVE_LOG_DEBUG, "logging in with %s", text);
    if (is("secret_in_error"))
        return reeve_fail(call, REEVE_E_AUTH, "password '%s' is refused", text);
    if (is("secret_on_stderr"))
        fprintf(stderr, "password=%s\n", text);
    if (is("secret_in_base64")) {
        static const char digits[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        char code[900];
        size_t at = 0;

        snprintf(text, sizeof(text), "me:%.*s", (int)len, bytes);
        for (size_t i = 0; text[i] && text[i + 1] && text[i + 2]; i += 3) {
            unsigned long word = (unsigned long)(unsigned char)to[i] << 16 |
                                 (unsigned long)(unsigned char)to[i + 1] << 8 |
                                 (unsigned char)to[i + 2];

            for (int shift = 18; shift >= 0; shift -= 6)
                code[at++] = digits[word >> shift & 63];
        }
        code[at] = '\0';
        reeve_log(call, REEVE_LOG_DEBUG, "Authorization: Basic %s", code);
    }
    return 0;
}

static int
open_broken(struct reeve_call *call, const struct reeve_config *config, void **conn)
{
    struct broken *broken = calloc(1, sizeof(*broken));

    if (!broken)
        return reeve_fail(call, REEVE_E_LIMIT, "no memory");
    if (is("crash_open"))
        memset((void *)(uintptr_t)16, 1, 1);
    if (is("hang_open"))
        for (;;)
            sleep(100);
    if (is("loud"))
        for (int i = 0; i < 200000; i++)
            fputs("a hundred bytes a hundred bytes a hundred bytes a hundred bytes a hundred\n",
                  stderr);
    if (is("leak_memory"))
        broken->buffer = malloc(100);
    if (is("leak_file"))
        (void)!open("/dev/null", O_RDONLY);
    if (is("wait_in_open"))
        reeve_sleep(call, 5);
    broken->config = config;
    *conn = broken;
    return 0;
}

static void
close_broken(void *conn)
{
    if (is("crash_close"))
        abort();
    free(conn);
}

static int
tell_session(struct reeve_call *call)
{
    static const char token[] = "session-7Fq2xVb9-token";
    struct reeve_secret *secret = NULL;
    int status = reeve_secret_new(call, token, sizeof(token) - 1, &secret);

    if (status == 0)
        reeve_log(call, REEVE_LOG_DEBUG, "logged in, the token is %s", token);
    reeve_secret_free(secret);
    return status;
}

static int
verify_broken(struct reeve_call *call, void *conn, struct reeve_identity *out)
{
    struct broken *broken = conn;
    const struct reeve_secret *password = reeve_config_secret(broken->config, "password");

    if (is("exit"))
        exit(3);
    if (is("no_class"))
        return 42;
    if (is("session_in_log"))
        return tell_session(call);
    out->uid = "broken";
    return password ? reeve_secret_with(call, password, tell_secret, call) : 0;
}

static int
emit_host(struct reeve_inventory *inv, int index)
{
    char ref[32];
    struct reeve_object *obj;

    snprintf(ref, sizeof(ref), "h-%d", index);
    obj = reeve_object(inv, "host", ref);
    reeve_set_string(obj, "name", is("latin1") && index == 1 ? "caf\xe9" : ref);
    return reeve_emit(obj);
}

static void
add_attributes(struct reeve_object *vm)
{
    for (int i = 0; i < (is("child_twice") ? 2 : 1); i++) {
        struct reeve_object *attribute = reeve_child(vm, "custom_attribute");

        reeve_set_string(attribute, "section", "labels");
        reeve_set_string(attribute, "name", "colour");
        reeve_set_string(attribute, "value", "red");
        reeve_set_string(attribute, "source", "broken");
    }
}

/* What is found in a living system, and is not its provider's fault: one that is listed twice,
 * since the pages moved; one on a host that came after the hosts were listed. */
static int
is_moved(int index)
{
    return is("churn") && index == changes % VMS + VMS / 2;
}

static void
name_host(char *host, size_t size, int index)
{
    if (is("dangling") && index % 9 == 0)
        snprintf(host, size, "h-%d", 90 + index / 9);
    else if (is("churn") && index == changes + VMS - 1)
        snprintf(host, size, "h-new-%d", index);
    else
        snprintf(host, size, "h-%d", index % HOSTS);
}

static int
emit_vm(struct reeve_inventory *inv, int index)
{
    static int counter;
    char ref[48], name[32], host[32];
    struct reeve_object *obj;

    snprintf(ref, sizeof(ref), "v-%d", is("twice") && index % VMS == 7 ? index - 1 : index);
    if (is("pointer") && index % VMS == 9)
        snprintf(ref, sizeof(ref), "v-at-0x%x", 0x7000 + 16 * counter++);
    snprintf(name, sizeof(name), "vm %d", index);
    name_host(host, sizeof(host), index);
    obj = reeve_object(inv, is("undeclared") && index == 5 ? "storage" : "vm", ref);
    reeve_set_string(obj, "name", name);
    if (is("counter"))
        reeve_set_int(obj, "cpu_shares", counter++);
    if (is("churn") && index % 4 == changes % 4)
        reeve_set_int(obj, "cpu_shares", changes);
    if (is("unknown_column"))
        reeve_set_string(obj, "hame", name);
    reeve_link(obj, "host_id", "host", host);
    add_attributes(obj);
    return reeve_emit(obj);
}

static void *
call_from_thread(void *arg)
{
    reeve_now_ms(arg);
    reeve_log(arg, REEVE_LOG_INFO, "hello");
    return NULL;
}

/* The oldest goes with every change, and one is new. */
static int
list_vms(struct broken *broken, struct reeve_call *call, struct reeve_inventory *inv)
{
    int end = end_of_vms(), status = 0;

    for (int i = first_vm(); i < end && (status == 0 || is("ignore_failure")); i++) {
        if (is("forgetful") && !reeve_format(call, "vm %d", i))
            continue;
        if ((broken->damaged || damaged) && i % VMS == 20)
            continue;
        status = emit_vm(inv, i);
        if (status == 0 && is_moved(i))
            status = emit_vm(inv, i);
        if (status < 0 && is("damaged"))
            broken->damaged = 1;
        if (status < 0 && is("damaged_module"))
            damaged = 1;
        if (is("drop_three") && status == REEVE_E_INVALID && (i += 2))
            status = 0;
    }
    if (is("ignore_failure"))
        status = 0;
    if (status == 0 && !is("forget_complete"))
        status = reeve_complete(inv, "vm");
    if (status == 0 && is("after_complete"))
        status = emit_vm(inv, end);
    return is("other_class") && status < 0 ? REEVE_E_PROTOCOL : status;
}

static int
list_hosts(struct reeve_inventory *inv)
{
    int status = 0;

    for (int i = 0; i < HOSTS && status == 0; i++)
        status = emit_host(inv, i);
    return status == 0 ? reeve_complete(inv, "host") : status;
}

static int
list_one(const struct reeve_scope *scope, struct reeve_inventory *inv)
{
    int index;

    if (is("complete_one"))
        return reeve_begin(inv, scope->kind) ? -1 : reeve_complete(inv, scope->kind);
    if (sscanf(scope->refs[0], "v-%d", &index) == 1 && index >= first_vm() &&
        index < end_of_vms() && !is("no_target"))
        return emit_vm(inv, index);
    return sscanf(scope->refs[0], "h-%d", &index) == 1 ? emit_host(inv, index) : 0;
}

/* Without an end: pages that take their time, or none after the first. */
static int
list_slowly(struct reeve_call *call, struct reeve_inventory *inv)
{
    int status = 0;

    for (int i = 0; status == 0; i++) {
        status = emit_host(inv, i);
        if (status == 0 && is("slow_pages"))
            status = reeve_sleep(call, 400);
        if (is("silent_after"))
            sleep(100);
    }
    return status;
}

static int
refresh_broken(struct reeve_call *call, void *conn, const struct reeve_scope *scope,
               struct reeve_inventory *inv)
{
    char *text = reeve_format(call, "%d hosts", HOSTS);
    int status;

    change();
    if (is("slow_pages") || is("silent_after"))
        return list_slowly(call, inv);
    if (!text && !is("no_memory_check") && !is("forgetful"))
        return REEVE_E_LIMIT;
    if (is("no_memory_check"))
        memset(text, 'x', 1);
    if (is("thread")) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, call_from_thread, call) == 0)
            pthread_join(thread, NULL);
    }
    if (!scope->whole)
        return list_one(scope, inv);
    status = list_vms(conn, call, inv);
    if (status == 0 && is("begin_again"))
        status = reeve_begin(inv, "vm");
    if (status == 0 && is("begin_again"))
        status = list_vms(conn, call, inv);
    if (status == 0)
        status = list_hosts(inv);
    return status == 0 ? reeve_checkpoint(inv, "all", "1") : status;
}

static int
watch_broken(struct reeve_call *call, void *conn, struct reeve_inventory *inv)
{
    const char *token = reeve_token(inv, "all");
    int status = 0;

    (void)conn;
    if (is("watch_returns"))
        return 0;
    if (is("refuse_token") && token && strcmp(token, "1") != 0)
        return reeve_fail(call, REEVE_E_PROTOCOL, "token '%s' is none", token);
    while (status == 0) {
        if (is("ignore_cancel"))
            sleep(100);
        status = reeve_checkpoint(inv, "all", "1");
        if (status == 0)
            status = reeve_sleep(call, 20);
    }
    return is("watch_swallows") ? 0 : status;
}

static int
watch_events(struct reeve_call *call, void *conn, const char *token, struct reeve_event_sink *sink)
{
    int step = token && !is("event_repeats") ? atoi(token) : 0, status = 0;

    (void)conn;
    if (token && token[strspn(token, "0123456789")] && !is("event_any_token"))
        return reeve_fail(call, REEVE_E_GONE, "token '%s' is none", token);
    if (is("event_any_token") && token && *token != '1')
        return reeve_fail(call, REEVE_E_PROTOCOL, "token '%s' is none", token);
    for (; status == 0 || is("event_ignore_failure"); step++) {
        char ref[32], next[32];
        struct reeve_object *event;

        snprintf(ref, sizeof(ref), "e-%d", is("event_twice") ? step / 2 : step);
        snprintf(next, sizeof(next), "%d", step + 1);
        event = reeve_event(sink, is("event_undeclared") ? "GONE_SOUR" : "TICKED", ref,
                            1700000000000 + (is("event_twice") ? step / 2 : step));
        reeve_set_string(event, "vm_name", is("event_latin1") ? "caf\xe9" : "v");
        if (is("event_column"))
            reeve_set_string(event, "source", "ME");
        status = reeve_event_emit(event, is("event_no_token") ? NULL : next);
        if (is("event_column"))
            status = 0;
        if (is("event_returns"))
            return 0;
        if (status == 0 || is("event_ignore_failure"))
            status = reeve_sleep(call, 20);
        if (is("event_ignore_failure") && status == REEVE_E_CANCELLED)
            return status;
    }
    return is("event_swallows") ? 0 : status;
}

static const struct reeve_event_type event_types[] = {
    { "TICKED", "status", "detail", "the clock ticked", 0, 0 }, REEVE_EVENT_TYPES_END
};
static const struct reeve_event_type no_help_types[] = {
    { "TICKED", "status", "detail", NULL, 0, 0 }, REEVE_EVENT_TYPES_END
};
static struct reeve_events_iface events = {
    .size = sizeof(events), .source = "BROKEN", .types = event_types, .watch = watch_events
};

static const char *const kinds[] = { "host", "vm", "custom_attribute", NULL };
static const struct reeve_inventory_iface inventory = { .size = sizeof(inventory),
                                                        .kinds = kinds,
                                                        .flags = REEVE_INVENTORY_TARGETED,
                                                        .refresh = refresh_broken,
                                                        .watch = watch_broken };

#ifndef FAULT_no_symbol
REEVE_EXPORT const struct reeve_provider *reeve_provider_entry(const struct reeve_host *host);
const struct reeve_provider *
reeve_provider_entry(const struct reeve_host *host)
{
    static struct reeve_host copy;
    static struct reeve_sizes sizes = REEVE_SIZES;
    static struct reeve_provider provider = { .magic = REEVE_ABI_MAGIC,
                                              .abi_major = REEVE_ABI_MAJOR,
                                              .abi_minor = REEVE_ABI_MINOR,
                                              .size = sizeof(provider),
                                              .sdk_version = REEVE_SDK_VERSION,
                                              .sizes = &sizes,
                                              .name = "broken",
                                              .title = "Broken",
                                              .version = "1",
                                              .vendor = "Reeve",
                                              .license = "Apache-2.0",
                                              .options = options,
                                              .inventory = &inventory,
                                              .events = &events,
                                              .open = open_broken,
                                              .verify = verify_broken,
                                              .close = close_broken };

    if (is("plain_token"))
        provider.options = plain_token;
    if (is("no_help"))
        provider.options = no_help;
    if (is("magic"))
        provider.magic = 0x12345678;
    if (is("major"))
        provider.abi_major = REEVE_ABI_MAJOR + 1;
    if (is("no_sizes"))
        provider.sizes = NULL;
    if (is("double_size"))
        sizes.option = 2 * sizeof(struct reeve_option);
    if (is("odd_size"))
        sizes.column = sizeof(struct reeve_column) + 1;
    if (is("event_no_help"))
        events.types = no_help_types;
    if (is("event_bad_source"))
        events.source = "bad source";
    if (is("no_licence"))
        provider.license = NULL;
    if (is("crash_entry"))
        abort();
    if (host && is("copy_host"))
        memcpy(&copy, host, sizeof(copy));
    if (host)
        reeve_sdk_bind(host);
#ifdef FAULT_undefined
    provider.abi_minor = (uint16_t)nobody_has_this();
#endif
    return &provider;
}
#endif
