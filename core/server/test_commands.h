/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands of class "Test", which generic workers know in builds with tests (REEVE_TESTS; a release
 * has none of this file). They let a test, a bench or a fault run see what became of each message.
 * Arguments are a JSON object; all of them may be left out.
 *
 *   work   {"ms": 20}
 *          takes so long, in waits that can be ended
 *   fail   {"class": "unavailable", "times": 2}
 *          fails that often ("times" 0: always), then works; a class is a word of base/err.h
 *   hang   {"ms": 0}
 *          the process says nothing for so long; 0: for ever
 *   crash  {"signal": 11}
 *          the process dies by this signal
 *   frame  {"kind": "garbage"}
 *          sends the supervisor such bytes, the first time: garbage (no JSON), cut (half a
 *          frame), huge (1 GiB announced)
 *   grow   {"mib": 600, "ms": 1000}
 *          holds so much memory for so long
 *
 * Each also takes {"ledger": "/path"}: a line is appended (O_APPEND, one write) when it begins and,
 * unless it fails, one when it is done:
 *
 *   begin ID ATTEMPT GENERATION PID MONOTONIC_US TARGET
 *   done  ID ATTEMPT GENERATION PID MONOTONIC_US TARGET
 *
 * So a message was handled as often as it has `done` lines, and begun (what must not happen twice
 * to one that says "once only") as often as it has `begin` lines. tests/support/queue_tool puts and
 * counts such messages.
 */
#ifndef RV_SERVER_TEST_COMMANDS_H
#define RV_SERVER_TEST_COMMANDS_H

#include "queue/dispatch.h"

enum { RV_TEST_COMMANDS = 6 };

/* Fills out[RV_TEST_COMMANDS]. */
void rv_test_commands(struct rv_command *out);

#endif
