/* SPDX-License-Identifier: Apache-2.0
 *
 * What the supervisor tells the service manager that started it (sd_notify(3)'s protocol): that it
 * is ready, reads its settings again, stops; in words how it goes; and, where a watchdog is set,
 * that it is well. Without NOTIFY_SOCKET nothing is told. Nothing in here blocks.
 */
#ifndef RV_SERVER_NOTIFY_H
#define RV_SERVER_NOTIFY_H

#include <stdint.h>

struct rv_supervisor;

/* Reads the environment, and takes out of it what is meant for us alone: workers get none of it. */
void rv_notify_open(void);
void rv_notify_ready(const char *url);
void rv_notify_reloading(void);
void rv_notify_reloaded(void);
void rv_notify_stopping(void);
/* In each turn of the supervisor's loop: the words, when they have changed; and the watchdog's
 * beat, but only while the server worker's heart beats too. */
void rv_notify_turn(struct rv_supervisor *s, int64_t now_ms);
/* How long until the watchdog wants to hear of us again, at most `most`. */
int64_t rv_notify_within(int64_t most_ms);

#endif
