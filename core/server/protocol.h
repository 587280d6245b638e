/* SPDX-License-Identifier: Apache-2.0
 *
 * What supervisor and workers say to each other over their socketpair: frames
 * (base/frame.h), each a JSON object whose "type" is one of the words below.
 *
 * To a worker:
 *   welcome     first of all: type, guid, provider, provider_name, home, store, module_dir,
 * version, settings (those of reeve.yaml and the command line), server (see below), listening, url,
 * types, log_level, log_format wake        queue: something waits there; "workers", "changes" are
 * no queues but words stop        end soon. gentle: 1 when what is being done may be finished
 *   quiesce     to the server worker: the server goes down
 *   settings    settings: reeve.yaml was read again
 *   sealed, opened   ticket, text or error
 *   exited      guid, reason: to the server worker, of any worker
 *   live        ticket, workers: answer to "who"
 *   cancel      message: to the worker that works on it
 *   quarantine  provider, reason: five crashes
 *   job         to a verify worker: module, given
 *   proved      ticket, result: the answer to "verify"
 *   types       types: the manifests of the installed modules
 * From a worker:
 *   ready       row, queues: serves from now on
 *   beat        busy (class.method or phase), message, left_ms (absent: no limit)
 *   wake        queue
 *   server      id, zone_id, zone, region_id, guid, name: who we are, from the server worker
 *   want        workers: [{type, count, provider, name}], from the server worker
 *   limits      settings: those that are in force, from the server worker
 *   cancel      row, message: to be handed to the worker of that row, from the server worker
 *   who         ticket: asks for "live"
 *   seal        ticket, place, text
 *   open        ticket, place, envelope
 *   verify      ticket, module, given (what is lent in it: see rv_lent_make)
 *   proof       result: of a verify worker
 *   manifests   types: of a describe worker
 *   fatal       error: the server cannot run like this; ends it
 *   crash       callback, signal: written by the crash handler
 */
#ifndef RV_SERVER_PROTOCOL_H
#define RV_SERVER_PROTOCOL_H

#include "base/json.h"

/* The fds of a worker, fixed. */
enum { RV_WORKER_SOCKET = 3, RV_WORKER_LISTEN = 4 };

/* Never NULL; the caller's (cJSON_Delete). */
cJSON *rv_message_new(const char *type);
int rv_message_is(const cJSON *message, const char *type);
void rv_message_put_error(cJSON *message, const rv_err *err);
/* 0 and *out cleared when the message carries no error, else its class. */
int rv_message_error(const cJSON *message, rv_err *out);

/* Wipe every string of a message that held a secret. */
void rv_message_wipe(cJSON *message);

/* A secret on its way through an API worker, which never sees it: a stored option of a provider
 * that is to be verified again. The worker puts this text in its place; the supervisor, which
 * knows the worker's own random word, opens it for the verify worker. */
char *rv_lent_make(const char *word, const char *place, const char *envelope);
/* 1 when text is one made with this word; *place and *envelope are the caller's to free. */
int rv_lent_parse(const char *text, const char *word, char **place, char **envelope);

#endif
