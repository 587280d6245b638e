/* SPDX-License-Identifier: Apache-2.0
 *
 * Room for the database, where we can see it: on the file system of a SQLite store. When it runs
 * out nothing can be written at all, so what only adds to it stops before: providers are not read
 * until there is room again. The API, the queue and dropping what is over go on.
 */
#ifndef RV_SERVER_SPACE_H
#define RV_SERVER_SPACE_H

#include "server/worker.h"

/* How many bytes must be free: what the setting says, but at most a twentieth of the whole, so that
 * a small file system can be used too. */
int64_t rv_space_floor(int64_t setting_bytes, int64_t total_bytes);
/* Whether there is too little; was_low: what was answered last. Above the floor by a quarter it is
 * enough again. */
int rv_space_judge(int64_t free_bytes, int64_t floor_bytes, int was_low);
/* Looks, sets worker->space_low, says a change, and sees to it that the note says the same. */
void rv_space_look(struct rv_worker *worker);

#endif
