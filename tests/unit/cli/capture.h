/* SPDX-License-Identifier: Apache-2.0
 *
 * What the code under test prints, as text; folders and files of a test; a terminal to print to.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"

struct capture {
    FILE *out, *err;           /* the real ones */
    char *out_text, *err_text; /* until capture_free */
    size_t out_len, err_len;
};
/* stdout and stderr are memory from here on ... */
void capture_begin(struct capture *capture);
/* ... to here. */
void capture_end(struct capture *capture);
void capture_free(struct capture *capture);

/* Run reevectl with these words (ends with NULL); exit code. */
int run_captured(struct capture *capture, const char *const *words);

/* JSON with single quotes instead of double ones; the caller's. */
cJSON *json(const char *text);

/* For a group of tests that needs the dictionary: its setup and teardown. */
int learn_dictionary(void **state);
int forget_dictionary(void **state);

/* A folder of its own; the caller's to free by remove_folder. */
char *make_folder(void);
void remove_folder(char *folder);
/* Write a file into it; its path, until the next call. */
const char *put_file(const char *folder, const char *name, const char *text);

/* fd 1 is a terminal of its own until the end, which returns what came out of it; the caller's. */
int terminal_begin(void);
char *terminal_end(int terminal);

#endif
