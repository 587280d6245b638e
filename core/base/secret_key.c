/* SPDX-License-Identifier: Apache-2.0
 *
 * The key file: a line "reeve-key-1 " and 32 bytes in base64, and "#" and a label behind a blank
 * where the key was made by a rotation. The first line's key seals; further lines are old keys,
 * which are there until everything is sealed anew. The file is made under another name and linked
 * into place, so that nobody ever reads half a key and of two processes that start at once one wins
 * and both use its key; it is replaced by renaming.
 */
#include "base/secret_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#define PREFIX "reeve-key-1 "

enum { MAX_FILE_BYTES = 1024 };

static void
name_key(struct rv_key_one *key)
{
    unsigned char digest[crypto_generichash_BYTES];
    crypto_generichash(digest, sizeof(digest), key->bytes, sizeof(key->bytes),
                       (const unsigned char *)"reeve key id", 12);
    rv_hex(key->id, digest, 4);
}

static int
check_private(int fd, rv_err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return rv_fail_errno(err, "look at the file");
    if (!S_ISREG(st.st_mode))
        return rv_fail(err, RV_E_INVALID, "not a regular file");
    if (st.st_mode & 077) {
        rv_fail(err, RV_E_PERMISSION, "others than its owner have access to the file (mode %04o)",
                (unsigned)(st.st_mode & 07777));
        return rv_hint(err, "run chmod 600 on it; if others may have read it, change the secrets");
    }
    return 0;
}

static int
fail_key(rv_err *err)
{
    rv_err_clear(err);
    rv_fail(err, RV_E_INVALID,
            "not a key of Reeve: a line of 'reeve-key-1 ' and 44 characters of base64");
    return rv_hint(err, "put the right key file back; without it stored secrets cannot be read");
}

/* One line: prefix, key, perhaps a label. */
static int
decode_line(struct rv_key *ring, const char *line, size_t len, rv_err *err)
{
    size_t prefix_len = strlen(PREFIX);
    if (ring->count == RV_KEYS_MOST || len < prefix_len || memcmp(line, PREFIX, prefix_len) != 0)
        return fail_key(err);
    struct rv_key_one *key = &ring->keys[ring->count];
    const char *text = line + prefix_len;
    const char *blank = memchr(text, ' ', len - prefix_len);
    size_t text_len = blank ? (size_t)(blank - text) : len - prefix_len;
    const char *label = blank && blank[1] == '#' ? blank + 2 : "";
    size_t label_len = *label ? len - (size_t)(label - line) : 0;
    rv_buf bytes = rv_buf_limited(sizeof(key->bytes));
    int wrong = label_len >= sizeof(key->label) || (blank && blank[1] != '#') ||
                rv_base64_decode(&bytes, text, text_len, err) || bytes.len != sizeof(key->bytes);
    if (!wrong) {
        memcpy(key->bytes, bytes.data, sizeof(key->bytes));
        memcpy(key->label, label, label_len);
        key->label[label_len] = '\0';
        name_key(key);
        ring->count++;
    }
    rv_buf_wipe(&bytes);
    return wrong ? fail_key(err) : 0;
}

static int
decode_key(struct rv_key *ring, const char *text, size_t len, rv_err *err)
{
    const char *at = text, *end = at + len;
    ring->count = 0;
    if (strlen(at) != len || len == 0 || len > MAX_FILE_BYTES)
        return fail_key(err);
    while (at < end) {
        size_t line_len = strcspn(at, "\n");
        if (decode_line(ring, at, line_len, err))
            return err->code;
        at += line_len + 1;
    }
    return 0;
}

int
rv_key_check(const char *text, rv_err *err)
{
    rv_secret_start();
    struct rv_key *key = sodium_malloc(sizeof(*key));
    if (key == NULL)
        return rv_fail(err, RV_E_UNAVAILABLE, "out of memory for a key");
    int failed = decode_key(key, text, strlen(text), err);
    sodium_free(key);
    return failed;
}

static int
read_key(struct rv_key *key, int fd, rv_err *err)
{
    int failed = check_private(fd, err);
    if (failed)
        return failed;
    rv_buf file = rv_buf_limited(MAX_FILE_BYTES);
    failed = rv_buf_read_fd(&file, fd, err);
    if (!failed)
        failed = decode_key(key, rv_buf_text(&file), file.len, err);
    rv_buf_wipe(&file);
    return failed;
}

static void
make_key(struct rv_key_one *key, const char *label)
{
    randombytes_buf(key->bytes, sizeof(key->bytes));
    snprintf(key->label, sizeof(key->label), "%s", label);
    name_key(key);
}

static void
print_ring(rv_buf *out, const struct rv_key *ring)
{
    for (int i = 0; i < ring->count; i++) {
        const struct rv_key_one *key = &ring->keys[i];
        rv_buf_add_string(out, PREFIX);
        rv_base64_encode(out, key->bytes, sizeof(key->bytes));
        rv_buf_addf(out, "%s%s\n", key->label[0] ? " #" : "", key->label);
    }
}

static int
write_ring(const struct rv_key *ring, const char *path, rv_err *err)
{
    RV_AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return rv_fail_errno(err, "create '%s'", path);
    rv_buf text = rv_buf_limited(MAX_FILE_BYTES);
    print_ring(&text, ring);
    ssize_t written = write(fd, text.data, text.len);
    int whole = written == (ssize_t)text.len;
    rv_buf_wipe(&text);
    if (written >= 0 && !whole)
        errno = ENOSPC;
    if (!whole || fsync(fd) != 0)
        return rv_fail_errno(err, "write '%s'", path);
    return 0;
}

