/* SPDX-License-Identifier: Apache-2.0
 *
 * What a fuzz target defines. It returns 0; a finding is a crash, a sanitizer's
 * report or a failed RV_ASSERT.
 */
#ifndef RV_FUZZ_H
#define RV_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
