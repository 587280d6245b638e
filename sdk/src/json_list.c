/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes a long list apart while it arrives. A small machine goes through the
 * document's outermost level; each name, member and item found there is
 * delimited by the scanner and parsed alone. A value that lies within one
 * chunk is parsed where it is; only those that cross a border are copied.
 */
#include "json_build.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_NAME_BYTES = 4096, KEEP_ROOM_BYTES = 1 << 20 };
#define MAX_ITEM_BYTES ((uint64_t)16 << 20)

enum state {
    AT_START,      /* { or, for a list that is the document, [ */
    AT_FIRST_NAME, /* a name or } */
    AT_NAME,       /* a name */
    AT_COLON,      /* : */
    AT_VALUE,      /* a member's value */
    AT_COMMA,      /* , or } */
    AT_FIRST_ITEM, /* an item or ] */
    AT_ITEM,       /* an item */
    AT_ITEM_COMMA, /* , or ] */
    IN_NAME,       /* inside of a value */
    IN_VALUE,
    IN_ITEM,
    AT_END /* only space may follow */
};

struct reeve_json_list {
    struct reeve_call *call;
    struct reeve_json_list_config config;
    struct rv_sdk_scan scan;
    struct rv_sdk_json_arena arena; /* the value in hand, parsed */
    enum state state;
    int failed; /* the class that ended the reading, or 0 */
    int list_seen;
    uint64_t fed;   /* bytes of the chunks before this one */
    uint64_t begun; /* where the value in hand began */
    char *held;     /* its part that came in chunks before this one */
    uint64_t held_len, held_room;
    char *name;       /* of the member in hand */
    char list_name[]; /* config.list, "" when the document is the list */
};

int
reeve_json_list_open(struct reeve_call *call, const struct reeve_json_list_config *config,
                     struct reeve_json_list **out)
{
    struct reeve_json_list_config given = { 0 };

    *out = NULL;
    memcpy(&given, config, config->size < sizeof(given) ? (size_t)config->size : sizeof(given));
    if (!given.item)
        return reeve_fail(call, REEVE_E_INTERNAL, "a JSON list without a function for its items");
    const char *name = given.list ? given.list : "";
    size_t name_bytes = strlen(name) + 1;
    struct reeve_json_list *list = calloc(1, sizeof(*list) + name_bytes);
    if (!list)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a JSON list");
    list->call = call;
    list->config = given;
    if (given.max_item_bytes == 0)
        list->config.max_item_bytes = MAX_ITEM_BYTES;
    list->state = AT_START;
    memcpy(list->list_name, name, name_bytes);
    list->config.list = list->list_name;
    *out = list;
    return 0;
}

static int
fail_byte(struct reeve_json_list *list, uint64_t offset, const char *expected)
{
    return reeve_fail(list->call, REEVE_E_PROTOCOL, "not a JSON list: %s expected at byte %llu",
                      expected, (unsigned long long)offset);
}

static int
fail_size(struct reeve_json_list *list)
{
    if (list->state == IN_NAME)
        return reeve_fail(list->call, REEVE_E_LIMIT,
                          "a name in the JSON list, at byte %llu, is longer than %d bytes",
                          (unsigned long long)list->begun, MAX_NAME_BYTES);
    return reeve_fail(
        list->call, REEVE_E_LIMIT, "%s of the JSON list, at byte %llu, is larger than %llu bytes",
        list->state == IN_ITEM ? "an item" : "a member", (unsigned long long)list->begun,
        (unsigned long long)list->config.max_item_bytes);
}

/* Keep a piece of a value that goes on in the next chunk. */
static int
hold(struct reeve_json_list *list, const char *bytes, uint64_t len)
{
    uint64_t need = list->held_len + len;

    if (need > list->held_room) {
        uint64_t room = list->held_room ? list->held_room : 4096;
        while (room < need)
            room *= 2;
        char *grown = realloc(list->held, room);
        if (!grown)
            return reeve_fail(list->call, REEVE_E_INTERNAL, "out of memory for %llu bytes of JSON",
                              (unsigned long long)room);
        list->held = grown;
        list->held_room = room;
    }
    if (len > 0)
        memcpy(list->held + list->held_len, bytes, len);
    list->held_len = need;
    return 0;
}