static int
write_new_key(const char *path, rv_err *err)
{
    struct rv_key *ring = sodium_malloc(sizeof(*ring));
    if (ring == NULL)
        return rv_fail(err, RV_E_UNAVAILABLE, "out of memory for a key");
    ring->count = 1;
    make_key(&ring->keys[0], "");
    int failed = write_ring(ring, path, err);
    sodium_free(ring);
    return failed;
}

static int
make_key_file(const char *path, rv_err *err)
{
    char random[17];
    rv_random_hex(random, 8);
    RV_AUTO_FREE char *other_path = rv_format("%s.%s.new", path, random);
    int failed = write_new_key(other_path, err);
    if (!failed && link(other_path, path) != 0 && errno != EEXIST)
        failed = rv_fail_errno(err, "link '%s'", path);
    unlink(other_path);
    return failed ? failed : rv_file_sync_folder(path, err);
}

static int
load_or_make(struct rv_key *key, const char *path, rv_err *err)
{
    RV_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        int failed = make_key_file(path, err);
        if (failed)
            return failed;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return rv_fail_errno(err, "open");
    return read_key(key, fd, err);
}

/* A replacement that was not finished. Its name is fixed, so that no copy of a key is left about.
 */
static char *
replacement_path(const char *path)
{
    return rv_format("%s.new", path);
}

int
rv_key_load(struct rv_key **out, const char *path, rv_err *err)
{
    RV_AUTO_FREE char *unfinished = replacement_path(path);
    rv_secret_start();
    *out = NULL;
    unlink(unfinished);
    /* Locked memory between guard pages, never in a core dump. */
    struct rv_key *key = sodium_malloc(sizeof(*key));
    if (key == NULL)
        return rv_fail(err, RV_E_UNAVAILABLE, "out of memory for a key");
    if (load_or_make(key, path, err)) {
        sodium_free(key);
        return rv_wrap(err, "key file '%s'", path);
    }
    *out = key;
    return 0;
}

static int
same_keys(const struct rv_key *one, const struct rv_key *other)
{
    int same = one->count == other->count;
    for (int i = 0; same && i < one->count; i++)
        same = sodium_memcmp(one->keys[i].bytes, other->keys[i].bytes,
                             sizeof(one->keys[i].bytes)) == 0;
    return same;
}

int
rv_key_is_file(const struct rv_key *key, const char *path, rv_err *err)
{
    RV_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rv_fail_errno(err, "open key file '%s'", path);
    struct rv_key *found = sodium_malloc(sizeof(*found));
    if (found == NULL)
        return rv_fail(err, RV_E_UNAVAILABLE, "out of memory for a key");
    int same = read_key(found, fd, err) ? err->code : same_keys(key, found);
    sodium_free(found);
    return same < 0 ? rv_wrap(err, "key file '%s'", path) : same;
}

/* The file first: what is in memory only would seal what nobody can open after a crash. */
static int
replace(struct rv_key *key, const struct rv_key *with, const char *path, rv_err *err)
{
    RV_AUTO_FREE char *beside = replacement_path(path);
    unlink(beside);
    int failed = write_ring(with, beside, err);
    if (!failed && rename(beside, path) != 0)
        failed = rv_fail_errno(err, "rename to '%s'", path);
    if (failed) {
        unlink(beside);
        return failed;
    }
    *key = *with;
    return rv_file_sync_folder(path, err);
}

int
rv_key_begin(struct rv_key *key, const char *path, const char *label, rv_err *err)
{
    RV_ASSERT(strlen(label) < RV_KEY_LABEL_BYTES && strcspn(label, " \n") == strlen(label));
    if (strcmp(key->keys[0].label, label) == 0)
        return 0;
    if (key->count > 1)
        return rv_fail(err, RV_E_CONFLICT, "another new key is taking over");
    struct rv_key *with = sodium_malloc(sizeof(*with));
    if (with == NULL)
        return rv_fail(err, RV_E_UNAVAILABLE, "out of memory for a key");
    with->count = 2;
    make_key(&with->keys[0], label);
    with->keys[1] = key->keys[0];
    int failed = replace(key, with, path, err);
    sodium_free(with);
    return failed ? rv_wrap(err, "key file '%s'", path) : 0;
}

int
rv_key_retire(struct rv_key *key, const char *path, rv_err *err)
{
    if (key->count == 1)
        return 0;
    struct rv_key *with = sodium_malloc(sizeof(*with));
    if (with == NULL)
        return rv_fail(err, RV_E_UNAVAILABLE, "out of memory for a key");
    memset(with, 0, sizeof(*with));
    with->count = 1;
    with->keys[0] = key->keys[0];
    int failed = replace(key, with, path, err);
    sodium_free(with);
    return failed ? rv_wrap(err, "key file '%s'", path) : 0;
}

int
rv_key_count(const struct rv_key *key)
{
    return key->count;
}

const char *
rv_key_id(const struct rv_key *key, int index)
{
    return key->keys[index].id;
}

const char *
rv_key_label(const struct rv_key *key)
{
    return key->keys[0].label;
}

int
rv_key_is_current(const struct rv_key *key, const char *envelope)
{
    const char *id = key->keys[0].id;
    return strncmp(envelope, "v1:", 3) == 0 && strncmp(envelope + 3, id, strlen(id)) == 0 &&
           envelope[3 + strlen(id)] == ':';
}

void
rv_key_free(struct rv_key *key)
{
    sodium_free(key);
}
