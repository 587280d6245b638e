/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading: a collection, a sub-collection, one resource. A fixed number of statements each: one for
 * the counts, one for the page, one for every expanded sub-collection.
 */
#ifndef RV_API_LISTING_H
#define RV_API_LISTING_H

#include "api/document.h"
#include "api/params.h"

struct rv_listing {
    struct rv_request *req;
    const struct rv_kind *kind;
    const struct rv_sub *sub; /* NULL: the whole collection */
    int64_t parent_id;
    int64_t id;       /* one resource; 0: a page */
    int whole;        /* documents, not just hrefs */
    size_t bytes_max; /* a page ends early, and a row is its href and id, rather than be larger than
                       * this; 0: such an answer fails */
    int bare;         /* rows are their href and id only */
    struct rv_select select;
    struct rv_list_params params;
    struct rv_document doc;
    struct rv_sql scope;    /* " WHERE ...": what the collection is */
    struct rv_sql filtered; /* the same and the filters */
};

/* Reads parameters and makes the conditions. Freed with rv_listing_free in any case. */
int rv_listing_open(struct rv_listing *listing, struct rv_request *req, const struct rv_kind *kind,
                    const struct rv_sub *sub, int64_t parent_id, int64_t id, rv_err *err);
/* The conditions alone, of a listing whose select and params are made; what rv_listing_open does
 * last. */
int rv_listing_restrict(struct rv_listing *listing, rv_err *err);
void rv_listing_free(struct rv_listing *listing);
#define RV_AUTO_LISTING __attribute__((cleanup(rv_listing_free)))

int rv_collection_get(struct rv_request *req, const struct rv_kind *kind, const struct rv_sub *sub,
                      int64_t parent_id, rv_err *err);
int rv_resource_get(struct rv_request *req, const struct rv_kind *kind, const struct rv_sub *sub,
                    int64_t parent_id, int64_t id, rv_err *err);
/* Documents that were read: text holds "{...},{...}". */
struct rv_documents {
    rv_buf text;
    int64_t *ids;
    size_t *starts; /* of each in text */
    size_t *ends;
    int count;
    int cut; /* it ended early */
};
void rv_documents_free(struct rv_documents *documents);
#define RV_AUTO_DOCUMENTS __attribute__((cleanup(rv_documents_free)))
/* Which one is of this row; -1: none. */
int rv_documents_find(const struct rv_documents *documents, int64_t id);
/* Ascending order of int64_t, for qsort and bsearch. */
int rv_compare_ids(const void *a, const void *b);
/* Whole documents of these rows, those of them that the listing holds, by ascending id. */
int rv_listing_documents(struct rv_listing *listing, const int64_t *ids, int count,
                         struct rv_documents *out, rv_err *err);

#endif
