/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider that does what a file says, line by line: tests of the refresher write
 * it. Lines before "watch:" are for a refresh, those after it for a watch, those after "targets:"
 * for single objects, those after
 * "events:" for events; what was asked for goes to the file's name with ".asked". "verify: CLASS
 * TEXT" makes the proof of credentials fail.
 */
#include "reeve/provider.h"
#include "reeve/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct reeve_host *own;

void
reeve_sdk_bind(const struct reeve_host *given)
{
    own = given;
}

static const struct reeve_option options[] = {
    { "hostname", REEVE_OPT_STRING, REEVE_OPT_REQUIRED, 0, 0, 0, 0, "where it is" },
    { "port", REEVE_OPT_INT, 0, "443", 1, 65535, 0, "its port" },
    { "userid", REEVE_OPT_STRING, 0, 0, 0, 0, 0, "user" },
    { "password", REEVE_OPT_SECRET, 0, 0, 0, 0, 0, "password" },
    { "auth_key", REEVE_OPT_SECRET, 0, 0, 0, 0, 0, "token" },
    { "proxy_word", REEVE_OPT_SECRET, 0, 0, 0, 0, 0, "a secret without a column" },
    { "script", REEVE_OPT_STRING, REEVE_OPT_REQUIRED, 0, 0, 0, 0, "the file" },
    REEVE_OPTIONS_END
};

static int
open_it(struct reeve_call *call, const struct reeve_config *config, void **conn)
{
    (void)call;
    *conn = strdup(own->config_string(config, "script"));
    return 0;
}

static void
close_it(void *conn)
{
    free(conn);
}

static int
class_of(const char *word)
{
    static const struct {
        const char *word;
        int error_class;
    } words[] = { { "auth", REEVE_E_AUTH },
                  { "unavailable", REEVE_E_UNAVAILABLE },
                  { "protocol", REEVE_E_PROTOCOL },
                  { "unsupported", REEVE_E_UNSUPPORTED },
                  { "permission", REEVE_E_PERMISSION },
                  { "gone", REEVE_E_GONE } };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].error_class;
    return REEVE_E_INTERNAL;
}

static int
fail_as(struct reeve_call *call, const char *word, const char *text)
{
    int error_class = class_of(word);
    own->fail(call, error_class, text);
    own->fail_hint(call, "ask the test");
    return error_class;
}

static void
text(struct reeve_object *obj, const char *column, const char *value)
{
    own->set_text(obj, column, value, strlen(value));
}

/* One line; 1: the end was asked for. */
static int
act(struct reeve_call *call, struct reeve_inventory *inv, const char *line)
{
    char word[32] = "", a[128] = "", b[128] = "", c[128] = "";
    sscanf(line, "%31s %127s %127s %127[^\n]", word, a, b, c);
    if (strcmp(word, "node") == 0) {
        struct reeve_object *obj = own->object(inv, "container_node", a);
        text(obj, "name", b);
        return own->emit(obj);
    }
    if (strcmp(word, "pod") == 0) {
        struct reeve_object *obj = own->object(inv, "container_group", a);
        text(obj, "name", b);
        text(obj, "namespace", "default");
        own->link_name(obj, "container_node_id", "container_node", 0, c);
        return own->emit(obj);
    }
    if (strcmp(word, "long") == 0) {
        static char name[2000];
        memset(name, 'x', sizeof(name) - 1);
        struct reeve_object *obj = own->object(inv, "container_node", a);
        text(obj, "name", name);
        return own->emit(obj) == REEVE_E_LIMIT ? 0 : REEVE_E_INTERNAL;
    }
    if (strcmp(word, "gone") == 0)
        return own->gone(inv, a, b);
    if (strcmp(word, "begin") == 0)
        return own->begin(inv, a);
    if (strcmp(word, "complete") == 0)
        return own->complete(inv, a);
    if (strcmp(word, "token") == 0)
        return own->checkpoint(inv, a, b);
    if (strcmp(word, "warn") == 0)
        return own->warn(inv, a, b);
    if (strcmp(word, "fail") == 0)
        return fail_as(call, a, b);
    if (strcmp(word, "hang") == 0)
        return own->wait(call, 0, 0, -1);
    return 0;
}

static int
run(struct reeve_call *call, const char *path, struct reeve_inventory *inv, const char *wanted)
{
    static const char *const parts[] = { "refresh:", "watch:", "targets:", "events:" };
    const char *part = parts[0];
    char line[512];
    int rc = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return fail_as(call, "unavailable", "no script");
    while (rc == 0 && fgets(line, sizeof(line), file)) {
        const char *named = 0;
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
            if (strncmp(line, parts[i], strlen(parts[i])) == 0)
                named = parts[i];
        if (named)
            part = named;
        else if (strcmp(part, wanted) == 0 && strncmp(line, "verify:", 7) != 0)
            rc = act(call, inv, line);
    }
    fclose(file);
    return rc;
}

/* NAME=TEXT, @COLUMN=KIND:REF or ~COLUMN=KIND:SCOPE/NAME. */
static void
set_of_event(struct reeve_object *event, char *word)
{
    char *value = strchr(word, '='), *rest = value ? strchr(value, ':') : 0, *slash;
    if (value == 0)
        return;
    *value++ = 0;
    if (word[0] != '@' && word[0] != '~') {
        text(event, word, value);
        return;
    }
    *rest++ = 0;
    slash = strchr(rest, '/');
    if (slash)
        *slash++ = 0;
    if (word[0] == '@')
        own->link(event, word + 1, value, rest);
    else
        own->link_name(event, word + 1, value, slash ? rest : 0, slash ? slash : rest);
}

