/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate watch: whenever a file of a domain is saved, the domain is imported, and it is
 * said how long it took until runs see it. A mistake is told and nothing imported, nor are methods
 * that do not compile; the next save is another try.
 */
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "automate_files.h"
#include "automate_store.h"
#include "base/clock.h"
#include "base/wait.h"
#include "client.h"

enum { QUIET_MS = 30, ASK_MS = 5, OPEN_FOLDERS = 16, MOST_FOLDERS = 8192 };

struct watch {
    struct cli *cli;
    const char *folder;
    struct cli_import options;
    int fd;
};

/* nftw has no argument for its function. */
static struct {
    int fd, count, failed;
} adding;

static int
add_folder(const char *path, const struct stat *about, int flag, struct FTW *place)
{
    (void)about;
    if (flag != FTW_D)
        return 0;
    if (place->level > 0 && path[place->base] == '.')
        return 0;
    if (adding.count++ == MOST_FOLDERS ||
        inotify_add_watch(adding.fd, path,
                          IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE |
                              IN_ONLYDIR) < 0) {
        adding.failed = errno ? errno : ENOSPC;
        return 1;
    }
    return 0;
}

/* Folders that are watched already stay so. */
static int
add_folders(struct watch *w, rv_err *err)
{
    adding.fd = w->fd;
    adding.count = adding.failed = 0;
    errno = 0;
    if (nftw(w->folder, add_folder, OPEN_FOLDERS, FTW_PHYS) < 0)
        return rv_fail_errno(err, "look at '%s'", w->folder);
    if (adding.failed) {
        errno = adding.failed;
        rv_fail_errno(err, "watch the folders below '%s'", w->folder);
        return rv_hint(err, "fs.inotify.max_user_watches says how many may be watched");
    }
    return 0;
}

/* Until nothing more comes for a moment: editors save in several steps. */
static int
drain(struct watch *w, rv_err *err)
{
    char events[16384];
    struct pollfd one = { .fd = w->fd, .events = POLLIN };

    do {
        ssize_t len = read(w->fd, events, sizeof(events));
        if (len < 0 && errno != EINTR && errno != EAGAIN)
            return rv_fail_errno(err, "watch '%s'", w->folder);
    } while (poll(&one, 1, QUIET_MS) > 0);
    return add_folders(w, err);
}

/* 0 when it ended well; *out is the caller's. */
static int
wait_for(struct watch *w, const char *task, cJSON **out, rv_err *err)
{
    RV_AUTO_FREE char *path = rv_format("/api/tasks/%s", task);

    for (;;) {
        if (cli_get(w->cli->client, path, out, err) < 0)
            return err->code;
        if (rv_streq(rv_json_string(*out, "state"), "Finished"))
            break;
        cJSON_Delete(*out);
        *out = NULL;
        if (rv_sleep(ASK_MS, err) < 0)
            return err->code;
    }
    const char *message = rv_json_string(*out, "message");
    return rv_streq(rv_json_string(*out, "status"), "Ok")
               ? 0
               : rv_fail(err, RV_E_INVALID, "%s", message ? message : "the import failed");
}

static int
import(struct watch *w, int64_t since_ms, rv_err *err)
{
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    RV_AUTO_FREE char *task = NULL;
    RV_AUTO_JSON cJSON *row = NULL;

    if (rv_ae_tree_read(&tree, w->folder, NULL, err) < 0 || cli_methods_compile(tree, err) < 0 ||
        cli_import_start(w->cli, tree, &w->options, &task, err) < 0 ||
        wait_for(w, task, &row, err) < 0)
        return err->code;
    const cJSON *out = cJSON_GetObjectItemCaseSensitive(row, "results");
    int64_t changed = rv_json_int(out, "created", 0) + rv_json_int(out, "changed", 0) +
                      rv_json_int(out, "deleted", 0);
    if (changed)
        cli_say("in force after %lld ms: %lld row%s changed",
                (long long)(rv_monotonic_ms() - since_ms), (long long)changed,
                changed == 1 ? "" : "s");
    else
        cli_say("nothing has changed");
    return 0;
}

/* What the author can mend is told, and watching goes on. */
static int
try_import(struct watch *w, int64_t since_ms, rv_err *err)
{
    int code = import(w, since_ms, err);

    if (code == RV_E_CANCELLED || code == RV_E_AUTH || code == RV_E_PERMISSION)
        return code;
    if (code < 0)
        cli_failed(err);
    rv_err_clear(err);
    return 0;
}

static int
serve(struct watch *w, rv_err *err)
{
    struct pollfd one = { .fd = w->fd, .events = POLLIN };
    int code = add_folders(w, err);

    if (code == 0)
        code = try_import(w, rv_monotonic_ms(), err);
    if (code == 0)
        cli_say("watching %s; Ctrl-C ends it", w->folder);
    while (code == 0) {
        if (poll(&one, 1, -1) < 0)
            continue;
        int64_t since_ms = rv_monotonic_ms();
        code = drain(w, err);
        if (code == 0)
            code = try_import(w, since_ms, err);
    }
    return code;
}

int
cmd_automate_watch(struct cli *cli)
{
    struct watch w = { .cli = cli,
                       .folder = cli->words[0],
                       .options = { .as = cli_value(cli, "as"),
                                    .enable = cli_has(cli, "enable") } };
    rv_err err = RV_ERR_INIT;
    int code = cli_connect(cli);

    if (code)
        return code;
    w.fd = inotify_init1(IN_CLOEXEC);
    if (w.fd < 0) {
        rv_fail_errno(&err, "watch files");
        return cli_failed(&err);
    }
    cli_on_interrupt(STDERR_FILENO, NULL);
    serve(&w, &err);
    close(w.fd);
    return cli_failed(&err);
}
