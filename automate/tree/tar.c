/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading: head, contents, head, contents. Every number in one is a stranger's; nothing is unpacked
 * that the limits do not allow.
 */
#include "tree/tar.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>
#include "base/mem.h"
#include "base/text.h"
#include "tree/tar_format.h"

enum { NAME_MAX_BYTES = 1024, MORE_MAX_BYTES = 64 << 10 };

struct reader {
    z_stream z;
    const struct rv_ae_zip_limits *limits;
    int (*fn)(void *arg, const char *path, const char *data, size_t len, rv_err *err);
    void *arg;
    char name[NAME_MAX_BYTES + 1];
    char long_name[NAME_MAX_BYTES + 1]; /* of the next file; "": it stands in its head */
    size_t files, total;
    struct rv_digest *names;
    rv_err *err;
};

_Static_assert(sizeof(struct tar_head) == TAR_BLOCK, "a head is a block");

int
rv_ae_tar_is(const char *bytes, size_t len)
{
    return len >= 3 && memcmp(bytes, "\x1f\x8b\x08", 3) == 0;
}

unsigned
tar_checksum(const struct tar_head *head)
{
    const unsigned char *bytes = (const unsigned char *)head;
    size_t from = offsetof(struct tar_head, checksum), to = from + sizeof(head->checksum);
    unsigned sum = 0;

    for (size_t i = 0; i < sizeof(*head); i++)
        sum += i >= from && i < to ? ' ' : bytes[i];
    return sum;
}

static int
fail(struct reader *r, const char *what)
{
    return rv_fail(r->err, RV_E_INVALID, "tar archive: %s", what);
}

static int
fail_file(struct reader *r, const char *what)
{
    return rv_fail(r->err, RV_E_INVALID, "tar archive: '%.200s': %s", r->name, what);
}

/* Unpacks so many bytes. Fewer only at the end; negative when they are damaged. */
static int64_t
unpack(struct reader *r, void *out, size_t wanted)
{
    int done = Z_OK;

    r->z.next_out = out;
    r->z.avail_out = (uInt)wanted;
    while (r->z.avail_out > 0 && done == Z_OK)
        done = inflate(&r->z, Z_NO_FLUSH);
    if (done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR)
        return fail(r, "damaged");
    return (int64_t)(wanted - r->z.avail_out);
}

static int
unpack_all(struct reader *r, void *out, size_t wanted)
{
    int64_t got = unpack(r, out, wanted);

    if (got >= 0 && (size_t)got < wanted)
        return fail(r, "it ends in the middle: is the file whole?");
    return got < 0 ? r->err->code : 0;
}

static int
is_empty(const struct tar_head *head)
{
    static const struct tar_head empty;

    return memcmp(head, &empty, sizeof(empty)) == 0;
}

/* Digits with blanks before and a blank, or nothing, behind. */
static int
read_octal(struct reader *r, uint64_t *out, const char *field, size_t len)
{
    size_t i = 0;

    *out = 0;
    while (i < len && field[i] == ' ')
        i++;
    for (; i < len && field[i] >= '0' && field[i] <= '7'; i++)
        *out = *out << 3 | (uint64_t)(field[i] - '0');
    return i == len || field[i] == ' ' || field[i] == '\0' ? 0 : fail(r, "a damaged number");
}

/* "./" before a name is that of `tar czf FILE .`. */
static int
take_name(struct reader *r, const struct tar_head *head)
{
    const char *from = r->long_name;
    char whole[sizeof(head->prefix) + sizeof(head->name) + 2];
    int has_prefix = memcmp(head->magic, "ustar", 6) == 0 && head->prefix[0];

    snprintf(whole, sizeof(whole), "%.*s%s%.*s", has_prefix ? (int)sizeof(head->prefix) : 0,
             head->prefix, has_prefix ? "/" : "", (int)sizeof(head->name), head->name);
    if (*from == '\0')
        from = whole;
    while (from[0] == '.' && from[1] == '/')
        from += 2;
    snprintf(r->name, sizeof(r->name), "%s", from);
    r->long_name[0] = '\0';
    if (*r->name && (!rv_utf8_valid(r->name, strlen(r->name)) || !rv_ae_zip_name_is_safe(r->name)))
        return fail(r, "a name that is not one of a file below the archive's root");
    return 0;
}

static int
keep_long_name(struct reader *r, const char *name, size_t len)
{
    if (len > NAME_MAX_BYTES || memchr(name, '\0', len))
        return rv_fail(r->err, RV_E_LIMIT, "tar archive: a name of %zu bytes", len);
    memcpy(r->long_name, name, len);
    r->long_name[len] = '\0';
    return 0;
}

