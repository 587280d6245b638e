/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the ledger while it is written. A line is written at once.
 */
#include "ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"
#include "bench.h"

#define LOOK_US 300
#define LEDGER_MAX ((size_t)64 << 20)

void
bench_ledger_open(struct bench_ledger *ledger, const char *more)
{
    char path[] = "/tmp/reeve-bench-ledger.XXXXXX";

    ledger->fd = mkostemp(path, O_CLOEXEC);
    if (ledger->fd < 0)
        bench_die(path, NULL);
    ledger->path = rv_strdup(path);
    ledger->args = rv_format("{\"ledger\":\"%s\"%s}", path, more);
}

void
bench_ledger_close(struct bench_ledger *ledger)
{
    close(ledger->fd);
    unlink(ledger->path);
    free(ledger->path);
    free(ledger->args);
}

/* 1 when the line says something of a message. */
static int
parse(struct bench_entry *out, const char *line)
{
    char word[8];
    long long id, generation, at_us;
    int attempt, pid;

    if (sscanf(line, "%7s %lld %d %lld %d %lld", word, &id, &attempt, &generation, &pid, &at_us) !=
        6)
        return 0;
    *out = (struct bench_entry){ .word = strcmp(word, "done") == 0 ? BENCH_DONE : BENCH_BEGIN,
                                 .id = id,
                                 .at_us = at_us,
                                 .attempt = attempt,
                                 .pid = pid };
    return 1;
}

/* One line; 0 when there is no whole one yet. */
static int
read_line(int fd, char *line, size_t size)
{
    off_t from = lseek(fd, 0, SEEK_CUR);
    ssize_t got = pread(fd, line, size - 1, from);
    char *end = got > 0 ? memchr(line, '\n', (size_t)got) : NULL;

    if (!end)
        return 0;
    *end = 0;
    lseek(fd, from + (end + 1 - line), SEEK_SET);
    return 1;
}

void
bench_ledger_await(struct bench_ledger *ledger, struct bench_entry *out, enum bench_word word,
                   int64_t id, double seconds)
{
    double until = bench_now() + seconds;
    char line[256];

    for (;;) {
        if (!read_line(ledger->fd, line, sizeof(line))) {
            if (bench_now() > until)
                bench_die("a message was not carried out in time", NULL);
            usleep(LOOK_US);
        } else if (parse(out, line) && out->word == word && out->id == id) {
            return;
        }
    }
}

int
bench_ledger_count(const struct bench_ledger *ledger, enum bench_word word, int64_t id)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(LEDGER_MAX);
    struct bench_entry entry;
    rv_err err = RV_ERR_INIT;
    int count = 0;

    if (rv_buf_read_file(&text, ledger->path, &err) < 0)
        bench_die(ledger->path, &err);
    for (char *at = text.data, *end; at && (end = strchr(at, '\n')); at = end + 1) {
        *end = 0;
        count += parse(&entry, at) && entry.word == word && entry.id == id;
    }
    return count;
}
