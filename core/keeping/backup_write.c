/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing a backup: under another name, and only what is whole gets its own.
 */
#include "keeping/backup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#define BLOCK_BYTES (512u << 10)
#define HEAD_MAX_BYTES (8u << 20)

static const char magic[] = "REEVEBAK1\n";

struct rv_backup_writer {
    char *path, *part;
    int fd;
    const struct rv_layout *layout;
    int table;
    rv_buf rows;
    int64_t bytes, all_rows;
};

static int
fail_write(const struct rv_backup_writer *writer, int number, rv_err *err)
{
    errno = number;
    rv_fail_errno(err, "write '%s'", writer->part);
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        rv_hint(err, "free space there, or write the backup to another file system; nothing of it "
                     "was kept");
    return err->code;
}

static int
put(struct rv_backup_writer *writer, const void *bytes, size_t len, rv_err *err)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t done = write(writer->fd, at, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail_write(writer, errno, err);
        at += done;
        len -= (size_t)done;
        writer->bytes += done;
    }
    return 0;
}

static void
add_number(rv_buf *out, uint64_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        rv_buf_add_char(out, (char)(number >> (8 * i)));
}

static int
put_frame(struct rv_backup_writer *writer, char letter, const void *bytes, size_t len, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf ends = rv_buf_limited(64);

    rv_buf_add_char(&ends, letter);
    add_number(&ends, len, 4);
    uint64_t hash = rv_hash64(bytes, len, rv_hash64(ends.data, ends.len, 0));
    if (put(writer, ends.data, ends.len, err) < 0 || put(writer, bytes, len, err) < 0)
        return err->code;
    rv_buf_reset(&ends);
    add_number(&ends, hash, 8);
    return put(writer, ends.data, ends.len, err);
}

int
rv_backup_create(struct rv_backup_writer **out, const char *path, int flags, rv_err *err)
{
    struct stat about;

    if (lstat(path, &about) == 0 && !(flags & RV_KEEP_OVERWRITE)) {
        rv_fail(err, RV_E_CONFLICT, "'%s' is there already", path);
        return rv_hint(err, "choose another name, or give --overwrite");
    }
    if (lstat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return rv_fail(err, RV_E_INVALID, "'%s' is not a regular file", path);
    struct rv_backup_writer *writer = rv_alloc(sizeof *writer);
    writer->path = rv_strdup(path);
    writer->part = rv_format("%s.part", path);
    writer->rows = rv_buf_limited(RV_ROW_MAX_BYTES + BLOCK_BYTES);
    unlink(writer->part); /* of one that was killed */
    writer->fd = open(writer->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (writer->fd < 0) {
        rv_fail_errno(err, "create '%s'", writer->part);
        free(writer->part);
        writer->part = NULL;
        rv_backup_writer_free(writer);
        return err->code;
    }
    *out = writer;
    return 0;
}

void
rv_backup_writer_free(struct rv_backup_writer *writer)
{
    if (!writer)
        return;
    if (writer->fd >= 0)
        close(writer->fd);
    if (writer->part)
        unlink(writer->part);
    rv_buf_free(&writer->rows);
    free(writer->part);
    free(writer->path);
    free(writer);
}

static int
put_json(struct rv_backup_writer *writer, char letter, const cJSON *json, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(HEAD_MAX_BYTES);

    if (rv_json_canonical(&text, json) < 0 || rv_buf_check(&text, err) < 0)
        return rv_fail(err, RV_E_LIMIT, "the backup's description is too large");
    return put_frame(writer, letter, text.data, text.len, err);
}

int
rv_backup_head(struct rv_backup_writer *writer, const cJSON *head, const char *key, rv_err *err)
{
    if (put(writer, magic, sizeof magic - 1, err) < 0 || put_json(writer, 'H', head, err) < 0)
        return err->code;
    return key ? put_frame(writer, 'K', key, strlen(key), err) : 0;
}

static int
put_rows(struct rv_backup_writer *writer, rv_err *err)
{
    if (rv_buf_check(&writer->rows, err) < 0)
        return err->code;
    if (writer->rows.len && put_frame(writer, 'R', writer->rows.data, writer->rows.len, err) < 0)
        return err->code;
    rv_buf_reset(&writer->rows);
    return 0;
}

static int
take_table(void *arg, int index, rv_err *err)
{
    struct rv_backup_writer *writer = arg;
    RV_AUTO_BUF
    rv_buf number = rv_buf_limited(16);

    writer->table = index;
    add_number(&number, (uint64_t)index, 4);
    return put_frame(writer, 'T', number.data, number.len, err);
}

static int
take_row(void *arg, const struct rv_flow_row *row, rv_err *err)
{
    struct rv_backup_writer *writer = arg;

    rv_buf_add(&writer->rows, row->bytes, row->len);
    return writer->rows.len >= BLOCK_BYTES || writer->rows.failed ? put_rows(writer, err) : 0;
}

static int
end_table(void *arg, const struct rv_tally *tally, rv_err *err)
{
    struct rv_backup_writer *writer = arg;
    RV_AUTO_BUF
    rv_buf numbers = rv_buf_limited(64);

    if (put_rows(writer, err) < 0)
        return err->code;
    writer->all_rows += tally->rows;
    add_number(&numbers, (uint64_t)tally->rows, 8);
    add_number(&numbers, tally->low, 8);
    add_number(&numbers, tally->high, 8);
    return put_frame(writer, 'E', numbers.data, numbers.len, err);
}

struct rv_flow_sink
rv_sink_of_backup(struct rv_backup_writer *writer, const struct rv_layout *layout)
{
    writer->layout = layout;
    return (struct rv_flow_sink){
        .arg = writer, .table = take_table, .row = take_row, .end = end_table
    };
}

int
rv_backup_end(struct rv_backup_writer *writer, const char **part, int64_t *bytes, rv_err *err)
{
    RV_AUTO_JSON cJSON *end = cJSON_CreateObject();

    cJSON_AddNumberToObject(end, "rows", (double)writer->all_rows);
    cJSON_AddNumberToObject(end, "bytes", (double)writer->bytes);
    if (put_json(writer, 'Z', end, err) < 0)
        return err->code;
    if (fsync(writer->fd) != 0)
        return fail_write(writer, errno, err);
    *part = writer->part;
    *bytes = writer->bytes;
    return 0;
}

int
rv_backup_keep(struct rv_backup_writer *writer, rv_err *err)
{
    if (rename(writer->part, writer->path) != 0)
        return rv_fail_errno(err, "rename '%s' to '%s'", writer->part, writer->path);
    free(writer->part);
    writer->part = NULL;
    return rv_file_sync_folder(writer->path, err);
}
