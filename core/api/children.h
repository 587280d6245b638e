/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of one sub-collection for all rows of a page, read with one statement.
 */
#ifndef RV_API_CHILDREN_H
#define RV_API_CHILDREN_H

#include "api/request.h"
#include "query/sub.h"

struct rv_children_slice {
    int64_t parent;
    size_t from, to; /* of text */
};

struct rv_children {
    const struct rv_sub *sub;
    rv_buf text;                      /* documents, comma between those of one parent */
    struct rv_children_slice *slices; /* by parent, ascending */
    int count, size;
};

int rv_children_read(struct rv_children *out, struct rv_request *req, const struct rv_sub *sub,
                     const int64_t *parents, int count, int archived_too, rv_err *err);
void rv_children_free(struct rv_children *children);
/* "name": [...] (or the object itself for a single one) into the object that is open. */
void rv_children_write(const struct rv_children *children, rv_json_writer *w, int64_t parent);

#endif
