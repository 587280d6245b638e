/* SPDX-License-Identifier: Apache-2.0
 *
 * Arenas: a chain of blocks, newest first, from which memory is cut off the
 * front. A mark is the number of bytes handed out so far; every block knows the
 * mark at which it begins, so releasing pops the blocks that begin later. One
 * popped block is kept: a loop that marks and releases per item would otherwise
 * allocate one each time it stands near the end of a block.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif
#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum {
    ALIGNMENT = 16,
    FIRST_BLOCK_BYTES = 4096,
    LARGEST_BLOCK_BYTES = 1 << 20, /* a larger allocation gets a block of its own */
};

struct block {
    struct block *older;
    size_t begins_at; /* the arena's mark when this block became the newest */
    size_t used;
    size_t size;
    _Alignas(ALIGNMENT) char bytes[];
};

struct rv_arena {
    struct block *newest;
    struct block *spare;
    size_t limit;
};

static struct block *
new_block(size_t size)
{
    struct block *block = malloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    *block = (struct block){ .size = size };
    ASAN_POISON_MEMORY_REGION(block->bytes, size);
    return block;
}

static void
free_block(struct block *block)
{
    if (block == NULL)
        return;
    ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
    free(block);
}

static void
keep_spare(struct rv_arena *arena, struct block *block)
{
    if (block->size > LARGEST_BLOCK_BYTES || (arena->spare && arena->spare->size >= block->size)) {
        free_block(block);
        return;
    }
    free_block(arena->spare);
    ASAN_POISON_MEMORY_REGION(block->bytes, block->size);
    arena->spare = block;
}

static struct block *
block_with_room(struct rv_arena *arena, size_t bytes)
{
    struct block *block = arena->spare;
    if (block && block->size >= bytes) {
        arena->spare = NULL;
    } else {
        size_t size = arena->newest ? arena->newest->size * 2 : FIRST_BLOCK_BYTES;
        if (size > LARGEST_BLOCK_BYTES)
            size = LARGEST_BLOCK_BYTES;
        if (size < bytes)
            size = bytes;
        block = new_block(size);
        if (block == NULL)
            return NULL;
    }
    block->used = 0;
    block->begins_at = rv_arena_used(arena);
    block->older = arena->newest;
    arena->newest = block;
    return block;
}

/* As rv_arena_alloc, but what is there is not zeroed. */
static void *
take(struct rv_arena *arena, size_t bytes)
{
    if (bytes > PTRDIFF_MAX - ALIGNMENT - sizeof(struct block))
        return NULL;
    size_t rounded = bytes ? (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1) : ALIGNMENT;
    if (arena->limit && rounded > arena->limit - rv_arena_used(arena))
        return NULL;
    struct block *block = arena->newest;
    if (block == NULL || block->size - block->used < rounded) {
        block = block_with_room(arena, rounded);
        if (block == NULL)
            return NULL;
    }
    char *memory = block->bytes + block->used;
    block->used += rounded;
    ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
    return memory;
}

struct rv_arena *
rv_arena_new(size_t limit_bytes)
{
    struct rv_arena *arena = rv_alloc(sizeof(*arena));
    arena->limit = limit_bytes;
    return arena;
}

void
rv_arena_free(struct rv_arena *arena)
{
    if (arena == NULL)
        return;
    while (arena->newest) {
        struct block *older = arena->newest->older;
        free_block(arena->newest);
        arena->newest = older;
    }
    free_block(arena->spare);
    free(arena);
}

void
rv_arena_reset(struct rv_arena *arena)
{
    rv_arena_release(arena, 0);
    free_block(arena->spare);
    arena->spare = NULL;
    if (arena->newest && arena->newest->size > LARGEST_BLOCK_BYTES) {
        free_block(arena->newest);
        arena->newest = NULL;
    }
}

void *
rv_arena_alloc(struct rv_arena *arena, size_t bytes)
{
    void *memory = take(arena, bytes);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

char *
rv_arena_strdup(struct rv_arena *arena, const char *text)
{
    return text ? rv_arena_strndup(arena, text, strlen(text)) : NULL;
}

char *
rv_arena_strndup(struct rv_arena *arena, const char *text, size_t len)
{
    if (text == NULL)
        return NULL;
    size_t used = strnlen(text, len);
    char *copy = take(arena, used + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, used);
    copy[used] = '\0';
    return copy;
}

char *
rv_arena_format(struct rv_arena *arena, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (len < 0)
        return NULL;
    if ((size_t)len < sizeof(small))
        return rv_arena_strndup(arena, small, (size_t)len);
    char *text = take(arena, (size_t)len + 1);
    if (text == NULL)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return text;
}

size_t
rv_arena_mark(const struct rv_arena *arena)
{
    return rv_arena_used(arena);
}

void
rv_arena_release(struct rv_arena *arena, size_t mark)
{
    RV_ASSERT(mark <= rv_arena_used(arena));
    /* The very first block stays, whatever the mark. */
    while (arena->newest && arena->newest->older && arena->newest->begins_at >= mark) {
        struct block *block = arena->newest;
        arena->newest = block->older;
        keep_spare(arena, block);
    }
    struct block *block = arena->newest;
    if (block == NULL)
        return;
    block->used = mark - block->begins_at;
    ASAN_POISON_MEMORY_REGION(block->bytes + block->used, block->size - block->used);
}

size_t
rv_arena_used(const struct rv_arena *arena)
{
    return arena->newest ? arena->newest->begins_at + arena->newest->used : 0;
}