static void
drop_held(struct reeve_json_list *list)
{
    list->held_len = 0;
    if (list->held_room > KEEP_ROOM_BYTES) {
        free(list->held);
        list->held = NULL;
        list->held_room = 0;
    }
}

static int
take_name(struct reeve_json_list *list, const cJSON *tree)
{
    free(list->name);
    list->name = strdup(tree->valuestring);
    list->state = AT_COLON;
    return list->name ? 0 : reeve_fail(list->call, REEVE_E_INTERNAL, "out of memory for a name");
}

static int
take_item(struct reeve_json_list *list, const cJSON *tree)
{
    int status = list->config.item(list->call, list->config.arg, rv_sdk_json_of(tree));

    list->state = AT_ITEM_COMMA;
    return status < 0 ? status : 0;
}

/* The list itself gets here when it is none: null, as Go writes an empty one, or something else. */
static int
take_member(struct reeve_json_list *list, const cJSON *tree)
{
    int status = 0;

    if (strcmp(list->name, list->config.list) == 0) {
        list->list_seen = 1;
        if (!cJSON_IsNull(tree))
            status = reeve_fail(list->call, REEVE_E_PROTOCOL, "'%s' at byte %llu is no list",
                                list->config.list, (unsigned long long)list->begun);
    } else if (list->config.member) {
        status =
            list->config.member(list->call, list->config.arg, list->name, rv_sdk_json_of(tree));
    }
    list->state = AT_COMMA;
    return status < 0 ? status : 0;
}

/* A value is complete: its last piece, or the whole of it, is `bytes`. */
static int
build_value(struct reeve_json_list *list, const char *bytes, uint64_t len, cJSON **tree)
{
    if (list->held_len == 0)
        return rv_sdk_json_build(list->call, &list->arena, bytes, len, list->begun, tree);
    int status = hold(list, bytes, len);
    if (status == 0)
        status = rv_sdk_json_build(list->call, &list->arena, list->held, list->held_len,
                                   list->begun, tree);
    drop_held(list);
    return status;
}

static int
finish_value(struct reeve_json_list *list, const char *bytes, uint64_t len)
{
    cJSON *tree = NULL;
    int status = build_value(list, bytes, len, &tree);

    if (status == 0 && list->state == IN_NAME)
        status = take_name(list, tree);
    else if (status == 0 && list->state == IN_ITEM)
        status = take_item(list, tree);
    else if (status == 0)
        status = take_member(list, tree);
    rv_sdk_json_arena_reset(&list->arena);
    return status;
}

static int
read_value(struct reeve_json_list *list, const char **at, const char *chunk, const char *end)
{
    enum rv_sdk_scan_result result;
    const char *from = *at;
    uint64_t limit = list->state == IN_NAME ? MAX_NAME_BYTES : list->config.max_item_bytes;

    *at = rv_sdk_scan_value(&list->scan, from, end, &result);
    uint64_t len = (uint64_t)(*at - from);
    /* First, so that it does not depend on the chunks which of two faults is told. */
    if (list->held_len + len > limit)
        return fail_size(list);
    if (result == RV_SDK_SCAN_FAULT)
        return rv_sdk_scan_fail(list->call, &list->scan, list->fed + (uint64_t)(*at - chunk));
    return result == RV_SDK_SCAN_MORE ? hold(list, from, len) : finish_value(list, from, len);
}

static int
begin_value(struct reeve_json_list *list, enum state state, uint64_t offset)
{
    rv_sdk_scan_begin(&list->scan, list->config.max_depth);
    list->begun = offset;
    list->state = state;
    return 0;
}

static int
begin_document(struct reeve_json_list *list, const char **at, uint64_t offset)
{
    int is_whole = list->config.list[0] == 0;

    if (**at != (is_whole ? '[' : '{'))
        return fail_byte(list, offset, is_whole ? "'['" : "'{'");
    (*at)++;
    list->list_seen = is_whole;
    list->state = is_whole ? AT_FIRST_ITEM : AT_FIRST_NAME;
    return 0;
}

