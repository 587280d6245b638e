/* SPDX-License-Identifier: Apache-2.0
 *
 * Last words: a worker that is ended by a fault signal tells the supervisor
 * which callback of a provider was running.
 */
#ifndef RV_SERVER_CRASH_H
#define RV_SERVER_CRASH_H

/* For SEGV, BUS, ILL, FPE, ABRT; also when the stack has overflowed. */
void rv_crash_install(int fd);
/* Who knows what foreign code runs; async-signal-safe. A provider's callbacks until then. */
void rv_crash_in(const char *(*running)(void));
/* From a signal handler: foreign code runs on and on at this place. The supervisor is told, the
 * process ends. */
_Noreturn void rv_crash_runaway(const char *place, int exit_code);

#endif
