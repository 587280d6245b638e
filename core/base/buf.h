/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing byte buffer with a ceiling from birth. Appending sticks at the
 * first failure (over the ceiling), so that a writer checks once, at the end.
 */
#ifndef RV_BUF_H
#define RV_BUF_H

#include <stddef.h>
#include "base/err.h"

typedef struct rv_buf {
    char *data; /* always NUL-terminated when not NULL */
    size_t len;
    size_t size;
    size_t limit;
    int failed;
    int secret; /* its memory is wiped before it is given back */
} rv_buf;

rv_buf rv_buf_limited(size_t limit_bytes);
/* For what must not be left behind in freed memory, also where the buffer grew. */
rv_buf rv_buf_secret(size_t limit_bytes);
void rv_buf_free(rv_buf *buf);
#define RV_AUTO_BUF __attribute__((cleanup(rv_buf_free)))
void rv_buf_reset(rv_buf *buf); /* empties, keeps the memory, clears the failure */

void rv_buf_add(rv_buf *buf, const void *bytes, size_t len);
void rv_buf_add_string(rv_buf *buf, const char *text);
void rv_buf_add_char(rv_buf *buf, char c);
void rv_buf_addf(rv_buf *buf, const char *format, ...) RV_PRINTF(2, 3);
/* 0, or LIMIT with a text that names the ceiling. */
int rv_buf_check(const rv_buf *buf, rv_err *err);
/* "" when empty; valid until the next append. */
const char *rv_buf_text(const rv_buf *buf);
/* The bytes become the caller's to free; the buffer is empty after. Never NULL. */
char *rv_buf_take_string(rv_buf *buf);
/* Read until the end of fd or the ceiling. */
int rv_buf_read_fd(rv_buf *buf, int fd, rv_err *err);
/* Read a file whole; LIMIT over the ceiling. */
int rv_buf_read_file(rv_buf *buf, const char *path, rv_err *err);

#endif
