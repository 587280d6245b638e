/* SPDX-License-Identifier: Apache-2.0
 *
 * What supervisor and workers say to each other over their socketpair: frames
 * (base/frame.h), each a JSON object whose "type" is one of the words below. An answer carries
 * its question's ticket; an error is an object: code, text, hint, remote_status.
 */
/* clang-format off */
/*
 * To a worker:
 *   welcome      first of all:
 *                  worker         its type
 *                  guid           its own; server_guid: this server's
 *                  lend_word      random, its own (see rv_lent_make)
 *                  provider       id, or 0; then also provider_name
 *                  home, store, module_dir, provider_path, url
 *                  settings       those of reeve.yaml and the command line
 *                  beat_ms        how often it is to beat
 *                  index          among those of the same sort
 *                  server         what the server worker said of us, once it has
 *                  tls            api: certificate, key (paths); absent: plain HTTP
 *                  types          api: the manifests of the installed modules, when they are known
 *   wake         queue: something waits there; "": anywhere. "workers" and "changes" are no queues
 *                but words: look at the providers; the feed has grown
 *   stop         gentle: 1 when what is being done may be finished
 *   settings     settings: reeve.yaml was read again, or others in the database are in force now
 *   pace         beat_ms, from now on
 *   cancel       row, message: to the worker of that row, which works on the message
 *   quiesce      to the server worker: the server goes down
 *   look         to the server worker: what "who" answers has changed in a way that people should
 *                see at once
 *   exited       to the server worker: guid, reason (of any worker)
 *   event        to the server worker: event (its type), at_ms, reason; of a worker: worker, guid,
 *                pid, row, provider, provider_name
 *   quarantine   to the server worker: provider, reason (its worker crashes in the same callback)
 *   live         answer to "who": pid, uss, pss: the supervisor's; closed: 1 while no worker is started;
 *                workers: [{guid, pid, silent_ms, message, status}]; loops: [{type, provider,
 *                failures}]: those that end again and again
 *   types        to API workers: types (the manifests)
 *   server       to API workers: what the server worker said of us, once it has
 *   sealed       answer to "seal": text or error
 *   proved       answer to "verify": result: that of "proof", what was lent in its lent form again;
 *                or an object with an error
 *   opened       answer to "open": text or error
 *   keys         answer to "keys": current (id), ids, label, count, age_ms, or error
 *   resealed     answer to "reseal": text (an envelope) or error
 *   job          to a verify worker: module, given (secrets in clear)
 *
 * From any worker:
 *   ready        row, queues: serves from now on
 *   beat         busy (class.method or phase), message, left_ms (absent: no limit), must_finish
 *   wake         queue, as above
 *   crash        callback, signal: written by the crash handler
 * From the server worker:
 *   server       id, zone_id, region_id, zone, guid: who we are
 *   want         workers: [{type, count, provider, name}]: those there should be
 *   limits       settings: those that are in force; roles: names of those that the server has;
 *                origins: of limits that are no defaults, for people
 *   who          ticket: asks for "live"
 *   cancel       row, message: to be handed to the worker of that row
 *   keys         ticket, do: look
 *   forgotten    guid: of a worker whose row the database has lost, to be replaced; absent: it has
 *                lost the server's, which ends, and all others are to start anew
 *   fatal        error: the server cannot run like this; ends it
 * From an API worker (open: of settings alone):
 *   open         as that of a refresh worker
 *   seal         ticket, place, text
 *   end          guid, what: restart or kill (a worker, because a person said so)
 *   waits        it has no database yet, and answers with that: its address may be looked up
 *   verify       ticket, module, given: options; stored secrets among them are lent (rv_lent_make)
 * From a generic worker, which rotates the key:
 *   keys         ticket, do (look, begin, retire), label
 *   reseal       ticket, place, envelope: to be sealed with the current key
 * From a refresh worker:
 *   open         ticket, place, envelope: a secret of its own provider
 * From a verify worker:
 *   proof        result: prepared {plain, secrets, identity}, and error when it failed
 * From a describe worker:
 *   manifests    types: {types: [manifest], broken: [{name, error}]}
 */
/* clang-format on */
#ifndef RV_SERVER_PROTOCOL_H
#define RV_SERVER_PROTOCOL_H

#include "base/json.h"

/* The fds of a worker, fixed. */
enum { RV_WORKER_SOCKET = 3, RV_WORKER_LISTEN = 4, RV_WORKER_METRICS = 5 };

/* Never NULL; the caller's (cJSON_Delete). */
cJSON *rv_message_new(const char *type);
int rv_message_is(const cJSON *message, const char *type);
void rv_message_put_error(cJSON *message, const rv_err *err);
/* 0 and *out cleared when the message carries no error, else its class. */
int rv_message_error(const cJSON *message, rv_err *out);

/* A secret on its way through an API worker, which never sees it: a stored option of a provider
 * that is to be verified again. The worker puts this text in its place; the supervisor, which
 * knows the worker's own random word, opens it for the verify worker. */
char *rv_lent_make(const char *word, const char *place, const char *envelope);
/* 1 when text is one made with this word; *place and *envelope are the caller's to free. */
int rv_lent_parse(const char *text, const char *word, char **place, char **envelope);

#endif
