/* SPDX-License-Identifier: Apache-2.0
 *
 * Which row an entry of a request means: by id, href, or a column that names rows.
 */
#ifndef RV_API_IDENTIFY_H
#define RV_API_IDENTIFY_H

#include "base/json.h"
#include "model/model.h"
#include "store/store.h"

struct rv_identifier {
    int64_t id;         /* 0: not known yet */
    const char *column; /* then this column holds text; both borrowed from the entry */
    const char *text;
};

/* Rows of this kind are asked for by their GUID, stand in no list, and no stream tells of them. */
int rv_kind_by_guid(const struct rv_kind *kind);
/* NOT_FOUND when there is none. */
int rv_guid_find(int64_t *id, struct rv_store *store, const struct rv_kind *kind, const char *guid,
                 rv_err *err);

/* An id as a string, or as a whole number that JavaScript keeps. NOT_FOUND for a string that is
 * none; INVALID for anything else. */
int rv_id_read(int64_t *id, const cJSON *value, rv_err *err);
/* INVALID when something that could name a row is of another type, or no href at all, used or not.
 */
int rv_identifier_check(const cJSON *entry, rv_err *err);
/* INVALID when it has the href of a row of another kind. */
int rv_identifier_check_kind(const struct rv_kind *kind, const cJSON *entry, rv_err *err);
/* INVALID when the entry names nothing, NOT_FOUND for an id that is none. */
int rv_identifier_read(struct rv_identifier *out, const struct rv_kind *kind, const cJSON *entry,
                       rv_err *err);
/* Fills in the ids that are not known, one statement for each column that was used; of several
 * rows of the same name the first by id of those that are there, and one that is gone only when
 * there is no other. NOT_FOUND when there is none. */
int rv_identifier_find(struct rv_store *store, const struct rv_kind *kind,
                       struct rv_identifier *identifiers, int count, rv_err *err);

#endif
