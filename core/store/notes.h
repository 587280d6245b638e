/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers by which a database knows itself, in its table schema_info: of which version and region
 * it is, what of the feed is kept, when something was last done with it.
 */
#ifndef RV_STORE_NOTES_H
#define RV_STORE_NOTES_H

#include "store/store.h"

#define RV_NOTE_VERSION "version"
#define RV_NOTE_REGION "region"
#define RV_NOTE_EPOCH "epoch"
#define RV_NOTE_FEED_FLOOR "feed_floor"
#define RV_NOTE_UNFINISHED "unfinished" /* while it is filled with the rows of another one */
#define RV_NOTE_BACKUP "last_backup"
#define RV_NOTE_MAINTENANCE "last_maintenance"
#define RV_NOTE_VACUUM "last_vacuum"
#define RV_NOTE_AUTOMATE "automate_generation" /* raised by every change of the datastore */
#define RV_NOTE_LOW_SPACE "low_space_since"    /* of the disk: not in a copy */

/* A note as an expression, for statements that need it together with something else; NULL when
 * there is none. */
#define RV_NOTE_SQL(name) "(SELECT value FROM schema_info WHERE name = '" name "')"

/* 0 when there is none. Of what was done now and then: 0 when it never was; below 0: the same,
 * known since then. */
int rv_note_read(int64_t *value, struct rv_store *store, const char *name, rv_err *err);
/* Of what every database has: INVALID when there is none. */
int rv_note_need(int64_t *value, struct rv_store *store, const char *name, rv_err *err);
int rv_note_write(struct rv_store *store, const char *name, int64_t value, rv_err *err);

#endif
