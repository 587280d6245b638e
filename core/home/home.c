/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of the home. Runs in the supervisor, before there is any worker; workers
 * use the functions that read and write one file.
 */
#include "home/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/file.h"
#include "base/guid.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/url.h"

enum { FILE_MAX_BYTES = 64 * 1024 };

static const char yaml_head[] =
    "# Settings of this reeved. They lie over those in the store; the command line lies over "
    "them.\n"
    "# After a change: kill -HUP $(cat pid). `reeved --settings` tells what each is for.\n"
    "# listen, tls, store, region, zone and a few more are read at start only: man reeve.yaml.\n"
    "#\n"
    "# listen: 127.0.0.1:7400\n"
    "# tls:\n"
    "#   certificate: server.crt\n"
    "#   key: server.key\n"
    "# store: postgresql://reeve@localhost/reeve\n"
    "# workers:\n"
    "#   generic:\n"
    "#     count: 2\n"
    "#   api:\n"
    "#     count: 1\n"
    "# log:\n"
    "#   level: info\n";

char *
rv_home_path(const char *dir, const char *name)
{
    return rv_format("%s/%s", dir, name);
}

static int
write_all(int fd, const char *text, rv_err *err)
{
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t sent = write(fd, text, left);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return rv_fail_errno(err, "write");
        text += sent;
        left -= (size_t)sent;
    }
    return fsync(fd) ? rv_fail_errno(err, "sync") : 0;
}

static int
write_beside(const char *path, const char *text, unsigned mode, rv_err *err)
{
    unlink(path);
    RV_AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return rv_fail_errno(err, "create");
    return write_all(fd, text, err);
}

int
rv_home_write(const char *dir, const char *name, const char *text, unsigned mode, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_home_path(dir, name);
    RV_AUTO_FREE char *beside = rv_format("%s.new", path);
    if (write_beside(beside, text, mode, err)) {
        unlink(beside);
        return rv_wrap(err, "file '%s'", path);
    }
    if (rename(beside, path)) {
        rv_fail_errno(err, "rename to '%s'", path);
        unlink(beside);
        return err->code;
    }
    return rv_file_sync_folder(path, err);
}

void
rv_home_remove(const char *dir, const char *name)
{
    RV_AUTO_FREE char *path = rv_home_path(dir, name);
    unlink(path);
}

/* A small file without its last line ends. */
static int
read_text(char **out, const char *path, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf bytes = rv_buf_limited(FILE_MAX_BYTES);
    if (rv_buf_read_file(&bytes, path, err))
        return err->code;
    while (bytes.len > 0 &&
           (bytes.data[bytes.len - 1] == '\n' || bytes.data[bytes.len - 1] == '\r'))
        bytes.data[--bytes.len] = '\0';
    *out = rv_buf_take_string(&bytes);
    return 0;
}

int
rv_home_read(char **out, const char *dir, const char *name, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_home_path(dir, name);
    return read_text(out, path, err);
}

static int
check_dir(const char *dir, rv_err *err)
{
    struct stat info;
    if (stat(dir, &info))
        return rv_fail_errno(err, "home '%s'", dir);
    if (!S_ISDIR(info.st_mode))
        return rv_fail(err, RV_E_INVALID, "home '%s' is not a folder", dir);
    if (info.st_mode & (S_IWGRP | S_IWOTH)) {
        rv_fail(err, RV_E_PERMISSION, "home '%s' can be written by others", dir);
        return rv_hint(err, "chmod 700 '%s', or choose a folder of its own", dir);
    }
    return 0;
}

int
rv_home_make(const char *dir, rv_err *err)
{
    if (mkdir(dir, 0700) && errno != EEXIST) {
        rv_fail_errno(err, "make home '%s'", dir);
        return rv_hint(err, "its parent folder must exist and be yours to write");
    }
    return check_dir(dir, err);
}

int
rv_home_hold(struct rv_home *home, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_home_path(home->dir, "pid");
    home->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (home->lock_fd < 0)
        return rv_fail_errno(err, "open '%s'", path);
    if (flock(home->lock_fd, LOCK_EX | LOCK_NB)) {
        rv_err ignored = RV_ERR_INIT;
        RV_AUTO_FREE char *pid = NULL;
        if (errno != EWOULDBLOCK)
            return rv_fail_errno(err, "lock '%s'", path);
        rv_home_read(&pid, home->dir, "pid", &ignored);
        rv_fail(err, RV_E_CONFLICT, "another reeved (pid %s) runs in '%s'", pid ? pid : "unknown",
                home->dir);
        return rv_hint(err, "stop it first, or choose another --home");
    }
    char text[32];
    int len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    if (ftruncate(home->lock_fd, 0) || pwrite(home->lock_fd, text, (size_t)len, 0) != len)
        return rv_fail_errno(err, "write '%s'", path);
    return 0;
}

