/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory: small allocations that abort when there is none, cleanup attributes
 * for locals, and arenas for what dies together.
 */
#ifndef RV_MEM_H
#define RV_MEM_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/err.h"

void *rv_alloc(size_t bytes);                           /* zeroed; aborts when out of memory */
void *rv_realloc(void *old, size_t count, size_t size); /* checks count * size */
char *rv_strdup(const char *text);                      /* NULL gives NULL */
char *rv_strndup(const char *text, size_t len);
char *rv_format(const char *format, ...) RV_PRINTF(1, 2); /* the caller's to free */

void rv_free_p(void *pointer_to_pointer);
void rv_close_fd_p(int *fd);
void rv_fclose_p(FILE **file);
#define RV_AUTO_FREE __attribute__((cleanup(rv_free_p)))
#define RV_AUTO_FD __attribute__((cleanup(rv_close_fd_p)))
#define RV_AUTO_FILE __attribute__((cleanup(rv_fclose_p)))

/* An arena: memory of one lifetime (a call, a request, a batch). */
struct rv_arena;
struct rv_arena *rv_arena_new(size_t limit_bytes); /* 0: no limit */
void rv_arena_free(struct rv_arena *arena);        /* NULL allowed */
void rv_arena_reset(struct rv_arena *arena);       /* drops everything, keeps a first block */
void *rv_arena_alloc(struct rv_arena *arena,
                     size_t bytes); /* zeroed, aligned to 16; NULL over the limit */
char *rv_arena_strdup(struct rv_arena *arena, const char *text);
char *rv_arena_strndup(struct rv_arena *arena, const char *text, size_t len);
char *rv_arena_format(struct rv_arena *arena, const char *format, ...) RV_PRINTF(2, 3);
/* Take back what was allocated after the mark. */
size_t rv_arena_mark(const struct rv_arena *arena);
void rv_arena_release(struct rv_arena *arena, size_t mark);
size_t rv_arena_used(const struct rv_arena *arena);

#endif
