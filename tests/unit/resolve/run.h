/* SPDX-License-Identifier: Apache-2.0
 *
 * Resolving a path with methods that are played: what one does stands in its definition, with ';'
 * between:
 *
 *   name=text /name=text   an attribute of its object, of the root (from its inputs: name=@input)
 *   var name=text          a state variable            exit 8     ends with a code
 *   call URI               makes an object             fail text  raises an error
 *   retry 3                ae_result=retry, until it was tried three times
 *   die                    the worker is killed here
 *
 * Rows are there up to id 99; column "name" of vm 7 is "vm-7", column "host" is host 1.
 */
#ifndef RV_TEST_RUN_H
#define RV_TEST_RUN_H

#include "base/buf.h"
#include "resolve/resolve.h"
#include "table.h"

struct run {
    struct table *table;
    rv_buf trace; /* a line a step, then how it ended */
    rv_buf state; /* what the last one left for the next */
    rv_buf begun; /* once-only states, a line each */
    int64_t now_ms;
    int simulates; /* methods are not run */
    int pulses;    /* the run is ended at this one; 0: never */
    struct rv_ws_limits limits;
};

void run_init(struct run *run, const char *definitions);
void run_free(struct run *run);
/* Resolves; fresh 0: goes on from the state that the last one left. */
void run_path(struct run *run, const char *uri, int fresh);

#endif