static int
read_settings(struct rv_settings **out, const struct rv_home *home, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_home_path(home->dir, "reeve.yaml");
    struct rv_settings *settings = rv_settings_new();
    int failed = rv_settings_file(settings, path, err);
    if (!failed)
        failed = rv_settings_overlay(settings, home->overlay, "command line", err);
    if (!failed)
        failed = rv_settings_agree(settings, err);
    if (failed)
        rv_settings_free(settings);
    else
        *out = settings;
    return failed;
}

static int
make_settings(struct rv_home *home, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_home_path(home->dir, "reeve.yaml");
    if (access(path, F_OK) && rv_home_write(home->dir, "reeve.yaml", yaml_head, 0600, err))
        return err->code;
    return read_settings(&home->settings, home, err);
}

static int
make_guid(struct rv_home *home, rv_err *err)
{
    char guid[37];
    int failed = rv_home_read(&home->guid, home->dir, "guid", err);
    if (!failed && strlen(home->guid) == 36)
        return 0;
    if (!failed)
        return rv_fail(err, RV_E_INVALID, "file '%s/guid' does not hold a GUID", home->dir);
    if (failed != RV_E_NOT_FOUND)
        return failed;
    rv_err_clear(err);
    rv_guid(guid);
    home->guid = rv_strdup(guid);
    RV_AUTO_FREE char *line = rv_format("%s\n", guid);
    return rv_home_write(home->dir, "guid", line, 0644, err);
}

static int
remember_store(const struct rv_home *home, rv_err *err)
{
    RV_AUTO_FREE char *old = NULL;
    rv_err ignored = RV_ERR_INIT;
    rv_home_read(&old, home->dir, "store-url", &ignored);
    if (rv_streq(old, home->store_url))
        return 0;
    RV_AUTO_FREE char *line = rv_format("%s\n", home->store_url);
    return rv_home_write(home->dir, "store-url", line, 0600, err);
}

/* reeve.yaml, then what was given last time, then a file in the home; all of it after the command
 * line. sqlite:reeve.db means the file in the folder we were started in, also after a chdir. */
static int
known_store(struct rv_home *home, rv_err *err)
{
    const char *from_yaml = rv_settings_string(home->settings, "store");
    if (from_yaml[0]) {
        home->store_url = rv_store_url_absolute(from_yaml);
        return 0;
    }
    if (rv_home_read(&home->store_url, home->dir, "store-url", err) == 0)
        return 0;
    if (err->code != RV_E_NOT_FOUND)
        return err->code;
    rv_err_clear(err);
    home->store_url = rv_format("sqlite:%s/reeve.db", home->dir);
    return 0;
}

static int
choose_store(struct rv_home *home, const struct rv_options *options, rv_err *err)
{
    RV_AUTO_FREE char *given = NULL;
    if (options->store_file && read_text(&given, options->store_file, err))
        return rv_wrap(err, "--store-file");
    if (options->store)
        given = rv_strdup(options->store);
    if (given) {
        home->store_url = rv_store_url_absolute(given);
        return remember_store(home, err);
    }
    return known_store(home, err);
}

int
rv_home_open(struct rv_home *out, const struct rv_options *options, rv_err *err)
{
    *out = (struct rv_home){ .lock_fd = -1, .overlay = cJSON_Duplicate(options->settings, 1) };
    if (rv_home_make(options->home, err))
        return err->code;
    out->dir = realpath(options->home, NULL);
    if (out->dir == NULL)
        return rv_fail_errno(err, "home '%s'", options->home);
    if (rv_home_hold(out, err) || make_settings(out, err) || make_guid(out, err) ||
        choose_store(out, options, err) || rv_store_url_check(out->store_url, err))
        return err->code;
    rv_home_remove(out->dir, "url");
    return 0;
}

int
rv_home_look(struct rv_home *out, const char *dir, rv_err *err)
{
    *out = (struct rv_home){ .lock_fd = -1, .overlay = cJSON_CreateObject() };
    out->dir = realpath(dir, NULL);
    if (out->dir == NULL)
        return rv_fail_errno(err, "home '%s'", dir);
    if (check_dir(out->dir, err))
        return err->code;
    RV_AUTO_FREE char *path = rv_home_path(out->dir, "reeve.yaml");
    out->settings = rv_settings_new();
    if (access(path, F_OK) == 0 && rv_settings_file(out->settings, path, err))
        return err->code;
    return known_store(out, err) ? err->code : rv_store_url_check(out->store_url, err);
}

int
rv_home_set_store(struct rv_home *home, const char *url, rv_err *err)
{
    free(home->store_url);
    home->store_url = rv_store_url_absolute(url);
    return remember_store(home, err);
}

void
rv_home_close(struct rv_home *home)
{
    free(home->dir);
    free(home->guid);
    free(home->store_url);
    rv_settings_free(home->settings);
    cJSON_Delete(home->overlay);
    if (home->lock_fd >= 0)
        close(home->lock_fd);
    *home = (struct rv_home){ .lock_fd = -1 };
}

int
rv_home_reload(struct rv_home *home, rv_err *err)
{
    struct rv_settings *settings = NULL;
    if (read_settings(&settings, home, err))
        return err->code;
    rv_settings_free(home->settings);
    home->settings = settings;
    return 0;
}
