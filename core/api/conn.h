/* SPDX-License-Identifier: Apache-2.0
 *
 * The connections of an API worker, from their first moment: evhttp names them only once a request
 * is whole, and whoever sends none would be nobody's. A request must come whole in time; what has
 * come of all of them has a ceiling; one address has only so many connections; and when all places
 * are taken, those who wait for nothing but their client make room.
 */
#ifndef RV_API_CONN_H
#define RV_API_CONN_H

#include "api/api_internal.h"

struct bufferevent;
struct evhttp_connection;
struct rv_conn;

#define RV_HEADERS_MAX (64 << 10) /* bytes of a request's head */

enum rv_conn_state {
    RV_CONN_IDLE,    /* no byte of a request has come */
    RV_CONN_READING, /* a request is not whole yet */
    RV_CONN_WORKING, /* its answer is being made, or is a stream */
    RV_CONN_SENDING, /* its answer is on its way */
};

struct rv_conns *rv_conns_new(struct rv_api *api);
void rv_conns_free(struct rv_conns *conns); /* when evhttp has let go of all; NULL allowed */
/* For evhttp_set_bevcb: one that is about to become a connection. */
void rv_conns_add(struct rv_conns *conns, struct bufferevent *bev);
int rv_conns_count(const struct rv_conns *conns);
int rv_conns_full(const struct rv_conns *conns);
/* Closes some that keep a place for nothing; says how many. Not from within a connection's calls.
 */
int rv_conns_make_room(struct rv_conns *conns);

struct rv_conn *rv_conn_of(const struct rv_conns *conns, struct evhttp_connection *http);
void rv_conn_set(struct rv_conn *conn, enum rv_conn_state state);
/* Called once when the connection has gone, until another is set; NULL: nothing is. */
void rv_conn_watch(struct rv_conn *conn, void (*gone)(void *arg), void *arg);

#endif
