/* SPDX-License-Identifier: Apache-2.0
 *
 * Times as ManageIQ's expressions tell them: "Today", "Last Week", "2 Hours Ago". All in UTC; a
 * week begins on Monday.
 */
#ifndef RV_QUERY_RELATIVE_H
#define RV_QUERY_RELATIVE_H

#include <stdint.h>

/* The span [*from_ms, *to_ms) that the text stands for at this time: its hour, day, week ... "Now"
 * is the hour that it is. 0 when the text says no such time. */
int rv_relative_span(int64_t *from_ms, int64_t *to_ms, const char *text, int64_t now_ms);

#endif
