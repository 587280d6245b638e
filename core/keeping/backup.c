/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking a backup, and reading one to see that it is whole.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "keeping/backup_file.h"
#include "keeping/report.h"
#include "store/feed.h"
#include "store/notes.h"
#include "store/schema.h"

static cJSON *
make_head(struct rv_store *from, const struct rv_layout *layout, const struct rv_cursor *cursor)
{
    cJSON *head = cJSON_CreateObject();
    char text[48];

    cJSON_AddNumberToObject(head, "format", RV_BACKUP_FORMAT);
    cJSON_AddStringToObject(head, "program", REEVE_VERSION);
    cJSON_AddNumberToObject(head, "schema_version", RV_SCHEMA_VERSION);
    cJSON_AddNumberToObject(head, "region", (double)rv_store_region(from));
    rv_cursor_format(text, cursor);
    cJSON_AddStringToObject(head, "cursor", text);
    rv_format_time(text, rv_now_ms());
    cJSON_AddStringToObject(head, "taken_at", text);
    cJSON_AddStringToObject(head, "store", rv_store_is_postgres(from) ? "postgresql" : "sqlite");
    cJSON_AddItemToObject(head, "tables", rv_layout_to_json(layout));
    return head;
}

static int
read_whole(cJSON **report, const char *path, const struct rv_keep_watch *watch, rv_err *err)
{
    struct rv_backup_reader *reader = NULL;

    if (rv_backup_open(&reader, path, err) < 0)
        return err->code;
    const struct rv_layout *layout = rv_backup_read_layout(reader);
    struct rv_flow_source source = rv_source_of_backup(reader);
    RV_AUTO_FREE struct rv_tally *tallies =
        rv_realloc(NULL, (size_t)layout->count + 1, sizeof *tallies);
    if (rv_flow(&source, NULL, tallies, watch, err) == 0 && rv_backup_read_end(reader, err) == 0) {
        static const char *const shown[] = { "program", "schema_version", "region",
                                             "cursor",  "taken_at",       "store" };
        *report = rv_keep_report(layout, tallies);
        for (size_t i = 0; i < RV_COUNT(shown); i++) {
            const cJSON *item =
                cJSON_GetObjectItemCaseSensitive(rv_backup_read_head(reader), shown[i]);
            if (item)
                cJSON_AddItemToObject(*report, shown[i], cJSON_Duplicate(item, 0));
        }
        cJSON_AddBoolToObject(*report, "key", rv_backup_read_key(reader) != NULL);
        cJSON_AddNumberToObject(*report, "bytes", (double)rv_backup_read_bytes(reader));
    }
    rv_backup_reader_free(reader);
    return err->code;
}

int
rv_keep_inspect(cJSON **report, const char *path, const struct rv_keep_watch *watch, rv_err *err)
{
    return read_whole(report, path, watch, err);
}

static int
write_whole(struct rv_backup_writer *writer, struct rv_store *from, const char *key,
            char digest[33], const struct rv_keep_watch *watch, rv_err *err)
{
    RV_AUTO_LAYOUT struct rv_layout layout = { 0 };
    struct rv_cursor cursor;

    if (rv_cursor_now(&cursor, from, err) < 0 || rv_layout_read(&layout, from, err) < 0)
        return err->code;
    RV_AUTO_JSON cJSON *head = make_head(from, &layout, &cursor);
    RV_AUTO_FREE struct rv_tally *tallies =
        rv_realloc(NULL, (size_t)layout.count + 1, sizeof *tallies);
    struct rv_store_source rows = { .store = from, .layout = &layout };
    struct rv_flow_source source = rv_source_of_store(&rows);
    struct rv_flow_sink sink = rv_sink_of_backup(writer, &layout);
    if (rv_backup_head(writer, head, key, err) == 0)
        rv_flow(&source, &sink, tallies, watch, err);
    rv_store_source_end(&rows);
    if (err->code)
        return err->code;
    RV_AUTO_JSON cJSON *report = rv_keep_report(&layout, tallies);
    snprintf(digest, 33, "%s", rv_json_string(report, "digest"));
    return 0;
}

/* What was written is read again before it counts. */
static int
take(cJSON **report, struct rv_backup_writer *writer, struct rv_store *from,
     const struct rv_backup_options *options, const struct rv_keep_watch *watch, rv_err *err)
{
    const char *part = NULL;
    char digest[33];
    int64_t bytes = 0;

    if (rv_store_begin_snapshot(from, err) < 0)
        return err->code;
    write_whole(writer, from, options->key, digest, watch, err);
    rv_store_rollback(from);
    if (err->code || rv_backup_end(writer, &part, &bytes, err) < 0 ||
        read_whole(report, part, watch, err) < 0)
        return err->code;
    if (!rv_streq(rv_json_string(*report, "digest"), digest))
        return rv_fail(err, RV_E_UNAVAILABLE,
                       "what was read from '%s' is not what was written there", part);
    return rv_backup_keep(writer, err);
}

/* For whoever asks when the last one was. The backup is good also when this cannot be written. */
static void
note(struct rv_store *from)
{
    rv_err ignored = RV_ERR_INIT;

    rv_note_write(from, RV_NOTE_BACKUP, rv_now_ms(), &ignored);
}

int
rv_keep_backup(cJSON **report, struct rv_store *from, const struct rv_backup_options *options,
               const struct rv_keep_watch *watch, rv_err *err)
{
    struct rv_backup_writer *writer = NULL;
    int64_t begun_ms = rv_monotonic_ms();
    cJSON *made = NULL;

    if (options->key && rv_key_check(options->key, err) < 0)
        return rv_wrap(err, "backup: the key");
    if (rv_schema_open(from, err) == 0 &&
        rv_backup_create(&writer, options->path, options->flags, err) == 0)
        take(&made, writer, from, options, watch, err);
    rv_backup_writer_free(writer);
    if (err->code) {
        cJSON_Delete(made);
        return rv_wrap(err, "backup");
    }
    note(from);
    cJSON_AddStringToObject(made, "file", options->path);
    cJSON_AddNumberToObject(made, "ms", (double)(rv_monotonic_ms() - begun_ms));
    *report = made;
    return 0;
}
