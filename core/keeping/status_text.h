/* SPDX-License-Identifier: Apache-2.0
 *
 * A status for people: what `reeved db status` prints on the server's machine, and reevectl of a
 * server elsewhere.
 */
#ifndef RV_KEEPING_STATUS_TEXT_H
#define RV_KEEPING_STATUS_TEXT_H

#include <cjson/cJSON.h>
#include "base/buf.h"

/* Appends lines. report: of rv_keep_status, or what GET /api/database makes of it. */
void rv_keep_status_text(rv_buf *out, const cJSON *report);

#endif
