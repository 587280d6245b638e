/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a backup. Everything in it comes from outside: each frame is checked before anything of
 * it is believed, and what is wrong is told with its place in the file.
 */
#include "keeping/backup_file.h"

#include <string.h>
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define MAGIC "REEVEBAK1\n"
#define HEAD_MAX_BYTES (8u << 20)
#define KEY_MAX_BYTES 4096
#define FRAME_MAX_BYTES ((size_t)RV_ROW_MAX_BYTES + (1u << 20))

struct rv_backup_reader {
    char *path;
    FILE *file;
    int64_t at; /* of the next frame */
    cJSON *head;
    struct rv_layout layout;
    char *key;
    rv_buf frame;
    char letter;
    size_t used; /* bytes of the frame's rows that were handed over */
    const struct rv_layout_table *table;
    struct rv_tally tally;
    rv_value *row;
    int64_t all_rows;
};

static int
fail_damaged(const struct rv_backup_reader *reader, const char *what, rv_err *err)
{
    rv_fail(err, RV_E_INVALID, "backup '%s' is %s at byte %lld%s%s", reader->path, what,
            (long long)reader->at, reader->table ? ", in table " : "",
            reader->table ? reader->table->name : "");
    if (reader->table)
        return rv_hint(err, "%lld rows of that table were read; use another backup",
                       (long long)reader->tally.rows);
    return rv_hint(err, "use another backup");
}

static int
fail_short(const struct rv_backup_reader *reader, rv_err *err)
{
    if (ferror(reader->file))
        return rv_fail_errno(err, "read backup '%s'", reader->path);
    return fail_damaged(reader, "truncated", err);
}

static uint64_t
number_at(const char *bytes, int count)
{
    uint64_t number = 0;

    for (int i = 0; i < count; i++)
        number |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    return number;
}

/* By pieces: a length that is a lie takes no more memory than there are bytes. */
static int
read_bytes(struct rv_backup_reader *reader, rv_buf *out, size_t len, rv_err *err)
{
    char piece[65536];

    while (len > 0) {
        size_t want = len < sizeof piece ? len : sizeof piece;
        if (fread(piece, 1, want, reader->file) != want)
            return fail_short(reader, err);
        rv_buf_add(out, piece, want);
        len -= want;
    }
    return rv_buf_check(out, err);
}

static int
read_frame(struct rv_backup_reader *reader, rv_err *err)
{
    char head[5], hash[8];

    reader->letter = 0;
    reader->used = 0;
    rv_buf_reset(&reader->frame);
    if (fread(head, 1, sizeof head, reader->file) != sizeof head)
        return fail_short(reader, err);
    size_t len = (size_t)number_at(head + 1, 4);
    if (len > FRAME_MAX_BYTES)
        return fail_damaged(reader, "damaged", err);
    if (read_bytes(reader, &reader->frame, len, err) < 0)
        return err->code;
    if (fread(hash, 1, sizeof hash, reader->file) != sizeof hash)
        return fail_short(reader, err);
    uint64_t wanted =
        rv_hash64(reader->frame.data, reader->frame.len, rv_hash64(head, sizeof head, 0));
    if (number_at(hash, 8) != wanted)
        return fail_damaged(reader, "damaged", err);
    reader->letter = head[0];
    reader->at += (int64_t)(sizeof head + len + sizeof hash);
    return 0;
}

static int
expect(struct rv_backup_reader *reader, char letter, size_t len, rv_err *err)
{
    if (reader->letter != letter || (len && reader->frame.len != len))
        return fail_damaged(reader, "damaged", err);
    return 0;
}

static int
read_magic(struct rv_backup_reader *reader, rv_err *err)
{
    char magic[sizeof MAGIC - 1];

    if (fread(magic, 1, sizeof magic, reader->file) != sizeof magic ||
        memcmp(magic, MAGIC, sizeof magic) != 0) {
        rv_fail(err, RV_E_INVALID, "'%s' is not a backup of Reeve", reader->path);
        return rv_hint(err, "a backup begins with REEVEBAK; reevectl db backup makes one");
    }
    reader->at = sizeof magic;
    return 0;
}

static int
read_head(struct rv_backup_reader *reader, rv_err *err)
{
    if (read_frame(reader, err) < 0 || expect(reader, 'H', 0, err) < 0)
        return err->code;
    if (rv_json_parse(&reader->head, reader->frame.data, reader->frame.len, HEAD_MAX_BYTES, 0,
                      err) < 0)
        return rv_wrap(err, "backup '%s'", reader->path);
    int64_t format = rv_json_int(reader->head, "format", 0);
    if (format != RV_BACKUP_FORMAT) {
        rv_fail(err, RV_E_CONFLICT, "backup '%s' has format %lld, this program reads %d",
                reader->path, (long long)format, RV_BACKUP_FORMAT);
        return rv_hint(err, "use the release that made it, or a later one");
    }
    if (rv_layout_from_json(&reader->layout,
                            cJSON_GetObjectItemCaseSensitive(reader->head, "tables"), err) < 0)
        return rv_wrap(err, "backup '%s'", reader->path);
    return read_frame(reader, err);
}