static int
begin_name(struct reeve_json_list *list, const char **at, uint64_t offset)
{
    if (**at == '"')
        return begin_value(list, IN_NAME, offset);
    if (**at != '}' || list->state != AT_FIRST_NAME)
        return fail_byte(list, offset, "a name");
    (*at)++;
    list->state = AT_END;
    return 0;
}

static int
begin_member(struct reeve_json_list *list, const char **at, uint64_t offset)
{
    if (**at != '[' || strcmp(list->name, list->config.list) != 0)
        return begin_value(list, IN_VALUE, offset);
    (*at)++;
    list->list_seen = 1;
    list->state = AT_FIRST_ITEM;
    return 0;
}

static int
begin_item(struct reeve_json_list *list, const char **at, uint64_t offset)
{
    if (**at != ']' || list->state != AT_FIRST_ITEM)
        return begin_value(list, IN_ITEM, offset);
    (*at)++;
    list->state = list->config.list[0] ? AT_COMMA : AT_END;
    return 0;
}

static int
pass_mark(struct reeve_json_list *list, const char **at, uint64_t offset)
{
    char c = *(*at)++;

    switch (list->state) {
    case AT_COLON:
        list->state = AT_VALUE;
        return c == ':' ? 0 : fail_byte(list, offset, "':'");
    case AT_COMMA:
        list->state = c == ',' ? AT_NAME : AT_END;
        return c == ',' || c == '}' ? 0 : fail_byte(list, offset, "',' or '}'");
    case AT_ITEM_COMMA:
        list->state = c == ',' ? AT_ITEM : list->config.list[0] ? AT_COMMA : AT_END;
        return c == ',' || c == ']' ? 0 : fail_byte(list, offset, "',' or ']'");
    default:
        return fail_byte(list, offset, "the end");
    }
}

/* One step, at a byte that is no space unless it is inside of a value. */
static int
advance(struct reeve_json_list *list, const char **at, const char *chunk, const char *end)
{
    uint64_t offset = list->fed + (uint64_t)(*at - chunk);

    switch (list->state) {
    case AT_START:
        return begin_document(list, at, offset);
    case AT_FIRST_NAME:
    case AT_NAME:
        return begin_name(list, at, offset);
    case AT_VALUE:
        return begin_member(list, at, offset);
    case AT_FIRST_ITEM:
    case AT_ITEM:
        return begin_item(list, at, offset);
    case IN_NAME:
    case IN_VALUE:
    case IN_ITEM:
        return read_value(list, at, chunk, end);
    default:
        return pass_mark(list, at, offset);
    }
}

int
reeve_json_list_feed(struct reeve_json_list *list, const char *bytes, uint64_t len)
{
    const char *at = bytes, *end = bytes + len;

    while (at < end && !list->failed) {
        int inside = list->state == IN_NAME || list->state == IN_VALUE || list->state == IN_ITEM;
        if (!inside && rv_sdk_is_space(*at))
            at++;
        else
            list->failed = advance(list, &at, bytes, end);
    }
    list->fed += len;
    return list->failed;
}

void
reeve_json_list_abort(struct reeve_json_list *list)
{
    if (!list)
        return;
    rv_sdk_json_arena_free(&list->arena);
    free(list->held);
    free(list->name);
    free(list);
}

int
reeve_json_list_close(struct reeve_json_list *list)
{
    int status = list->failed;

    if (status == 0 && list->state != AT_END)
        status =
            reeve_fail(list->call, REEVE_E_PROTOCOL, "the JSON list is cut off after %llu bytes",
                       (unsigned long long)list->fed);
    else if (status == 0 && !list->list_seen)
        /* Taking this for an empty list would make core delete what there was. */
        status = reeve_fail(list->call, REEVE_E_PROTOCOL, "the answer holds no list '%s'",
                            list->config.list);
    reeve_json_list_abort(list);
    return status;
}
