/* SPDX-License-Identifier: Apache-2.0
 *
 * What copies, backups and restores tell about themselves.
 */
#ifndef RV_KEEPING_REPORT_H
#define RV_KEEPING_REPORT_H

#include "keeping/row_code.h"

/* {tables: {name: {rows, digest}, ...}, rows, digest}, and what did not come along. */
cJSON *rv_keep_report(const struct rv_layout *layout, const struct rv_tally *tallies);

#endif
