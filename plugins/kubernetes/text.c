/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins what a cluster gives as arrays into what people read. Memory is the call's
 * scratch, released after each object.
 */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct reeve_json *
kube_members(const struct reeve_json *json, const char *path)
{
    const struct reeve_json *object = path ? reeve_json_get(json, path) : json;

    return reeve_json_type(object) == REEVE_JSON_OBJECT ? reeve_json_first(object, NULL) : NULL;
}

struct kube_text
kube_text(struct reeve_call *call)
{
    return (struct kube_text){ .call = call };
}

static void
add_bytes(struct kube_text *text, const char *more, uint64_t len)
{
    if (text->len + len + 1 > text->size) {
        uint64_t size = (text->len + len + 1) * 2;
        char *bytes = (char *)reeve_alloc(text->call, size);

        if (!bytes)
            return;
        if (text->len)
            memcpy(bytes, text->bytes, text->len);
        text->bytes = bytes;
        text->size = size;
    }
    memcpy(text->bytes + text->len, more, len);
    text->len += len;
    text->bytes[text->len] = '\0';
}

void
kube_text_add(struct kube_text *text, const char *more)
{
    add_bytes(text, more, strlen(more));
}

void
kube_text_addf(struct kube_text *text, const char *format, ...)
{
    char piece[512];
    va_list args;

    va_start(args, format);
    vsnprintf(piece, sizeof(piece), format, args);
    va_end(args);
    kube_text_add(text, piece);
}

void
kube_text_join(struct kube_text *text, const char *separator, const char *more)
{
    if (text->len)
        kube_text_add(text, separator);
    kube_text_add(text, more);
}

void
kube_text_add_json(struct kube_text *text, const char *more)
{
    kube_text_add(text, "\"");
    for (; *more; more++) {
        if (*more == '"' || *more == '\\')
            kube_text_addf(text, "\\%c", *more);
        else if ((unsigned char)*more < ' ')
            kube_text_addf(text, "\\u%04x", (unsigned)*more);
        else
            add_bytes(text, more, 1);
    }
    kube_text_add(text, "\"");
}

const char *
kube_text_done(const struct kube_text *text)
{
    return text->len ? text->bytes : NULL;
}

const char *
kube_join(struct reeve_call *call, const struct reeve_json *json, const char *path,
          const char *separator)
{
    return kube_join_member(call, json, path, NULL, separator);
}

const char *
kube_join_member(struct reeve_call *call, const struct reeve_json *json, const char *path,
                 const char *member, const char *separator)
{
    struct kube_text text = kube_text(call);

    for (const struct reeve_json *at = reeve_json_first(json, path); at; at = reeve_json_next(at)) {
        const char *more = reeve_json_string(at, member, NULL);

        if (more)
            kube_text_join(&text, separator, more);
    }
    return kube_text_done(&text);
}

/* In single quotes unless every byte is harmless. */
static void
add_shell_word(struct kube_text *text, const char *word)
{
    static const char harmless[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+";

    if (text->len)
        kube_text_add(text, " ");
    if (*word && !word[strspn(word, harmless)]) {
        kube_text_add(text, word);
        return;
    }
    kube_text_add(text, "'");
    for (; *word; word++) {
        if (*word == '\'')
            kube_text_add(text, "'\\''");
        else
            add_bytes(text, word, 1);
    }
    kube_text_add(text, "'");
}

const char *
kube_join_shell(struct reeve_call *call, const struct reeve_json *json, const char *path)
{
    struct kube_text text = kube_text(call);

    for (const struct reeve_json *at = reeve_json_first(json, path); at; at = reeve_json_next(at))
        add_shell_word(&text, reeve_json_string(at, NULL, ""));
    return kube_text_done(&text);
}

const char *
kube_names_json(struct reeve_call *call, const struct reeve_json *first,
                const struct reeve_json *second)
{
    const struct reeve_json *maps[] = { first, second };
    struct kube_text text = kube_text(call);

    kube_text_add(&text, "[");
    for (int i = 0; i < 2; i++) {
        const struct reeve_json *at = kube_members(maps[i], NULL);

        for (; at; at = reeve_json_next(at)) {
            if (text.len > 1)
                kube_text_add(&text, ",");
            kube_text_add_json(&text, reeve_json_name(at));
        }
    }
    kube_text_add(&text, "]");
    return kube_text_done(&text);
}

const char *
kube_member_json(struct reeve_call *call, const struct reeve_json *json, const char *path,
                 const char *member)
{
    struct kube_text text = kube_text(call);

    kube_text_add(&text, "[");
    for (const struct reeve_json *at = reeve_json_first(json, path); at; at = reeve_json_next(at)) {
        const char *value = reeve_json_string(at, member, NULL);

        if (!value)
            continue;
        if (text.len > 1)
            kube_text_add(&text, ",");
        kube_text_add_json(&text, value);
    }
    kube_text_add(&text, "]");
    return kube_text_done(&text);
}

static uint64_t
hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037ULL; /* FNV-1a */

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
    return hash ^ hash >> 32;
}

int
kube_set_open(struct reeve_call *call, uint64_t count, struct kube_set *set)
{
    uint64_t size = 8;

    while (size < count * 2)
        size *= 2;
    set->slots = (const char **)reeve_alloc(call, size * sizeof(*set->slots));
    set->mask = size - 1;
    return set->slots ? 0 : REEVE_E_LIMIT;
}

int
kube_set_add(struct kube_set *set, const char *text)
{
    for (uint64_t i = hash_of(text);; i++) {
        const char **slot = &set->slots[i & set->mask];

        if (!*slot) {
            *slot = text;
            return 1;
        }
        if (strcmp(*slot, text) == 0)
            return 0;
    }
}
