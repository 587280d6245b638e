/* SPDX-License-Identifier: Apache-2.0
 *
 * When something was last done with a database, in its table schema_info.
 */
#ifndef RV_KEEPING_NOTES_H
#define RV_KEEPING_NOTES_H

#include "store/store.h"

#define RV_NOTE_BACKUP "last_backup"
#define RV_NOTE_MAINTENANCE "last_maintenance"
#define RV_NOTE_VACUUM "last_vacuum"
#define RV_NOTE_LOW_SPACE "low_space_since" /* of the disk: not in a copy */

/* 0 when it never was; below 0: the same, known since then. */
int rv_note_read(int64_t *value, struct rv_store *store, const char *name, rv_err *err);
int rv_note_write(struct rv_store *store, const char *name, int64_t value, rv_err *err);

#endif
