/* SPDX-License-Identifier: Apache-2.0
 *
 * What tests share: folders that go away, a fresh store on the engine that the
 * run is about, programs that are started and ended. For tests only: what
 * fails here ends the test program with a text.
 *
 * The engine is said by REEVE_TEST_STORE: "sqlite" (also when it is not set) makes a file in a
 * folder of its own; "postgres" makes a database in the private cluster whose environment file is
 * REEVE_TEST_POSTGRES (ctest's fixture `postgres` starts it); a postgresql:// URL makes databases
 * on that server.
 */
#ifndef RV_TEST_SUPPORT_H
#define RV_TEST_SUPPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/buf.h"
#include "store/store.h"

/* A new empty folder below TMPDIR (or /tmp). The caller's to free, by rv_test_dir_remove, which
 * removes the folder with everything in it. */
char *rv_test_dir(void);
void rv_test_dir_remove(char *dir);
/* Write a file whole; path is made of dir and name. */
void rv_test_write_file(const char *dir, const char *name, const char *text);
/* A free TCP port of 127.0.0.1 (another program may take it first). */
int rv_test_free_port(void);

/* A database of its own for one test. */
struct rv_test_db {
    char url[512]; /* what a program's --store takes */
    char name[64]; /* PostgreSQL: the database's */
    char *dir;     /* SQLite: the file's folder; NULL on PostgreSQL */
};

/* Empty, without tables. */
void rv_test_db_create(struct rv_test_db *db);
void rv_test_db_drop(struct rv_test_db *db); /* close its stores before */
int rv_test_is_postgres(void);
/* The rest of the test is of one engine. They jump: before what is to be freed. */
#define only_sqlite()                                                                              \
    do {                                                                                           \
        if (rv_test_is_postgres())                                                                 \
            skip();                                                                                \
    } while (0)
#define only_postgres()                                                                            \
    do {                                                                                           \
        if (!rv_test_is_postgres())                                                                \
            skip();                                                                                \
    } while (0)

/* One more connection to it; the caller's to close. */
struct rv_store *rv_test_store_open(const struct rv_test_db *db);
/* The same with a statement and busy timeout (0: the defaults). */
struct rv_store *rv_test_store_open_timed(const struct rv_test_db *db, int64_t statement_timeout_ms,
                                          int64_t busy_timeout_ms);
/* The dictionary (once a process), a database with its schema, region 1; open. */
struct rv_store *rv_test_store_fresh(struct rv_test_db *db);

/* Leaves a database with the schema, which rv_test_store_fresh then copies: on the PostgreSQL
 * server, or as the file REEVE_TEST_TEMPLATE. ctest's fixtures do it once a run. */
void rv_test_template_make(void);

/* First column of the first row as a number; fails the program when there is no row. */
int64_t rv_test_int(struct rv_store *store, const char *sql);
/* The same as text, the caller's to free; NULL for NULL. */
char *rv_test_text(struct rv_store *store, const char *sql);
/* Run statements that must work. */
void rv_test_script(struct rv_store *store, const char *sql);

/* A program that runs beside the test. Its output is collected into files of `dir`. */
struct rv_test_process {
    pid_t pid;
    char *dir;
    int status; /* of waitpid, when it has ended */
    int ended;
};
/* argv ends with NULL; env holds NAME=value to add, ends with NULL, may be NULL itself. */
void rv_test_start(struct rv_test_process *process, const char *const *argv,
                   const char *const *env);
/* 1 when it has ended within the time, with process->status set. */
int rv_test_wait(struct rv_test_process *process, int64_t timeout_ms);
void rv_test_signal(struct rv_test_process *process, int signal_number);
/* What it has written so far, at most 16 MiB; the caller's to free. */
char *rv_test_stdout(const struct rv_test_process *process);
char *rv_test_stderr(const struct rv_test_process *process);
/* Ends it (TERM, after 5 s KILL) when it still runs, and removes its files. */
void rv_test_end(struct rv_test_process *process);
/* Start, wait up to a minute, end. Exit code, or 128 + signal. out and error_out (may be NULL) are
 * the caller's to free. */
int rv_test_run(const char *const *argv, const char *const *env, char **out, char **error_out);
/* Until the condition holds, asked every 10 ms; 0 at the timeout. */
int rv_test_until(int (*condition)(void *arg), void *arg, int64_t timeout_ms);

#endif
