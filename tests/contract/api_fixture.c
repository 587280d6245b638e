/* SPDX-License-Identifier: Apache-2.0
 *
 * Store, seed, scripted host and server of the API's tests.
 */
#include "api_fixture.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include "auth/auth.h"
#include "base/text.h"
#include "model/model.h"
#include "store/schema.h"

static const char types_text[] =
    "{\"types\":["
    "{\"name\":\"demo\",\"title\":\"Demo\",\"version\":\"1\",\"type\":"
    "\"ManageIQ::Providers::Demo::ContainerManager\",\"options\":[{\"name\":\"seed\",\"type\":"
    "\"integer\"}]},"
    "{\"name\":\"kubernetes\",\"title\":\"Kubernetes\",\"version\":\"1\",\"type\":"
    "\"ManageIQ::Providers::Kubernetes::ContainerManager\",\"options\":[{\"name\":\"hostname\","
    "\"type\":\"string\",\"required\":true},{\"name\":\"auth_key\",\"type\":\"secret\"}]}]}";

static const char seed_sql[] =
    "INSERT INTO miq_regions (id, region, description) VALUES (1000000000001, 1, 'Region 1');"
    "INSERT INTO zones (id, name, description) VALUES (1000000000002, 'default', 'Default zone');"
    "INSERT INTO zones (id, name, description) VALUES (1000000000003, 'edge', 'Edge zone');"
    "INSERT INTO miq_servers (id, guid, name, zone_id, status) VALUES "
    "(1000000000004, 'aaaa', 'one', 1000000000002, 'started');"
    "INSERT INTO ext_management_systems (id, name, type, guid, zone_id) VALUES "
    "(1000000000101, 'prod', 'kubernetes', 'guid-101', 1000000000002);"
    "INSERT INTO ext_management_systems (id, name, type, guid, zone_id) VALUES "
    "(1000000000102, 'lab', 'demo', 'guid-102', 1000000000003);"
    "INSERT INTO endpoints (id, resource_type, resource_id, role, hostname, port) VALUES "
    "(1000000000103, 'provider', 1000000000101, 'default', 'k8s.example', 6443);"
    "INSERT INTO authentications (id, resource_type, resource_id, authtype, auth_key, password, "
    "status)"
    " VALUES (1000000000104, 'provider', 1000000000101, 'default', 'v1:sealed-key', "
    "'v1:sealed-password', 'Valid');"
    "INSERT INTO container_projects (id, ems_id, ems_ref, name) VALUES "
    "(1000000000201, 1000000000101, 'p-1', 'web');"
    "INSERT INTO container_projects (id, ems_id, ems_ref, name) VALUES "
    "(1000000000202, 1000000000101, 'p-2', 'Data');"
    "INSERT INTO container_nodes (id, ems_id, ems_ref, name) VALUES "
    "(1000000000301, 1000000000101, 'n-1', 'node-a')";

static int
fake_seal(void *arg, char **out, const char *place, const char *text, rv_err *err)
{
    snprintf(((struct api_fixture *)arg)->sealed, sizeof(((struct api_fixture *)arg)->sealed), "%s",
             text);
    (void)place;
    (void)err;
    *out = rv_format("v1:fake:%zu", strlen(text));
    return 0;
}

static int
fake_open(void *arg, char **out, const char *place, const char *envelope, rv_err *err)
{
    if ((strncmp(place, "settings_changes/", 17) != 0 &&
         strncmp(place, "miq_ae_workspaces/", 18) != 0) ||
        strncmp(envelope, "v1:fake:", 8) != 0)
        return rv_fail(err, RV_E_PERMISSION, "not for us");
    *out = rv_strdup(((struct api_fixture *)arg)->sealed);
    ((struct api_fixture *)arg)->opened++;
    return 0;
}

struct proof_call {
    struct api_fixture *f;
    rv_verify_done done;
    void *arg;
    cJSON *given;
};

static void
free_call(struct proof_call *call)
{
    if (call)
        cJSON_Delete(call->given);
    free(call);
}

static cJSON *
prepared_of(const cJSON *given)
{
    cJSON *out = cJSON_CreateObject(), *plain = cJSON_AddObjectToObject(out, "plain");
    cJSON *secrets = cJSON_AddObjectToObject(out, "secrets");
    cJSON *identity = cJSON_AddObjectToObject(out, "identity");
    const cJSON *item;

    cJSON_AddStringToObject(identity, "uid", "uid-of-the-other-side");
    cJSON_AddStringToObject(identity, "api_version", "v1.30");
    cJSON_ArrayForEach(item, given)
    {
        int secret = rv_streq(item->string, "auth_key") || rv_streq(item->string, "password");
        char number[32];
        snprintf(number, sizeof(number), "%.0f", item->valuedouble);
        cJSON_AddStringToObject(secret ? secrets : plain, item->string,
                                cJSON_IsString(item) ? item->valuestring : number);
    }
    return out;
}

