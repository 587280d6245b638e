/* SPDX-License-Identifier: Apache-2.0
 *
 * Time. Everything asks here, so that tests can set it.
 */
#ifndef RV_CLOCK_H
#define RV_CLOCK_H

#include <stdint.h>

int64_t rv_now_ms(void);       /* wall clock, UTC */
int64_t rv_monotonic_ms(void); /* only goes forward */
int64_t rv_monotonic_us(void);

/* Tests: both clocks stand at unix_ms until moved; rv_clock_real returns to the real ones. */
void rv_clock_fake(int64_t unix_ms);
void rv_clock_advance(int64_t ms);
/* Somebody sets the wall clock of a fake one; the other goes on. */
void rv_clock_jump(int64_t ms);
void rv_clock_real(void);
/* 1 while the clocks are fake: a wait then takes no real time, but moves them. */
int rv_clock_is_fake(void);

#endif
