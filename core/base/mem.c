/* SPDX-License-Identifier: Apache-2.0
 *
 * Small allocations and the cleanup functions behind RV_AUTO_*. Running out of
 * memory for a few bytes leaves nothing sensible to do: the process ends and
 * the supervisor starts another.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

_Noreturn static void
die_without_memory(size_t bytes)
{
    fprintf(stderr, "out of memory: no %zu bytes\n", bytes);
    abort();
}

void *
rv_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes ? bytes : 1);
    if (memory == NULL)
        die_without_memory(bytes);
    return memory;
}

void *
rv_realloc(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        die_without_memory(SIZE_MAX);
    void *memory = realloc(old, bytes ? bytes : 1);
    if (memory == NULL)
        die_without_memory(bytes);
    return memory;
}

char *
rv_strdup(const char *text)
{
    return text ? rv_strndup(text, strlen(text)) : NULL;
}

char *
rv_strndup(const char *text, size_t len)
{
    if (text == NULL)
        return NULL;
    size_t used = strnlen(text, len);
    char *copy = rv_realloc(NULL, used + 1, 1);
    memcpy(copy, text, used);
    copy[used] = '\0';
    return copy;
}

char *
rv_format(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        die_without_memory(strlen(format));
    va_end(args);
    return text;
}

void
rv_free_p(void *pointer_to_pointer)
{
    void *memory;
    memcpy(&memory, pointer_to_pointer, sizeof(memory));
    free(memory);
}

void
rv_close_fd_p(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void
rv_fclose_p(FILE **file)
{
    if (*file)
        fclose(*file);
    *file = NULL;
}