static void
answer_proof(evutil_socket_t fd, short what, void *arg)
{
    struct proof_call *call = arg;
    struct fake_proof proof = call->f->proof;
    rv_err result = RV_ERR_INIT;
    cJSON *prepared = proof.code == 0 ? prepared_of(call->given) : NULL;

    (void)fd;
    (void)what;
    if (proof.code) {
        rv_fail(&result, proof.code, "%s", proof.text);
        rv_hint(&result, "%s", proof.hint);
    }
    call->f->waiting = NULL;
    /* Meanwhile the modules were looked at anew: the same list, at another place. */
    cJSON *types = cJSON_Duplicate(call->f->types, 1);
    cJSON_Delete(call->f->types);
    call->f->types = types;
    call->done(call->arg, &result, prepared);
    cJSON_Delete(prepared);
    free_call(call);
}

static int
later(struct api_fixture *f, const cJSON *given, rv_verify_done done, void *done_arg)
{
    struct proof_call *call = rv_alloc(sizeof(*call));
    struct timeval soon = { .tv_usec = 1000 * (f->proof_ms ? f->proof_ms : 1) };

    *call = (struct proof_call){ f, done, done_arg, cJSON_Duplicate(given, 1) };
    if (!call->given)
        call->given = cJSON_CreateObject();
    cJSON_Delete(f->given);
    f->given = cJSON_Duplicate(call->given, 1);
    f->verifications++;
    f->waiting = call;
    return event_base_once(f->base, -1, EV_TIMEOUT, answer_proof, call, &soon);
}

static int
fake_verify(void *arg, const char *type, const cJSON *given, rv_verify_done done, void *done_arg,
            rv_err *err)
{
    struct api_fixture *f = arg;

    (void)err;
    snprintf(f->verified_type, sizeof(f->verified_type), "%s", type);
    return later(f, given, done, done_arg);
}

static int
fake_verify_stored(void *arg, int64_t provider_id, const cJSON *given, rv_verify_done done,
                   void *done_arg, rv_err *err)
{
    struct api_fixture *f = arg;

    (void)err;
    snprintf(f->verified_type, sizeof(f->verified_type), "%lld", (long long)provider_id);
    return later(f, given, done, done_arg);
}

static void
fake_wake(void *arg, const char *queue)
{
    struct api_fixture *f = arg;
    size_t len = strlen(f->woken);

    snprintf(f->woken + len, sizeof(f->woken) - len, "%s ", queue);
}

static const cJSON *
fake_types(void *arg)
{
    return ((struct api_fixture *)arg)->types;
}

