/* SPDX-License-Identifier: Apache-2.0
 *
 * The API of one worker, as its parts see it.
 */
#ifndef RV_API_INTERNAL_H
#define RV_API_INTERNAL_H

#include "api/api.h"

#define RV_API_VERSION "3.0.0" /* of the protocol: ManageIQ's, which clients compare */

struct evhttp;
struct evconnlistener;
struct rv_logins;
struct rv_gauges;
struct rv_hook_rates;
struct rv_hub;
struct rv_job;
struct rv_conns;
struct rv_tokens;

enum { RV_DUE_POLL = 1 << 0, RV_DUE_BEATS = 1 << 1 };

struct rv_api {
    struct rv_api_config config;
    struct evhttp *http;
    struct evconnlistener *listener;
    struct rv_conns *conns;
    int64_t kinds_ms;   /* when somebody without a login had us look for new kinds */
    int64_t full_ms;    /* when it was last said that there are too many connections */
    struct event *gate; /* looks whether new connections can be taken again */
    struct rv_logins *logins;
    struct rv_tokens *tokens;
    struct rv_hook_rates *hook_rates;
    struct {
        int64_t told_ms; /* when it was last said */
        int64_t untold;  /* since then */
    } strange_failures;  /* of requests that nobody had logged in for */
    struct {
        char envelope[65], token[65]; /* digests; token "": none */
    } scrape;
    struct rv_hub *hub;
    int in_flight;              /* requests whose answer is not sent yet, streams included */
    struct rv_job *parked;      /* that wait for something outside */
    struct rv_request *waiting; /* to be carried out outside of the loop */
    int due;                    /* RV_DUE_...: of streams */
    int telling;                /* streams are told: none may end under our feet */
    int blind;                  /* the store may not be asked: somebody waits for its answer */
    int draining;
    struct rv_gauges *gauges; /* the last count; NULL: none yet */
};

#endif
