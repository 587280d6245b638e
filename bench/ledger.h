/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands of class Test wrote down: which message began or was done, when, and
 * by whom (core/server/test_commands.h).
 */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include <stdint.h>
#include <sys/types.h>

enum bench_word { BENCH_BEGIN, BENCH_DONE };

struct bench_entry {
    enum bench_word word;
    int64_t id, at_us; /* monotonic */
    int attempt;
    pid_t pid;
};

struct bench_ledger {
    char *path;
    char *args; /* of a message whose command writes here */
    int fd;
};

/* more: further members of the arguments, with a comma ahead of them (",\"ms\":100"), or "". */
void bench_ledger_open(struct bench_ledger *ledger, const char *more);
void bench_ledger_close(struct bench_ledger *ledger);
/* The next entry that says this of this message; others before it are passed over. */
void bench_ledger_await(struct bench_ledger *ledger, struct bench_entry *out, enum bench_word word,
                        int64_t id, double seconds);
/* How many entries of the whole ledger say this of this message. */
int bench_ledger_count(const struct bench_ledger *ledger, enum bench_word word, int64_t id);

#endif
