/* SPDX-License-Identifier: Apache-2.0
 *
 * Names for completion, from the server. Whoever presses Tab twice is answered from a file that is
 * some seconds old: in the user's cache directory, for the user alone.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "complete.h"
#include "list.h"

enum {
    WAIT_MS = 1000,
    KEEP_S = 5,
    MOST_NAMES = 500,
    MOST_BYTES = 1 << 20,
};

/* Of this server and what is asked of it; NULL when there is no place. The caller's. */
static char *
cache_path(const char *url, const char *what)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    RV_AUTO_FREE char *key = rv_format("%s %s", url, what);
    RV_AUTO_FREE char *folder = base && *base   ? rv_format("%s/reeve", base)
                                : home && *home ? rv_format("%s/.cache/reeve", home)
                                                : NULL;
    if (folder == NULL)
        return NULL;
    return rv_format("%s/complete-%016llx", folder,
                     (unsigned long long)rv_hash64(key, strlen(key), 0));
}

/* 1 when it is there, is ours and is fresh. */
static int
read_cache(rv_buf *out, const char *path)
{
    rv_err ignored = RV_ERR_INIT;
    struct stat about;
    RV_AUTO_FD int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    time_t now = time(NULL);
    if (fd < 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_uid != geteuid() ||
        about.st_mtime > now || now - about.st_mtime > KEEP_S)
        return 0;
    return rv_buf_read_fd(out, fd, &ignored) >= 0;
}

/* Whole or not at all; when it fails the next one asks again. */
static void
write_cache(const char *path, const rv_buf *names)
{
    if (path == NULL)
        return;
    RV_AUTO_FREE char *folder = rv_strndup(path, (size_t)(strrchr(path, '/') - path));
    RV_AUTO_FREE char *parent = rv_strndup(folder, (size_t)(strrchr(folder, '/') - folder));
    RV_AUTO_FREE char *fresh = rv_format("%s.%ld", path, (long)getpid());
    mkdir(parent, 0700);
    mkdir(folder, 0700);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    int failed = write(fd, rv_buf_text(names), names->len) != (ssize_t)names->len;
    failed |= close(fd) != 0;
    if (failed || rename(fresh, path) != 0)
        unlink(fresh);
}

static int
connect_quickly(struct cli *cli)
{
    rv_err ignored = RV_ERR_INIT;
    if (cli->client)
        return 0;
    if (cli_open(cli, &ignored) < 0)
        return -1;
    cli_client_timeout(cli->client, WAIT_MS);
    return 0;
}

/* What a worker is called on a command line: its type, once, and its pid. */
static void
add_worker(rv_buf *out, const cJSON *row)
{
    const char *type = rv_json_string(row, "type");
    RV_AUTO_FREE char *line = rv_format("%s\n", type ? type : "");
    RV_AUTO_FREE char *inside = rv_format("\n%s", line);
    size_t len = strlen(line);
    const char *have = rv_buf_text(out);
    if (len > 1 && strncmp(have, line, len) != 0 && !strstr(have, inside))
        rv_buf_add_string(out, line);
    rv_buf_addf(out, "%lld\n", (long long)rv_json_int(row, "pid", 0));
}

/* Names, a line each. */
static int
ask_names(struct cli *cli, rv_buf *out, const char *kind_word)
{
    rv_err ignored = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *rows = NULL;
    struct cli_kind kind;
    const cJSON *row;
    if (cli_kind_find(cli, &kind, kind_word, &ignored) < 0)
        return -1;
    const char *name = cli_name_attribute(&kind);
    const char *filters[] = { kind.filter, NULL };
    int workers = rv_streq(kind.collection, "workers");
    const struct cli_query query = { .collection = kind.collection,
                                     .attributes = workers ? "type,pid"
                                                   : name  ? name
                                                           : "id",
                                     .filters = filters,
                                     .order = { name ? name : "id" },
                                     .limit = MOST_NAMES };
    if (cli_list(cli->client, &query, &rows, NULL, &ignored) < 0)
        return -1;
    cJSON_ArrayForEach(row, rows)
    {
        const char *text = rv_json_string(row, name ? name : "id");
        if (workers) {
            add_worker(out, row);
            continue;
        }
        if (text && !strpbrk(text, "\n\t"))
            rv_buf_addf(out, "%s\n", text);
    }
    return out->failed ? -1 : 0;
}

static int
ask_settings(struct cli *cli, rv_buf *out, const char *unused)
{
    rv_err ignored = RV_ERR_INIT;
    RV_AUTO_JSON cJSON *answer = NULL;
    const cJSON *one;
    (void)unused;
    if (cli_get(cli->client, "/api/settings?expand=resources", &answer, &ignored) < 0)
        return -1;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(answer, "resources"))
    {
        const char *key = rv_json_string(one, "key");
        if (key && !strpbrk(key, "\n\t"))
            rv_buf_addf(out, "%s\n", key);
    }
    return out->failed ? -1 : 0;
}

static void
offer_lines(const struct cli_candidates *candidates, const char *lines)
{
    for (const char *at = lines; *at;) {
        size_t len = strcspn(at, "\n");
        RV_AUTO_FREE char *word = rv_strndup(at, len);
        cli_candidate(candidates, word, NULL);
        at += len + (at[len] == '\n');
    }
}

static void
offer_asked(struct cli *cli, const struct cli_candidates *candidates, const char *what,
            int (*ask)(struct cli *cli, rv_buf *out, const char *what))
{
    RV_AUTO_BUF rv_buf lines = rv_buf_limited(MOST_BYTES);
    if (connect_quickly(cli) < 0)
        return;
    RV_AUTO_FREE char *path = cache_path(cli_client_url(cli->client), what);
    if (!read_cache(&lines, path)) {
        rv_buf_reset(&lines);
        if (ask(cli, &lines, what) < 0)
            return;
        write_cache(path, &lines);
    }
    offer_lines(candidates, rv_buf_text(&lines));
}

void
cli_complete_names(struct cli *cli, const struct cli_candidates *candidates, const char *kind_word)
{
    offer_asked(cli, candidates, kind_word, ask_names);
}

void
cli_complete_settings(struct cli *cli, const struct cli_candidates *candidates)
{
    offer_asked(cli, candidates, "=settings", ask_settings);
}