/* "event TYPE REF TIME TOKEN ..."; those up to the token that is given were told before. */
static int
tell_event(struct reeve_event_sink *sink, char *line, const char *given)
{
    char *rest = line + 6;
    const char *type = strsep(&rest, " "), *ref = strsep(&rest, " "), *when = strsep(&rest, " ");
    const char *token = strsep(&rest, " ");
    if (given && atoi(token) && atoi(token) <= atoi(given))
        return 0;
    struct reeve_object *event = own->event(sink, type, ref, strtoll(when, 0, 10));
    while (rest)
        set_of_event(event, strsep(&rest, " "));
    int rc = own->event_emit(event, strcmp(token, "-") == 0 ? 0 : token);
    return rc == REEVE_E_INVALID ? 0 : rc;
}

/* The test sees by a file beside the script that it has come so far. */
static int
hang(struct reeve_call *call, const char *script)
{
    char path[512];
    snprintf(path, sizeof(path), "%s.hangs", script);
    FILE *file = fopen(path, "w");
    if (file)
        fclose(file);
    return own->wait(call, 0, 0, -1);
}

static int
act_event(struct reeve_call *call, struct reeve_event_sink *sink, char *line, const char *given)
{
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "event ", 6) == 0)
        return tell_event(sink, line, given);
    if (strncmp(line, "position ", 9) == 0)
        return own->event_position(sink, line + 9);
    if (strncmp(line, "forgotten", 9) == 0)
        return given ? fail_as(call, "gone", "that is long ago") : 0;
    if (strncmp(line, "fail ", 5) == 0) {
        char word[32] = "", why[128] = "";
        sscanf(line, "fail %31s %127[^\n]", word, why);
        return fail_as(call, word, why);
    }
    if (strncmp(line, "pause", 5) == 0)
        return own->wait(call, 0, 0, 1);
    return 0;
}

static int
events_it(struct reeve_call *call, void *conn, const char *token, struct reeve_event_sink *sink)
{
    char line[1024];
    int rc = 0, mine = 0;
    FILE *file = fopen(conn, "r");
    if (file == NULL)
        return fail_as(call, "unavailable", "no script");
    while (rc == 0 && fgets(line, sizeof(line), file)) {
        if (mine && strncmp(line, "hang", 4) == 0)
            rc = hang(call, conn);
        else if (mine)
            rc = act_event(call, sink, line, token);
        mine |= strncmp(line, "events:", 7) == 0;
    }
    fclose(file);
    return rc;
}

static const struct reeve_event_type event_types[] = {
    { "POWER_ON", "power", "critical", "it is on", 0, 0 },
    { "CHATTER", 0, 0, "it talks", REEVE_EVENT_QUIET, 0 },
    REEVE_EVENT_TYPES_END
};
static const struct reeve_events_iface events = {
    .size = sizeof(events), .source = "SCRIPTED", .types = event_types, .watch = events_it
};

static int
refresh_it(struct reeve_call *call, void *conn, const struct reeve_scope *scope,
           struct reeve_inventory *inv)
{
    (void)scope;
    return run(call, conn, inv, "refresh:");
}

static int
watch_it(struct reeve_call *call, void *conn, struct reeve_inventory *inv)
{
    return run(call, conn, inv, "watch:");
}

static int
targets_it(struct reeve_call *call, void *conn, const struct reeve_inventory_target *const *targets,
           struct reeve_inventory *inv)
{
    char path[512];
    snprintf(path, sizeof(path), "%s.asked", (const char *)conn);
    FILE *file = fopen(path, "a");
    if (file == NULL)
        return fail_as(call, "unavailable", "nothing can be noted");
    for (; *targets; targets++)
        fprintf(file, "%s %s %s/%s;", (*targets)->kind, (*targets)->ref ? (*targets)->ref : "-",
                (*targets)->scope ? (*targets)->scope : "-",
                (*targets)->name ? (*targets)->name : "-");
    fclose(file);
    return run(call, conn, inv, "targets:");
}

static int
verify_it(struct reeve_call *call, void *conn, struct reeve_identity *out)
{
    char line[512], word[32], rest[256];
    int rc = 0;
    FILE *file = fopen(conn, "r");
    if (file == NULL)
        return fail_as(call, "unavailable", "no script");
    while (rc == 0 && fgets(line, sizeof(line), file))
        if (sscanf(line, "verify: %31s %255[^\n]", word, rest) == 2)
            rc = fail_as(call, word, rest);
    fclose(file);
    out->uid = "system-1";
    out->api_version = "v7";
    return rc;
}

static const char *const kinds[] = { "container_group", "container_node", 0 };
static const struct reeve_inventory_iface inventory = {
    .size = sizeof(inventory),
    .kinds = kinds,
    .refresh = refresh_it,
    .watch = watch_it,
    .refresh_targets = targets_it,
};

REEVE_PROVIDER(.name = "scripted", .title = "Scripted", .version = "1", .options = options,
               .inventory = &inventory, .events = &events, .open = open_it, .close = close_it,
               .verify = verify_it)