static int
listening(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_return_code(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_return_code(listen(fd, 128), 0);
    assert_return_code(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void
open_api(struct api_fixture *f)
{
    struct rv_api_config config = {
        .base = f->base,
        .listen_fd = listening(&f->port),
        .store = f->served,
        .settings = f->settings,
        .host = { .arg = f,
                  .vault = { .arg = f, .seal = fake_seal, .open = fake_open },
                  .verify = fake_verify,
                  .wake = fake_wake,
                  .types = fake_types,
                  .verify_stored = fake_verify_stored },
        .version = "0.1.0",
        .server_id = FIRST_ID + 4,
        .zone_id = FIRST_ID + 2,
        .region_id = FIRST_ID + 1,
        .server_guid = "aaaa",
        .outside = f->outside,
    };

    must(rv_api_open(&f->api, &config, err));
}

void
api_reopen_with(struct api_fixture *f, const char *key, const char *value)
{
    cJSON *object = cJSON_CreateObject(), *inner = object;
    const char *dot = strchr(key, '.');
    RV_AUTO_FREE char *first = rv_strndup(key, (size_t)(dot - key));

    inner = cJSON_AddObjectToObject(object, first);
    cJSON_AddStringToObject(inner, dot + 1, value);
    must(rv_settings_overlay(f->settings, object, "test", err));
    cJSON_Delete(object);
    rv_api_close(f->api);
    open_api(f);
}

void
api_reopen_outside(struct api_fixture *f)
{
    f->outside = 1;
    rv_api_close(f->api);
    open_api(f);
}

static void
log_in(struct api_fixture *f)
{
    int64_t expires_on;
    struct rv_identity who;

    must(rv_auth_set_admin(f->store, ADMIN, PASSWORD, err));
    must(rv_auth_password(f->store, ADMIN, PASSWORD, &who, err));
    must(rv_auth_token_issue(f->store, who.user_id, "api", 600000, f->token, &expires_on, err));
}

int
api_setup(void **state)
{
    struct api_fixture *f = rv_alloc(sizeof(*f));
    struct sigaction ignore = { .sa_handler = SIG_IGN };

    /* As in a worker: a client that has gone is an error of its connection. */
    sigaction(SIGPIPE, &ignore, NULL);
    setenv("REEVE_TEST_QUICK_PASSWORDS", "1", 1); /* test_auth.c pays the full price */
    *state = f;
    f->store = rv_test_store_fresh(&f->db);
    f->served = rv_test_store_open_timed(&f->db, 5000, 500);
    must(rv_schema_open(f->served, err));
    rv_test_script(f->store, seed_sql);
    log_in(f);
    f->types = cJSON_Parse(types_text);
    f->base = event_base_new();
    f->settings = rv_settings_new();
    open_api(f);
    return 0;
}

int
api_teardown(void **state)
{
    struct api_fixture *f = *state;

    rv_api_close(f->api);
    event_base_free(f->base);
    rv_settings_free(f->settings);
    rv_store_close(f->served);
    rv_store_close(f->store);
    rv_test_db_drop(&f->db);
    cJSON_Delete(f->types);
    cJSON_Delete(f->given);
    free_call(f->waiting);
    free(f);
    return 0;
}

struct api_fixture *
fixture_of(void **state)
{
    return *state;
}

#define POD_COLUMNS 12

static void
seed_pod(rv_value *row, int n, char (*texts)[32])
{
    snprintf(texts[0], 32, "u-%04d", n);
    snprintf(texts[1], 32, n % 10 == 3 ? "Pod-%04d" : "pod-%04d", n);
    row[0] = rv_vint(FIRST_ID + 1000 + n);
    row[1] = rv_vint(PROVIDER_ID);
    row[2] = rv_vtext(texts[0]);
    row[3] = rv_vtext(texts[1]);
    row[4] = rv_vtext(n % 3 == 0 ? "Pending" : "Running");
    row[5] = rv_vint(FIRST_ID + (n % 2 ? 201 : 202));
    row[6] = n % 5 == 0 ? RV_VNULL : rv_vint(FIRST_ID + 301);
    row[7] = rv_vint(n % 7);
    row[8] = rv_vint(n % 4 == 0);
    row[9] = rv_vint(1700000000000LL + n * 1000LL);
    row[10] = RV_VNULL;
    row[11] = rv_vtext(n % 2 ? "web" : "Data");
}

void
seed_pods(struct api_fixture *f, int count)
{
    static const char *const columns[POD_COLUMNS] = {
        "id",
        "ems_id",
        "ems_ref",
        "name",
        "phase",
        "container_project_id",
        "container_node_id",
        "restart_count",
        "host_network",
        "ems_created_on",
        "deleted_on",
        "namespace",
    };
    static const char *const parts[] = { "id", "ems_id", "container_group_id", "ems_ref", "name" };
    rv_value *rows = rv_alloc((size_t)count * POD_COLUMNS * sizeof(rv_value));
    rv_value *children = rv_alloc((size_t)count * 2 * 5 * sizeof(rv_value));
    char(*texts)[32] = rv_alloc((size_t)count * 2 * 32);

    for (int n = 1; n <= count; n++) {
        seed_pod(rows + (n - 1) * POD_COLUMNS, n, texts + (n - 1) * 2);
        for (int c = 0; c < 2; c++) {
            rv_value *child = children + ((n - 1) * 2 + c) * 5;
            child[0] = rv_vint(FIRST_ID + 500000 + 2 * n + c);
            child[1] = rv_vint(PROVIDER_ID);
            child[2] = rv_vint(FIRST_ID + 1000 + n);
            child[3] = rv_vtext(c ? "sidecar" : "main");
            child[4] = rv_vtext(c ? "sidecar" : "main");
        }
    }
    must(rv_store_begin(f->store, err));
    must(rv_store_insert_rows(f->store, "container_groups", columns, POD_COLUMNS, rows,
                              (size_t)count, err));
    must(rv_store_insert_rows(f->store, "containers", parts, 5, children, (size_t)count * 2, err));
    must(rv_store_commit(f->store, err));
    free(rows);
    free(children);
    free(texts);
}
