/* SPDX-License-Identifier: Apache-2.0
 *
 * Last words: a worker that is ended by a fault signal tells the supervisor
 * which callback of a provider was running.
 */
#ifndef RV_SERVER_CRASH_H
#define RV_SERVER_CRASH_H

/* For SEGV, BUS, ILL, FPE, ABRT; also when the stack has overflowed. */
void rv_crash_install(int fd);

#endif
