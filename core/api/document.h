/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows as JSON: ids as strings, times in ISO 8601, nulls left out, secrets never.
 */
#ifndef RV_API_DOCUMENT_H
#define RV_API_DOCUMENT_H

#include "api/request.h"
#include "query/select.h"
#include "store/store.h"

#define RV_TESTS_MAX 16

struct rv_document {
    const struct rv_request *req;
    const struct rv_select *select;
    int actions;               /* written with each */
    int test_at[RV_TESTS_MAX]; /* fields that the tests of the kind's resource actions read */
};

/* Adds to select what the actions' tests read. */
void rv_document_init(struct rv_document *doc, const struct rv_request *req,
                      struct rv_select *select, int actions);
/* href, attributes and nested objects of a row into the object that is open. */
void rv_document_fields(const struct rv_document *doc, rv_json_writer *w, const rv_value *row);
/* "actions": [...] of a row. */
void rv_document_actions(const struct rv_document *doc, rv_json_writer *w, const rv_value *row);
/* "actions": [...] of a collection. */
void rv_document_collection_actions(const struct rv_request *req, rv_json_writer *w,
                                    const struct rv_kind *kind, const char *href);
/* The arena's. */
const char *rv_document_href(const struct rv_request *req, const struct rv_kind *kind, int64_t id);
/* Writes the id as a string. */
void rv_document_id(rv_json_writer *w, int64_t id);
/* Whole document of one row by id, actions included; NOT_FOUND. */
int rv_document_one(struct rv_request *req, rv_json_writer *w, const struct rv_kind *kind,
                    int64_t id, rv_err *err);
/* NOT_FOUND in the words of ManageIQ. */
int rv_fail_row(const struct rv_kind *kind, const char *id, rv_err *err);
/* 0 when the row is there. */
int rv_row_exists(struct rv_request *req, const struct rv_kind *kind, int64_t id, rv_err *err);

#endif
