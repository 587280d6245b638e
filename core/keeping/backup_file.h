/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of a backup: "REEVEBAK1\n", then frames. A frame is a letter, the length of what it
 * holds (4 bytes, little end first), that, and an XXH3-64 of all three (8 bytes):
 *
 *   H  JSON: format, program, schema_version, region, epoch, cursor, taken_at, store, tables
 *   K  text of the key file; only when asked for
 *   T  number of the table (4 bytes) whose rows follow
 *   R  rows (row_code.h), some hundred kilobytes of them
 *   E  how many rows the table has (8 bytes) and their digest (16)
 *   Z  JSON: rows, bytes before; the file ends with it
 */
#ifndef RV_KEEPING_BACKUP_FILE_H
#define RV_KEEPING_BACKUP_FILE_H

#include "keeping/flow.h"

#define RV_BACKUP_FORMAT 1

struct rv_backup_writer;
/* Writes into a file beside `path`. CONFLICT when path is there and flags do not say that it may
 * go. */
int rv_backup_create(struct rv_backup_writer **out, const char *path, int flags, rv_err *err);
int rv_backup_head(struct rv_backup_writer *writer, const cJSON *head, const char *key,
                   rv_err *err);
struct rv_flow_sink rv_sink_of_backup(struct rv_backup_writer *writer,
                                      const struct rv_layout *layout);
/* The end, on the disk. The file has no name yet: its path is *part, the writer's. */
int rv_backup_end(struct rv_backup_writer *writer, const char **part, int64_t *bytes, rv_err *err);
int rv_backup_keep(struct rv_backup_writer *writer, rv_err *err); /* gives it its name */
/* Without rv_backup_keep nothing stays. NULL allowed. */
void rv_backup_writer_free(struct rv_backup_writer *writer);

struct rv_backup_reader;
/* Reads up to the first table. INVALID, with the place, for what is no backup or was damaged;
 * CONFLICT for one of a later format. */
int rv_backup_open(struct rv_backup_reader **out, const char *path, rv_err *err);
void rv_backup_reader_free(struct rv_backup_reader *reader);
const cJSON *rv_backup_read_head(const struct rv_backup_reader *reader);
const struct rv_layout *rv_backup_read_layout(const struct rv_backup_reader *reader);
const char *rv_backup_read_key(const struct rv_backup_reader *reader); /* NULL: none in it */
struct rv_flow_source rv_source_of_backup(struct rv_backup_reader *reader);
/* After the last table: that the file ends as it should. */
int rv_backup_read_end(struct rv_backup_reader *reader, rv_err *err);
int64_t rv_backup_read_bytes(const struct rv_backup_reader *reader); /* so far */

#endif
