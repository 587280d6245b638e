/* SPDX-License-Identifier: Apache-2.0
 *
 * Links of a page: the request's own URL with another offset.
 */
#ifndef RV_API_LINKS_H
#define RV_API_LINKS_H

#include "api/request.h"

/* "links": {self, next, previous, first, last} into the object that is open. */
void rv_links_write(const struct rv_request *req, rv_json_writer *w, int64_t offset, int64_t limit,
                    int64_t shown, int64_t rows);
/* Target with its offset set; the arena's. */
const char *rv_links_target(const struct rv_request *req, int64_t offset);

#endif
