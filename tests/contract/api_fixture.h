/* SPDX-License-Identifier: Apache-2.0
 *
 * The API in this process, on a port of the loopback, over a fresh store with a small seed; and a
 * client in the same event loop. The host (what a worker would ask its supervisor) is scripted.
 */
#ifndef RV_API_FIXTURE_H
#define RV_API_FIXTURE_H

#include "api/api.h"
#include "contract.h"

#define FIRST_ID 1000000000000LL
#define PROVIDER_ID (FIRST_ID + 101)
#define ADMIN "admin"
#define PASSWORD "correct horse"
#define BASIC "Authorization: Basic YWRtaW46Y29ycmVjdCBob3JzZQ==\n" /* both of them */
#define PROVIDER "/api/providers/1000000000101"
#define PODS "/api/container_groups"

/* What the next verification answers. */
struct fake_proof {
    int code;
    const char *text, *hint;
};

struct api_fixture {
    struct rv_test_db db;
    struct rv_store *store;  /* the test's own connection */
    struct rv_store *served; /* the API's */
    struct event_base *base;
    struct rv_settings *settings;
    struct rv_api *api;
    int outside; /* requests wait for rv_api_work */
    int port;
    char token[80];
    /* The host. */
    cJSON *types;
    struct fake_proof proof;
    int proof_ms; /* how long it takes; 0: 1 */
    cJSON *given; /* what the last verification was given */
    char verified_type[64];
    int verifications;
    struct proof_call *waiting; /* the last verification, until it is answered */
    char sealed[256];           /* what was sealed last */
    int opened;                 /* how many secrets were */
    char woken[1024];           /* words, a blank behind each */
};

int api_setup(void **state);
int api_teardown(void **state);
#define api_test(name) cmocka_unit_test_setup_teardown(name, api_setup, api_teardown)
struct api_fixture *fixture_of(void **state);
/* A setting for an API that is opened again with it. */
void api_reopen_with(struct api_fixture *f, const char *key, const char *value);

/* As in a worker: what has come waits until the test says rv_api_work. */
void api_reopen_outside(struct api_fixture *f);

/* n pods named pod-0001 ... of the seeded provider, each with two containers; ids follow. */
void seed_pods(struct api_fixture *f, int count);

struct reply {
    int status;
    char *body;
    size_t len;
    cJSON *json;   /* NULL when the body is none */
    char *headers; /* "Name: value\n" each */
};
void reply_free(struct reply *reply);
#define AUTO_REPLY __attribute__((cleanup(reply_free)))

/* headers: "Name: value\n" lines or NULL for the admin's token. */
struct reply ask(struct api_fixture *f, const char *method, const char *target, const char *headers,
                 const char *body);
/* With the admin's token. */
struct reply get(struct api_fixture *f, const char *target);
struct reply post(struct api_fixture *f, const char *target, const char *body);
/* Text as it is over a connection of their own; the answer until it is closed, or whole. */
char *ask_raw(struct api_fixture *f, const char *text);
const char *reply_header(const struct reply *reply, const char *name, char out[256]);

/* Walks "resources[0].name": text of the value there (numbers and flags printed), "(none)". The
 * text lives until the next call. */
const char *at(const struct reply *reply, const char *path);
int count_at(const struct reply *reply, const char *path);
/* All values of a member of "resources", comma between. */
const char *all_of(const struct reply *reply, const char *list, const char *member);

/* A stream of events. */
struct events;
struct events *events_open(struct api_fixture *f, const char *target, const char *headers);
/* The same for any request: its bytes as they are. */
struct events *events_send(struct api_fixture *f, const char *bytes);
/* From another address of the loopback ("127.0.0.2"). */
struct events *events_send_from(struct api_fixture *f, const char *from, const char *bytes);
void events_write(struct events *events, const char *bytes);
/* Wait until text has come (1), or 5 s have passed or the stream has ended (0). */
int events_wait(struct events *events, const char *text);
const char *events_text(struct events *events);
int events_ended(struct events *events);
/* Stop (or go on) reading, so that the server's buffers fill. */
void events_pause(struct events *events, int paused);
void events_close(struct events *events);
/* Run the loop for this long. */
void run_loop(struct api_fixture *f, int64_t ms);

#endif
