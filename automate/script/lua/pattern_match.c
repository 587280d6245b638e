/* SPDX-License-Identifier: Apache-2.0
 *
 * The matcher. It goes back where it has to, as Lua's does, and counts what it looks at: the run's
 * budget ends a pattern that would not. Its recursion is as deep as the pattern has branches.
 */
#include "script/lua/pattern.h"

#include <ctype.h>
#include <string.h>
#include "script/lua/pattern_internal.h"
#include "script/lua/run.h"

enum { STEPS_A_CHARGE = 1024, BYTES_A_STEP = 16 };

int
rv_pattern_class(int byte, int letter)
{
    int in;
    switch (tolower(letter)) {
    case 'a':
        in = isalpha(byte);
        break;
    case 'c':
        in = iscntrl(byte);
        break;
    case 'd':
        in = isdigit(byte);
        break;
    case 'g':
        in = isgraph(byte);
        break;
    case 'l':
        in = islower(byte);
        break;
    case 'p':
        in = ispunct(byte);
        break;
    case 's':
        in = isspace(byte);
        break;
    case 'u':
        in = isupper(byte);
        break;
    case 'w':
        in = isalnum(byte);
        break;
    case 'x':
        in = isxdigit(byte);
        break;
    default:
        return byte == letter;
    }
    return isupper(letter) ? !in : in != 0;
}

static void
step(struct rv_match *m, int64_t count)
{
    m->steps += count;
    if (m->steps < STEPS_A_CHARGE)
        return;
    rv_lua_charge(m->L, m->steps);
    m->steps = 0;
}

static int
in_set(const struct rv_pattern *p, int set, int byte)
{
    return (p->sets[set].bits[byte >> 5] >> (byte & 31)) & 1;
}

/* Whether the item's one character stands at `at`. */
static int
is_single(struct rv_match *m, const struct rv_pattern_item *item, const char *at)
{
    step(m, 1);
    if (at >= m->end)
        return 0;
    int byte = (unsigned char)*at;
    switch (item->kind) {
    case RV_ITEM_CHAR:
        return byte == item->argument;
    case RV_ITEM_ANY:
        return 1;
    case RV_ITEM_CLASS:
        return rv_pattern_class(byte, item->argument);
    default:
        return in_set(m->pattern, item->argument, byte);
    }
}

static const char *
match_balance(struct rv_match *m, const struct rv_pattern_item *item, const char *at)
{
    int depth = 1, open = item->argument, close = item->second;
    if (at >= m->end || (unsigned char)*at != open)
        return NULL;
    while (++at < m->end) {
        step(m, 1);
        if ((unsigned char)*at == close) {
            if (--depth == 0)
                return at + 1;
        } else if ((unsigned char)*at == open) {
            depth++;
        }
    }
    return NULL;
}

static int
at_frontier(struct rv_match *m, int set, const char *at)
{
    int before = at == m->start ? 0 : (unsigned char)at[-1];
    int here = at == m->end ? 0 : (unsigned char)*at;
    step(m, 1);
    return !in_set(m->pattern, set, before) && in_set(m->pattern, set, here);
}

static const char *
match_back(struct rv_match *m, int capture, const char *at)
{
    const struct rv_capture *c = &m->captures[capture];
    if (c->len < 0 || m->end - at < c->len)
        return NULL;
    step(m, 1 + c->len / BYTES_A_STEP);
    return memcmp(c->start, at, (size_t)c->len) == 0 ? at + c->len : NULL;
}

/* What does not branch: the place behind the item, or NULL. */
static const char *
match_plain(struct rv_match *m, const struct rv_pattern_item *item, const char *at)
{
    switch (item->kind) {
    case RV_ITEM_BALANCE:
        return match_balance(m, item, at);
    case RV_ITEM_FRONTIER:
        return at_frontier(m, item->argument, at) ? at : NULL;
    case RV_ITEM_BACK:
        return match_back(m, item->argument, at);
    case RV_ITEM_END:
        return at == m->end ? at : NULL;
    default:
        return is_single(m, item, at) ? at + 1 : NULL;
    }
}

static const char *match_from(struct rv_match *m, int index, const char *at);

static const char *
match_capture(struct rv_match *m, int index, const char *at)
{
    const struct rv_pattern_item *item = &m->pattern->items[index];
    struct rv_capture *c = &m->captures[item->argument];
    struct rv_capture before = *c;
    if (item->kind == RV_ITEM_CLOSE)
        c->len = at - c->start;
    else
        *c = (struct rv_capture){ .start = at,
                                  .len = item->kind == RV_ITEM_OPEN ? RV_CAPTURE_OPEN
                                                                    : RV_CAPTURE_POSITION };
    int count = m->count;
    if (item->kind != RV_ITEM_CLOSE)
        m->count = item->argument + 1;
    const char *end = match_from(m, index + 1, at);
    if (!end) {
        *c = before;
        m->count = count;
    }
    return end;
}

static const char *
match_most(struct rv_match *m, int index, const char *at)
{
    const struct rv_pattern_item *item = &m->pattern->items[index];
    const char *last = at, *first = at + (item->quantifier == '+');
    while (is_single(m, item, last))
        last++;
    for (; last >= first; last--) {
        const char *end = match_from(m, index + 1, last);
        if (end)
            return end;
    }
    return NULL;
}

static const char *
match_least(struct rv_match *m, int index, const char *at)
{
    const struct rv_pattern_item *item = &m->pattern->items[index];
    for (;; at++) {
        const char *end = match_from(m, index + 1, at);
        if (end)
            return end;
        if (!is_single(m, item, at))
            return NULL;
    }
}

static const char *
match_maybe(struct rv_match *m, int index, const char *at)
{
    const char *end = NULL;
    if (is_single(m, &m->pattern->items[index], at))
        end = match_from(m, index + 1, at + 1);
    return end ? end : match_from(m, index + 1, at);
}

static const char *
match_from(struct rv_match *m, int index, const char *at)
{
    for (; index < m->pattern->count; index++) {
        const struct rv_pattern_item *item = &m->pattern->items[index];
        if (item->kind == RV_ITEM_OPEN || item->kind == RV_ITEM_CLOSE ||
            item->kind == RV_ITEM_POSITION)
            return match_capture(m, index, at);
        if (item->quantifier == '*' || item->quantifier == '+')
            return match_most(m, index, at);
        if (item->quantifier == '-')
            return match_least(m, index, at);
        if (item->quantifier == '?')
            return match_maybe(m, index, at);
        at = match_plain(m, item, at);
        if (!at)
            return NULL;
    }
    return at;
}

const char *
rv_pattern_match(struct rv_match *m, const char *at)
{
    m->count = 0;
    step(m, 1);
    return match_from(m, 0, at);
}
