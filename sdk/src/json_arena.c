/* SPDX-License-Identifier: Apache-2.0
 *
 * Blocks of memory that grow. Measured on lists of pods, malloc and free of
 * single nodes took more than half of the whole time.
 */
#include "json_arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#endif
/* What was freed with its arena is caught there like what was freed by itself. */
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum { FIRST_ROOM = 64 * 1024, MAX_ROOM = 1024 * 1024, ALIGN = 16 };

struct rv_sdk_json_block {
    struct rv_sdk_json_block *next;
    size_t used, room;
    char bytes[] __attribute__((aligned(ALIGN)));
};

static struct rv_sdk_json_block
    *spare; /* for the next document; a watch parses one after another */

static struct rv_sdk_json_block *
block_new(size_t room)
{
    struct rv_sdk_json_block *block = spare;

    if (block && block->room >= room) {
        spare = NULL;
        return block;
    }
    block = malloc(sizeof(*block) + room);
    if (!block)
        return NULL;
    block->next = NULL;
    block->used = 0;
    block->room = room;
    ASAN_POISON_MEMORY_REGION(block->bytes, room);
    return block;
}

static void
block_free(struct rv_sdk_json_block *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->room);
    free(block);
}

static void
block_clear(struct rv_sdk_json_block *block)
{
    ASAN_POISON_MEMORY_REGION(block->bytes, block->room);
    block->next = NULL;
    block->used = 0;
}

/* One more block that holds at least `bytes`; each is twice as large as the one before. */
static struct rv_sdk_json_block *
add_block(struct rv_sdk_json_arena *arena, size_t bytes)
{
    size_t room = arena->last ? arena->last->room * 2 : FIRST_ROOM;

    if (room > MAX_ROOM)
        room = MAX_ROOM;
    struct rv_sdk_json_block *block = block_new(room > bytes ? room : bytes);
    if (!block)
        return NULL;
    if (arena->last)
        arena->last->next = block;
    else
        arena->first = block;
    arena->last = block;
    return block;
}

void *
rv_sdk_json_arena_take(struct rv_sdk_json_arena *arena, size_t bytes)
{
    struct rv_sdk_json_block *block = arena->last;

    if (bytes > SIZE_MAX / 2)
        return NULL;
    size_t step = (bytes + 7) & ~(size_t)7;
    if (!block || block->room - block->used < step)
        block = add_block(arena, step);
    if (!block)
        return NULL;
    char *at = block->bytes + block->used;
    block->used += step;
    ASAN_UNPOISON_MEMORY_REGION(at, bytes);
    return at;
}

static void
free_chain(struct rv_sdk_json_block *block)
{
    while (block) {
        struct rv_sdk_json_block *next = block->next;
        block_free(block);
        block = next;
    }
}

void
rv_sdk_json_arena_reset(struct rv_sdk_json_arena *arena)
{
    struct rv_sdk_json_block *kept = arena->first;

    if (!kept)
        return;
    free_chain(kept->next);
    block_clear(kept);
    if (kept->room > MAX_ROOM) {
        block_free(kept);
        kept = NULL;
    }
    arena->first = arena->last = kept;
}

void
rv_sdk_json_arena_free(struct rv_sdk_json_arena *arena)
{
    rv_sdk_json_arena_reset(arena);
    if (arena->first && !spare)
        spare = arena->first;
    else if (arena->first)
        block_free(arena->first);
    arena->first = arena->last = NULL;
}

struct rv_sdk_json_arena
rv_sdk_json_arena_of(cJSON *root)
{
    struct rv_sdk_json_arena arena;

    /* The root is what is taken first. */
    arena.first = (void *)((char *)root - offsetof(struct rv_sdk_json_block, bytes));
    arena.last = arena.first;
    return arena;
}