/* Lines "LENGTH KEY=VALUE\n", of which the length counts all. */
static int
read_more(struct reader *r, const char *text, size_t len)
{
    static const char key[] = "path=";

    for (size_t at = 0; at < len;) {
        size_t size = 0, digits = at;
        while (digits < len && digits - at < 6 && text[digits] >= '0' && text[digits] <= '9')
            size = size * 10 + (size_t)(text[digits++] - '0');
        size_t head = digits + 1 - at;
        if (digits == at || digits >= len || text[digits] != ' ' || size <= head ||
            size > len - at || text[at + size - 1] != '\n')
            return fail(r, "a damaged extended head");
        const char *line = text + digits + 1;
        size_t line_len = size - head - 1;
        if (line_len >= sizeof(key) - 1 && memcmp(line, key, sizeof(key) - 1) == 0 &&
            keep_long_name(r, line + sizeof(key) - 1, line_len - (sizeof(key) - 1)) < 0)
            return r->err->code;
        at += size;
    }
    return 0;
}

static int
check_limits(struct reader *r, uint64_t size)
{
    const struct rv_ae_zip_limits *limits = r->limits;

    if (size > limits->most_file_bytes)
        return rv_fail(r->err, RV_E_LIMIT, "tar archive: '%.200s' has %llu bytes, more than %zu",
                       r->name, (unsigned long long)size, limits->most_file_bytes);
    r->total += (size_t)size;
    if (r->total > limits->most_bytes)
        return rv_fail(r->err, RV_E_LIMIT, "tar archive: more than %zu bytes unpacked",
                       limits->most_bytes);
    if (r->files == limits->most_files)
        return rv_fail(r->err, RV_E_LIMIT, "tar archive: more than %zu files", limits->most_files);
    return 0;
}

static void
note_name(struct reader *r)
{
    if ((r->files & (r->files - 1)) == 0)
        r->names = rv_realloc(r->names, r->files ? r->files * 2 : 1, sizeof(*r->names));
    r->names[r->files++] = rv_digest_of(r->name, strlen(r->name));
}

static int
hand_over(struct reader *r, char type, const char *data, size_t len)
{
    switch (type) {
    case TAR_FILE:
    case TAR_FILE_OLD:
    case TAR_FILE_DENSE:
        note_name(r);
        return r->fn(r->arg, r->name, data, len, r->err);
    case TAR_LONG_NAME:
        return keep_long_name(r, data, strnlen(data, len));
    case TAR_MORE:
        return read_more(r, data, len);
    case TAR_FOLDER:
    case TAR_MORE_OF_ALL:
        return 0;
    default:
        return fail_file(r, "neither a file nor a folder");
    }
}

static int
is_about_next(char type)
{
    return type == TAR_MORE || type == TAR_LONG_NAME || type == TAR_MORE_OF_ALL;
}

/* What stands behind the head: the contents, up to the end of their last block. */
static int
read_file(struct reader *r, const struct tar_head *head)
{
    uint64_t size = 0, checksum = 0;

    if (read_octal(r, &checksum, head->checksum, sizeof(head->checksum)) < 0)
        return r->err->code;
    if (checksum != tar_checksum(head))
        return fail(r, "a damaged head");
    if (read_octal(r, &size, head->size, sizeof(head->size)) < 0 ||
        (!is_about_next(head->type) && take_name(r, head) < 0))
        return r->err->code;
    if (!is_about_next(head->type) && head->type != TAR_FOLDER && *r->name == '\0')
        return fail(r, "a file without a name");
    if (is_about_next(head->type) && size > MORE_MAX_BYTES)
        return fail(r, "an extended head of more than 64 KiB");
    if (check_limits(r, size) < 0)
        return r->err->code;
    size_t whole = ((size_t)size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    RV_AUTO_FREE char *data = rv_alloc(whole + 1);
    if (unpack_all(r, data, whole) < 0)
        return r->err->code;
    return hand_over(r, head->type, data, (size_t)size);
}

static int
read_files(struct reader *r)
{
    struct tar_head head;
    int64_t got;

    while ((got = unpack(r, &head, sizeof(head))) == sizeof(head) && !is_empty(&head))
        if (read_file(r, &head) < 0)
            return r->err->code;
    if (got < 0)
        return r->err->code;
    return got == sizeof(head) ? 0 : fail(r, "it ends in the middle: is the file whole?");
}

static int
by_digest(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct rv_digest));
}

static int
check_names(struct reader *r)
{
    if (r->files)
        qsort(r->names, r->files, sizeof(*r->names), by_digest);
    for (size_t i = 1; i < r->files; i++)
        if (by_digest(&r->names[i - 1], &r->names[i]) == 0)
            return fail(r, "it has a name twice");
    return 0;
}

int
rv_ae_tar_read(const char *bytes, size_t len, const struct rv_ae_zip_limits *limits,
               int (*fn)(void *arg, const char *path, const char *data, size_t len, rv_err *err),
               void *arg, rv_err *err)
{
    struct reader r = { .z = { .next_in = (unsigned char *)(uintptr_t)bytes,
                               .avail_in = (uInt)len },
                        .limits = limits,
                        .fn = fn,
                        .arg = arg,
                        .err = err };

    if (len > UINT32_MAX)
        return rv_fail(err, RV_E_LIMIT, "tar archive: too large");
    if (inflateInit2(&r.z, 16 + MAX_WBITS) != Z_OK)
        return rv_fail(err, RV_E_INTERNAL, "zlib cannot be used");
    int rc = read_files(&r);
    if (rc == 0)
        rc = check_names(&r);
    inflateEnd(&r.z);
    free(r.names);
    return rc;
}
