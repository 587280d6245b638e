/* SPDX-License-Identifier: Apache-2.0
 *
 * usage: sdk_template_run MODULE
 * Loads the template as a host does, and lets it list a scripted Orchard.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reeve/reeve.h"
#include "support/fault_server.h"
#include "support/sdk_host.h"

static const char script[] =
    "{\"routes\":["
    "{\"path\":\"/v1/"
    "info\",\"steps\":[{\"json\":{\"id\":\"o-1\",\"version\":\"2.1\",\"user\":\"reader\"}},"
    "{\"status\":401}]},"
    "{\"path\":\"/v1/"
    "hosts\",\"steps\":[{\"json\":{\"items\":[{\"id\":\"h1\",\"name\":\"alpha\",\"up\":true,"
    "\"address\":\"10.0.0.1\"}],\"next\":null}}]},"
    "{\"path\":\"/v1/"
    "machines\",\"query\":{\"after\":\"m1\"},\"steps\":[{\"json\":{\"items\":[{\"id\":\"m2\","
    "\"name\":\"db\",\"state\":\"stopped\"}]}}]},"
    "{\"path\":\"/v1/"
    "machines\",\"query\":{\"limit\":\"1\"},\"steps\":[{\"json\":{\"items\":[{\"id\":\"m1\","
    "\"name\":\"web\",\"state\":\"running\",\"host\":{\"id\":\"h1\"},\"started\":\"1970-01-01T00:"
    "00:01Z\"}],"
    "\"next\":\"m1\"}}]}]}";

static const char wanted[] =
    "object host h1\nname=alpha\nhostname=10.0.0.1\npower_state=on\nemit\ncomplete host\n"
    "object vm m1\nname=web\nvendor=orchard\nraw_power_state=running\nboot_time=1000\n"
    "host_id->host h1\nemit\n"
    "object vm m2\nname=db\nvendor=orchard\nraw_power_state=stopped\nemit\ncomplete vm\n";

static void
expect(int holds, const char *what, const struct reeve_call *call)
{
    if (holds)
        return;
    fprintf(stderr, "not so: %s (class %d, '%s')\n", what, (int)call->error_class, call->text);
    exit(1);
}

static const struct reeve_provider *
load(const char *path)
{
    const struct reeve_provider *(*entry)(const struct reeve_host *host) = NULL;
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = module ? dlsym(module, REEVE_PROVIDER_SYMBOL) : NULL;

    if (!symbol) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    memcpy(&entry, &symbol, sizeof(entry));
    return entry(sdk_host_table());
}

static void
check_tables(const struct reeve_provider *provider, const struct reeve_call *call)
{
    expect(provider->magic == REEVE_ABI_MAGIC && provider->abi_major == REEVE_ABI_MAJOR,
           "magic and major", call);
    expect(provider->size == sizeof(*provider), "size", call);
    expect(strcmp(provider->name, "orchard") == 0, "name", call);
    expect(provider->inventory && provider->inventory->refresh && !provider->events, "interfaces",
           call);
}

static void
run(const struct reeve_provider *provider, struct reeve_call *call,
    const struct fault_server *server)
{
    char port[16];
    const struct sdk_host_option options[] = { { "hostname", "127.0.0.1" },
                                               { "port", port },
                                               { "security_protocol", "non-ssl" },
                                               { "page_size", "1" },
                                               { NULL, NULL } };
    const struct sdk_host_secret secrets[] = { { "auth_key", { "t0ken", 5 } },
                                               { NULL, { NULL, 0 } } };
    const struct reeve_config config = { options, secrets },
                              without_host = { options + 1, secrets };
    const struct reeve_scope whole = { .size = sizeof(whole), .whole = 1 };
    struct reeve_identity identity = { .size = sizeof(identity) };
    struct reeve_inventory inv;
    void *conn = NULL;

    snprintf(port, sizeof(port), "%d", server->port);
    expect(provider->open(call, &without_host, &conn) == REEVE_E_INVALID, "no host is refused",
           call);
    expect(provider->open(call, &config, &conn) == 0, "open", call);
    expect(provider->verify(call, conn, &identity) == 0, "verify", call);
    expect(strcmp(identity.uid, "o-1") == 0 && strcmp(identity.account, "reader") == 0, "identity",
           call);
    expect(provider->verify(call, conn, &identity) == REEVE_E_AUTH, "a refused token", call);
    sdk_host_inventory_begin(&inv, call);
    expect(provider->inventory->refresh(call, conn, &whole, &inv) == 0, "refresh", call);
    if (strcmp(sdk_host_record(&inv), wanted) != 0) {
        fprintf(stderr, "it lists:\n%s", sdk_host_record(&inv));
        exit(1);
    }
    sdk_host_inventory_end(&inv);
    provider->close(conn);
}

static void
tell(struct reeve_call *call, const struct fault_server *server)
{
    struct reeve_http_config config = { .size = sizeof(config), .base_url = server->url };
    struct reeve_http_answer answer;
    struct reeve_http *http;

    expect(reeve_http_open(call, &config, &http) == 0, "a client of the server", call);
    expect(reeve_http_send(call, http, "PUT", "/__script", "application/json", script,
                           sizeof(script) - 1, &answer) == 0,
           "its script", call);
    reeve_http_close(http);
}

int
main(int argc, char **argv)
{
    struct reeve_call call;
    struct fault_server server;

    if (argc != 2) {
        fprintf(stderr, "usage: sdk_template_run MODULE\n");
        return 2;
    }
    sdk_host_begin(&call);
    fault_server_start(&server, NULL);
    tell(&call, &server);
    const struct reeve_provider *provider = load(argv[1]);
    check_tables(provider, &call);
    run(provider, &call, &server);
    fault_server_stop(&server);
    sdk_host_end(&call);
    return 0;
}
