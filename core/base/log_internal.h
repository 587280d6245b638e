/* SPDX-License-Identifier: Apache-2.0
 *
 * What the log files share among themselves.
 */
#ifndef RV_LOG_INTERNAL_H
#define RV_LOG_INTERNAL_H

#include "base/log.h"

#define RV_MASK "***"

/* Length of the longest registered secret that stands at text, 0 when none does. */
size_t rv_mask_at(const char *text);

#endif
