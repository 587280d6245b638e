/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading archives. Every number in one is a stranger's: offsets are compared with what is there
 * before they are used, sizes with the limits before anything is unpacked, and the unpacked bytes
 * with the directory's size and checksum afterwards.
 */
#include "tree/zip.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>
#include "base/mem.h"
#include "base/text.h"
#include "tree/zip_format.h"

const struct rv_ae_zip_limits rv_ae_zip_default_limits = {
    .most_files = 200000, .most_bytes = 512u << 20, .most_file_bytes = 16u << 20, .most_ratio = 100
};

#define SMALL_BYTES (64u << 10)

struct entry {
    char name[ZIP_NAME_MAX + 1];
    unsigned flags, method;
    uint32_t checksum, packed, unpacked, offset;
};

struct reader {
    const unsigned char *bytes;
    size_t len;
    const struct rv_ae_zip_limits *limits;
    size_t total; /* unpacked so far */
    struct rv_digest *names;
    size_t name_count;
    rv_err *err;
};

static unsigned
get16(const unsigned char *at)
{
    return (unsigned)at[0] | (unsigned)at[1] << 8;
}

static uint32_t
get32(const unsigned char *at)
{
    return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static int
fail(struct reader *r, const char *what)
{
    return rv_fail(r->err, RV_E_INVALID, "zip archive: %s", what);
}

static int
fail_entry(struct reader *r, const struct entry *entry, const char *what)
{
    return rv_fail(r->err, RV_E_INVALID, "zip archive: '%.200s': %s", entry->name, what);
}

int
rv_ae_zip_is(const char *bytes, size_t len)
{
    const unsigned char *at = (const unsigned char *)bytes;

    return len >= 4 && (get32(at) == ZIP_LOCAL_MAGIC || get32(at) == ZIP_END_MAGIC);
}

/* The last record, behind which there is a comment of at most 64 KiB. */
static const unsigned char *
find_end(const struct reader *r)
{
    size_t farthest = ZIP_END_BYTES + 0xffff;

    for (size_t back = ZIP_END_BYTES; back <= r->len && back <= farthest; back++) {
        const unsigned char *at = r->bytes + r->len - back;
        if (get32(at) == ZIP_END_MAGIC && get16(at + 20) == back - ZIP_END_BYTES)
            return at;
    }
    return NULL;
}

static uint64_t
get64(const unsigned char *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

/* With 65,535 files or more, what the last record cannot say stands in another one before it. */
static int
find_many(struct reader *r, const unsigned char *end, uint64_t *offset, uint64_t *size,
          uint64_t *count)
{
    size_t before = (size_t)(end - r->bytes);
    const unsigned char *place = before >= ZIP_PLACE64_BYTES ? end - ZIP_PLACE64_BYTES : NULL;

    if (place == NULL || get32(place) != ZIP_PLACE64_MAGIC)
        return fail(r, "its directory is damaged");
    uint64_t at = get64(place + 8);
    if (at > before || before - at < ZIP_END64_BYTES || get32(r->bytes + at) != ZIP_END64_MAGIC)
        return fail(r, "its directory is damaged");
    *count = get64(r->bytes + at + 32);
    *size = get64(r->bytes + at + 40);
    *offset = get64(r->bytes + at + 48);
    return 0;
}

/* Where the directory begins, how long it is and how many files it lists. */
static int
find_directory(struct reader *r, const unsigned char **at, size_t *size, size_t *count)
{
    const unsigned char *end = find_end(r);

    if (end == NULL)
        return fail(r, "its directory is missing: is the file whole?");
    if (get16(end + 4) || get16(end + 6) || get16(end + 8) != get16(end + 10))
        return fail(r, "it has more than one volume");
    uint64_t files = get16(end + 10), bytes = get32(end + 12), offset = get32(end + 16);
    if (files == ZIP_MANY && find_many(r, end, &offset, &bytes, &files) < 0)
        return r->err->code;
    uint64_t before = (uint64_t)(end - r->bytes);
    if (offset > before || bytes > before - offset)
        return fail(r, "its directory lies outside of it");
    if (files > r->limits->most_files)
        return rv_fail(r->err, RV_E_LIMIT, "zip archive: %llu files, more than %zu",
                       (unsigned long long)files, r->limits->most_files);
    *count = (size_t)files;
    *size = (size_t)bytes;
    *at = r->bytes + offset;
    return 0;
}

int
rv_ae_zip_name_is_safe(const char *name)
{
    const char *part = name;

    for (const char *at = name;; at++) {
        if (*at == '/' || *at == '\0') {
            size_t len = (size_t)(at - part);
            int ends_folder = *at == '\0' && len == 0 && at != name;
            if ((len == 0 && !ends_folder) || (len == 1 && part[0] == '.') ||
                (len == 2 && part[0] == '.' && part[1] == '.'))
                return 0;
            part = at + 1;
        }
        if (*at == '\0')
            return 1;
        if ((unsigned char)*at < 0x20 || *at == 0x7f || *at == '\\' || *at == ':')
            return 0;
    }
}

/* Reads one line of the directory; *size is how long it is. */
static int
read_entry(struct reader *r, struct entry *out, const unsigned char *at, size_t left, size_t *size)
{
    if (left < ZIP_CENTRAL_BYTES || get32(at) != ZIP_CENTRAL_MAGIC)
        return fail(r, "its directory is damaged");
    size_t name_len = get16(at + 28);
    *size = ZIP_CENTRAL_BYTES + name_len + get16(at + 30) + get16(at + 32);
    if (*size > left)
        return fail(r, "its directory is damaged");
    if (name_len > ZIP_NAME_MAX)
        return rv_fail(r->err, RV_E_LIMIT, "zip archive: a name of %zu bytes", name_len);
    *out = (struct entry){ .flags = get16(at + 8),
                           .method = get16(at + 10),
                           .checksum = get32(at + 16),
                           .packed = get32(at + 20),
                           .unpacked = get32(at + 24),
                           .offset = get32(at + 42) };
    memcpy(out->name, at + ZIP_CENTRAL_BYTES, name_len);
    if (!rv_utf8_valid(out->name, name_len) || !rv_ae_zip_name_is_safe(out->name))
        return fail(r, "a name that is not one of a file below the archive's root");
    if (out->flags & ZIP_FLAG_ENCRYPTED)
        return fail_entry(r, out, "encrypted");
    if (out->method != ZIP_STORED && out->method != ZIP_DEFLATED)
        return fail_entry(r, out, "packed in a way that is not known: only deflate is read");
    return 0;
}

static int
check_limits(struct reader *r, const struct entry *entry)
{
    const struct rv_ae_zip_limits *limits = r->limits;

    if (entry->unpacked > limits->most_file_bytes)
        return rv_fail(r->err, RV_E_LIMIT, "zip archive: '%.200s' has %u bytes, more than %zu",
                       entry->name, entry->unpacked, limits->most_file_bytes);
    r->total += entry->unpacked;
    if (r->total > limits->most_bytes)
        return rv_fail(r->err, RV_E_LIMIT, "zip archive: more than %zu bytes unpacked",
                       limits->most_bytes);
    if (entry->unpacked > SMALL_BYTES &&
        entry->unpacked / limits->most_ratio > (size_t)entry->packed)
        return rv_fail(r->err, RV_E_LIMIT,
                       "zip archive: '%.200s' grows to more than %zu times its size", entry->name,
                       limits->most_ratio);
    return 0;
}

static int
find_data(struct reader *r, const struct entry *entry, const unsigned char **out)
{
    if (entry->offset > r->len || r->len - entry->offset < ZIP_LOCAL_BYTES)
        return fail_entry(r, entry, "it lies outside of the archive");
    const unsigned char *at = r->bytes + entry->offset;
    size_t head = ZIP_LOCAL_BYTES + get16(at + 26) + get16(at + 28);
    size_t left = r->len - entry->offset;
    if (get32(at) != ZIP_LOCAL_MAGIC || head > left || entry->packed > left - head)
        return fail_entry(r, entry, "it lies outside of the archive");
    *out = at + head;
    return 0;
}

static int
inflate_into(char *out, size_t size, const unsigned char *data, size_t len)
{
    z_stream z = { .next_in = (unsigned char *)(uintptr_t)data,
                   .avail_in = (uInt)len,
                   .next_out = (unsigned char *)out,
                   .avail_out = (uInt)size };

    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return 0;
    int ended = inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == size;
    inflateEnd(&z);
    return ended;
}

/* One byte more than the file has, so that an empty one has somewhere to end. */
static int
unpack(struct reader *r, const struct entry *entry, char *out)
{
    const unsigned char *data = NULL;

    if (find_data(r, entry, &data) < 0)
        return r->err->code;
    if (entry->method == ZIP_STORED) {
        if (entry->packed != entry->unpacked)
            return fail_entry(r, entry, "its two sizes differ");
        memcpy(out, data, entry->unpacked);
    } else if (!inflate_into(out, entry->unpacked, data, entry->packed)) {
        return fail_entry(r, entry, "damaged");
    }
    if (crc32(0, (const unsigned char *)out, entry->unpacked) != entry->checksum)
        return fail_entry(r, entry, "its checksum is wrong");
    return 0;
}

static int
by_digest(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct rv_digest));
}

