/* SPDX-License-Identifier: Apache-2.0
 *
 * The key file: one line, "reeve-key-1 " and 32 bytes in base64. It is made
 * under another name and linked into place, so that nobody ever reads half a
 * key and of two processes that start at once one wins and both use its key.
 */
#include "base/secret_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/text.h"

#define PREFIX "reeve-key-1 "

enum { MAX_FILE_BYTES = 256 };

static void
name_key(struct rv_key *key)
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
decode_key(struct rv_key *key, const rv_buf *file, rv_err *err)
{
    const char *text = rv_buf_text(file);
    size_t prefix_len = strlen(PREFIX);
    rv_buf bytes = rv_buf_limited(sizeof(key->bytes));
    int wrong = strncmp(text, PREFIX, prefix_len) != 0 || strlen(text) != file->len ||
                rv_base64_decode(&bytes, text + prefix_len, file->len - prefix_len, err) ||
                bytes.len != sizeof(key->bytes);
    if (!wrong)
        memcpy(key->bytes, bytes.data, sizeof(key->bytes));
    rv_buf_wipe(&bytes);
    if (!wrong)
        return 0;
    rv_fail(err, RV_E_INVALID, "not a key of Reeve");
    return rv_hint(err, "put the right key file back; without it stored secrets cannot be read");
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
        failed = decode_key(key, &file, err);
    rv_buf_wipe(&file);
    return failed;
}

static int
write_new_key(const char *path, rv_err *err)
{
    RV_AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return rv_fail_errno(err, "create '%s'", path);
    unsigned char bytes[32];
    randombytes_buf(bytes, sizeof(bytes));
    rv_buf text = rv_buf_limited(MAX_FILE_BYTES);
    rv_buf_add_string(&text, PREFIX);
    rv_base64_encode(&text, bytes, sizeof(bytes));
    rv_buf_add_char(&text, '\n');
    ssize_t written = write(fd, text.data, text.len);
    int whole = written == (ssize_t)text.len;
    rv_wipe(bytes, sizeof(bytes));
    rv_buf_wipe(&text);
    if (written >= 0 && !whole)
        errno = ENOSPC;
    if (!whole || fsync(fd) != 0)
        return rv_fail_errno(err, "write '%s'", path);
    return 0;
}

/* So that the new name outlives a power cut. */
static int
sync_folder(const char *path, rv_err *err)
{
    RV_AUTO_FREE char *copy = rv_strdup(path);
    const char *folder = dirname(copy);
    RV_AUTO_FD int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return rv_fail_errno(err, "sync folder '%s'", folder);
    return 0;
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
    return failed ? failed : sync_folder(path, err);
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

int
rv_key_load(struct rv_key **out, const char *path, rv_err *err)
{
    rv_secret_start();
    *out = NULL;
    /* Locked memory between guard pages, never in a core dump. */
    struct rv_key *key = sodium_malloc(sizeof(*key));
    if (key == NULL)
        return rv_fail(err, RV_E_UNAVAILABLE, "out of memory for a key");
    if (load_or_make(key, path, err)) {
        sodium_free(key);
        return rv_wrap(err, "key file '%s'", path);
    }
    name_key(key);
    *out = key;
    return 0;
}

void
rv_key_free(struct rv_key *key)
{
    sodium_free(key);
}