static int
read_key(struct rv_backup_reader *reader, rv_err *err)
{
    if (reader->letter != 'K')
        return 0;
    if (reader->frame.len > KEY_MAX_BYTES)
        return fail_damaged(reader, "damaged", err);
    reader->key = rv_strndup(reader->frame.data, reader->frame.len);
    return read_frame(reader, err);
}

int
rv_backup_open(struct rv_backup_reader **out, const char *path, rv_err *err)
{
    struct rv_backup_reader *reader = rv_alloc(sizeof *reader);

    reader->path = rv_strdup(path);
    reader->frame = rv_buf_secret(FRAME_MAX_BYTES);
    reader->file = fopen(path, "rbe");
    if (!reader->file)
        rv_fail_errno(err, "open backup '%s'", path);
    else if (read_magic(reader, err) == 0 && read_head(reader, err) == 0)
        read_key(reader, err);
    if (err->code) {
        rv_backup_reader_free(reader);
        return err->code;
    }
    *out = reader;
    return 0;
}

void
rv_backup_reader_free(struct rv_backup_reader *reader)
{
    if (!reader)
        return;
    if (reader->file)
        fclose(reader->file);
    if (reader->key)
        explicit_bzero(reader->key, strlen(reader->key));
    cJSON_Delete(reader->head);
    rv_layout_free(&reader->layout);
    rv_buf_free(&reader->frame);
    free(reader->key);
    free(reader->row);
    free(reader->path);
    free(reader);
}

const cJSON *
rv_backup_read_head(const struct rv_backup_reader *reader)
{
    return reader->head;
}

const struct rv_layout *
rv_backup_read_layout(const struct rv_backup_reader *reader)
{
    return &reader->layout;
}

const char *
rv_backup_read_key(const struct rv_backup_reader *reader)
{
    return reader->key;
}

int64_t
rv_backup_read_bytes(const struct rv_backup_reader *reader)
{
    return reader->at;
}

/* The frame that opens it was read already. */
static int
begin_table(void *arg, int index, rv_err *err)
{
    struct rv_backup_reader *reader = arg;

    if (expect(reader, 'T', 4, err) < 0)
        return err->code;
    if (number_at(reader->frame.data, 4) != (uint64_t)index)
        return fail_damaged(reader, "damaged", err);
    reader->table = &reader->layout.tables[index];
    reader->tally = (struct rv_tally){ 0 };
    reader->row = rv_realloc(reader->row, (size_t)reader->table->column_count, sizeof *reader->row);
    return read_frame(reader, err);
}

static int
end_table(struct rv_backup_reader *reader, rv_err *err)
{
    if (expect(reader, 'E', 24, err) < 0)
        return err->code;
    const char *bytes = reader->frame.data;
    const struct rv_tally said = { .rows = (int64_t)number_at(bytes, 8),
                                   .low = number_at(bytes + 8, 8),
                                   .high = number_at(bytes + 16, 8) };
    if (!rv_tally_equal(&said, &reader->tally))
        return fail_damaged(reader, "damaged (its rows are not those that were counted)", err);
    reader->all_rows += said.rows;
    reader->table = NULL;
    return read_frame(reader, err);
}

static int
next_row(void *arg, struct rv_flow_row *row, rv_err *err)
{
    struct rv_backup_reader *reader = arg;

    while (reader->letter == 'R' && reader->used == reader->frame.len)
        if (read_frame(reader, err) < 0)
            return err->code;
    if (reader->letter != 'R')
        return end_table(reader, err);
    const char *bytes = reader->frame.data + reader->used;
    int64_t used =
        rv_row_decode(reader->row, reader->table, bytes, reader->frame.len - reader->used, err);
    if (used <= 0)
        return fail_damaged(reader, "damaged", err);
    reader->used += (size_t)used;
    rv_tally_add(&reader->tally, bytes, (size_t)used);
    *row = (struct rv_flow_row){ .values = reader->row, .bytes = bytes, .len = (size_t)used };
    return 1;
}

struct rv_flow_source
rv_source_of_backup(struct rv_backup_reader *reader)
{
    return (struct rv_flow_source){
        .layout = &reader->layout, .arg = reader, .table = begin_table, .row = next_row
    };
}

int
rv_backup_read_end(struct rv_backup_reader *reader, rv_err *err)
{
    RV_AUTO_JSON cJSON *end = NULL;

    if (expect(reader, 'Z', 0, err) < 0)
        return err->code;
    if (rv_json_parse(&end, reader->frame.data, reader->frame.len, HEAD_MAX_BYTES, 0, err) < 0 ||
        rv_json_int(end, "rows", -1) != reader->all_rows || fgetc(reader->file) != EOF)
        return fail_damaged(reader, "damaged", err);
    return 0;
}
