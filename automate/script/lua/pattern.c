/* SPDX-License-Identifier: Apache-2.0
 *
 * A pattern's text turned into items, after chapter 6.4.1 of Lua's manual. What is malformed is
 * refused here, even where liblua would not have come to it.
 */
#include "script/lua/pattern.h"

#include <ctype.h>
#include <string.h>
#include <lauxlib.h>
#include "script/lua/pattern_internal.h"

struct reader {
    lua_State *L;
    struct rv_pattern *out;
    const char *at, *end;
    int open[RV_PATTERN_CAPTURES]; /* captures that are not closed, innermost last */
    int open_count;
    int closed[RV_PATTERN_CAPTURES];
    int captures, branches;
};

static void
set_byte(struct rv_pattern_set *set, int byte)
{
    set->bits[byte >> 5] |= UINT32_C(1) << (byte & 31);
}

static void
set_class(struct rv_pattern_set *set, int letter)
{
    for (int byte = 0; byte < 256; byte++)
        if (rv_pattern_class(byte, letter))
            set_byte(set, byte);
}

/* The end of the set whose first character is at `at`: its ']', which may also stand first. */
static const char *
end_of_set(const struct reader *r, const char *at)
{
    do {
        if (at >= r->end)
            luaL_error(r->L, "malformed pattern (missing ']')");
        if (*at++ == '%' && at < r->end)
            at++;
    } while (at >= r->end || *at != ']');
    return at;
}

/* r->at stands behind the '['. */
static int
read_set(struct reader *r)
{
    struct rv_pattern *p = r->out;
    struct rv_pattern_set *set = &p->sets[p->set_count];
    int inverted = r->at < r->end && *r->at == '^';
    const char *at = r->at + inverted, *end = end_of_set(r, at);
    memset(set, 0, sizeof(*set));
    while (at < end) {
        int byte = (unsigned char)*at++;
        if (byte == '%') {
            set_class(set, (unsigned char)*at++);
        } else if (end - at >= 2 && *at == '-') {
            for (int last = (unsigned char)at[1]; byte <= last; byte++)
                set_byte(set, byte);
            at += 2;
        } else {
            set_byte(set, byte);
        }
    }
    for (size_t i = 0; inverted && i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
        set->bits[i] = ~set->bits[i];
    r->at = end + 1;
    return p->set_count++;
}

static struct rv_pattern_item *
add(struct reader *r, enum rv_pattern_kind kind, int argument)
{
    struct rv_pattern_item *item = &r->out->items[r->out->count++];
    *item = (struct rv_pattern_item){ .kind = (uint8_t)kind, .argument = (uint16_t)argument };
    return item;
}

static void
count_branch(struct reader *r)
{
    if (++r->branches > RV_PATTERN_BRANCHES)
        luaL_error(r->L, "pattern too complex");
}

static void
read_open(struct reader *r)
{
    int capture = r->captures;
    if (capture == RV_PATTERN_CAPTURES)
        luaL_error(r->L, "too many captures");
    r->captures++;
    count_branch(r);
    if (r->at < r->end && *r->at == ')') {
        r->at++;
        r->closed[capture] = 1;
        add(r, RV_ITEM_POSITION, capture);
        return;
    }
    r->open[r->open_count++] = capture;
    add(r, RV_ITEM_OPEN, capture);
}

static void
read_close(struct reader *r)
{
    if (r->open_count == 0)
        luaL_error(r->L, "invalid pattern capture");
    int capture = r->open[--r->open_count];
    count_branch(r);
    r->closed[capture] = 1;
    add(r, RV_ITEM_CLOSE, capture);
}

static void
read_balance(struct reader *r)
{
    if (r->end - r->at < 2)
        luaL_error(r->L, "malformed pattern (missing arguments to '%%b')");
    struct rv_pattern_item *item = add(r, RV_ITEM_BALANCE, (unsigned char)r->at[0]);
    item->second = (unsigned char)r->at[1];
    r->at += 2;
}

static void
read_back_reference(struct reader *r, int digit)
{
    int capture = digit - '1';
    if (capture < 0 || capture >= r->captures || !r->closed[capture])
        luaL_error(r->L, "invalid capture index %%%d in pattern", capture + 1);
    add(r, RV_ITEM_BACK, capture);
}

static void
read_quantifier(struct reader *r, struct rv_pattern_item *item)
{
    int c = r->at < r->end ? *r->at : 0;
    if (c != '*' && c != '+' && c != '-' && c != '?')
        return;
    count_branch(r);
    item->quantifier = (uint8_t)c;
    r->at++;
}

/* After a '%': what stands for one character may be repeated, the rest may not. */
static void
read_escape(struct reader *r)
{
    if (r->at == r->end)
        luaL_error(r->L, "malformed pattern (ends with '%%')");
    int c = (unsigned char)*r->at++;
    if (c == 'b')
        read_balance(r);
    else if (c == 'f') {
        if (r->at == r->end || *r->at++ != '[')
            luaL_error(r->L, "missing '[' after '%%f' in pattern");
        add(r, RV_ITEM_FRONTIER, read_set(r));
    } else if (isdigit(c))
        read_back_reference(r, c);
    else
        read_quantifier(r, add(r, isalpha(c) ? RV_ITEM_CLASS : RV_ITEM_CHAR, c));
}

static void
read_item(struct reader *r)
{
    int c = (unsigned char)*r->at++;
    if (c == '(')
        read_open(r);
    else if (c == ')')
        read_close(r);
    else if (c == '%')
        read_escape(r);
    else if (c == '$' && r->at == r->end)
        add(r, RV_ITEM_END, 0);
    else if (c == '[')
        read_quantifier(r, add(r, RV_ITEM_SET, read_set(r)));
    else
        read_quantifier(r, add(r, c == '.' ? RV_ITEM_ANY : RV_ITEM_CHAR, c));
}

static size_t
count_sets(const char *text, size_t len)
{
    size_t sets = 0;
    for (size_t i = 0; i < len; i++)
        sets += text[i] == '[';
    return sets;
}

struct rv_pattern *
rv_pattern_compile(lua_State *L, const char *text, size_t len)
{
    if (len > RV_PATTERN_LONGEST)
        luaL_error(L, "pattern of %d bytes is longer than %d", (int)len, RV_PATTERN_LONGEST);
    size_t sets = count_sets(text, len);
    struct rv_pattern *p = lua_newuserdatauv(
        L, sizeof(*p) + sets * sizeof(struct rv_pattern_set) + len * sizeof(p->items[0]), 0);
    p->sets = (struct rv_pattern_set *)(p + 1);
    p->items = (struct rv_pattern_item *)(p->sets + sets);
    p->count = p->set_count = 0;
    struct reader r = { .L = L, .out = p, .at = text, .end = text + len };
    while (r.at < r.end)
        read_item(&r);
    if (r.open_count > 0)
        luaL_error(L, "unfinished capture");
    return p;
}