static int
check_names(struct reader *r)
{
    if (r->name_count)
        qsort(r->names, r->name_count, sizeof(*r->names), by_digest);
    for (size_t i = 1; i < r->name_count; i++)
        if (by_digest(&r->names[i - 1], &r->names[i]) == 0)
            return fail(r, "it has a name twice");
    return 0;
}

typedef int (*visit)(struct reader *r, const struct entry *entry, void *arg);

static int
each_entry(struct reader *r, visit fn, void *arg)
{
    const unsigned char *at = NULL;
    size_t left = 0, count = 0, size = 0;
    struct entry entry;

    if (find_directory(r, &at, &left, &count) < 0)
        return r->err->code;
    for (size_t i = 0; i < count; i++, at += size, left -= size) {
        if (read_entry(r, &entry, at, left, &size) < 0)
            return r->err->code;
        int is_folder = entry.name[strlen(entry.name) - 1] == '/';
        if (!is_folder && fn(r, &entry, arg) < 0)
            return r->err->code;
    }
    return 0;
}

static int
note(struct reader *r, const struct entry *entry, void *arg)
{
    (void)arg;
    if ((r->name_count & (r->name_count - 1)) == 0)
        r->names = rv_realloc(r->names, r->name_count ? r->name_count * 2 : 1, sizeof(*r->names));
    r->names[r->name_count++] = rv_digest_of(entry->name, strlen(entry->name));
    return check_limits(r, entry);
}

struct handing {
    int (*fn)(void *arg, const char *path, const char *data, size_t len, rv_err *err);
    void *arg;
};

static int
hand(struct reader *r, const struct entry *entry, void *arg)
{
    const struct handing *handing = arg;
    RV_AUTO_FREE char *data = rv_alloc((size_t)entry->unpacked + 1);

    if (unpack(r, entry, data) < 0)
        return r->err->code;
    return handing->fn(handing->arg, entry->name, data, entry->unpacked, r->err);
}

int
rv_ae_zip_read(const char *bytes, size_t len, const struct rv_ae_zip_limits *limits,
               int (*fn)(void *arg, const char *path, const char *data, size_t len, rv_err *err),
               void *arg, rv_err *err)
{
    struct reader r = {
        .bytes = (const unsigned char *)bytes, .len = len, .limits = limits, .err = err
    };
    struct handing handing = { .fn = fn, .arg = arg };

    /* All of the directory is looked at before anything is unpacked. */
    int rc = each_entry(&r, note, NULL);
    if (rc == 0)
        rc = check_names(&r);
    free(r.names);
    return rc < 0 ? rc : each_entry(&r, hand, &handing);
}
