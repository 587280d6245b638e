/* SPDX-License-Identifier: Apache-2.0
 *
 * What the benchmarks of events share: a server with demo providers that tell of so many a second,
 * a domain whose method runs for each, and the count of what became of them.
 */
#ifndef BENCH_STORM_H
#define BENCH_STORM_H

#include "reeved.h"

/* reevectl, as the administrator; the program ends when it fails. Words end with NULL. */
void bench_reevectl(const struct bench_reeved *reeved, const char *token, const char *const *words);
/* Until the statement gives this number. */
void bench_await(struct rv_store *store, const char *sql, int64_t number, double seconds,
                 const char *what);
/* A demo provider with `vms` machines that tells of `events` a second. */
void bench_provider_add(const struct bench_reeved *reeved, const char *token, const char *name,
                        int64_t vms, int64_t events);
/* A domain above the shipped one: each type of event of the demo provider runs a method of Lua
 * that reads three attributes. In force at once. */
void bench_override_put(struct rv_store *store);
/* Seconds of the processor that the workers of a type have had so far; NULL: of all types. */
double bench_workers_cpu(struct rv_store *store, const char *type);
/* The same of what they hold in memory for themselves, in bytes. */
int64_t bench_workers_bytes(struct rv_store *store);

#endif
