/* SPDX-License-Identifier: Apache-2.0
 *
 * libyaml's events, checked, handed on to whoever builds something of them. No recursion: of each
 * open collection one byte is kept.
 */
#include "base/yaml_walk.h"

#include <string.h>
#include "base/text.h"

enum place { IN_SEQUENCE, AT_KEY, AT_VALUE };

struct walk {
    yaml_parser_t parser;
    const struct rv_yaml_calls *calls;
    unsigned char places[RV_JSON_MAX_DEPTH]; /* enum place, of what is open */
    int depth;
    int seen; /* a document has begun */
    rv_err *err;
};

int
rv_yaml_fail(const struct rv_yaml_calls *calls, yaml_mark_t at, const char *what, rv_err *err)
{
    return rv_fail(err, RV_E_INVALID, "%sline %zu, column %zu: %s", calls->prefix, at.line + 1,
                   at.column + 1, what);
}

static int
fail_at(const struct walk *w, yaml_mark_t at, const char *what)
{
    return rv_yaml_fail(w->calls, at, what, w->err);
}

static int
fail_syntax(const struct walk *w)
{
    const yaml_parser_t *p = &w->parser;
    const char *problem = p->problem ? p->problem : "malformed";
    if (p->error == YAML_MEMORY_ERROR)
        return rv_fail(w->err, RV_E_LIMIT, "out of memory for YAML");
    if (p->error == YAML_READER_ERROR)
        return rv_fail(w->err, RV_E_INVALID, "%sbyte %zu: %s", w->calls->prefix, p->problem_offset,
                       problem);
    if (p->context == NULL)
        return fail_at(w, p->problem_mark, problem);
    return rv_fail(w->err, RV_E_INVALID, "%sline %zu, column %zu: %s (%s)", w->calls->prefix,
                   p->problem_mark.line + 1, p->problem_mark.column + 1, problem, p->context);
}

/* A value of the open mapping was there: a key comes next. */
static void
pass_value(struct walk *w)
{
    if (w->depth && w->places[w->depth - 1] == AT_VALUE)
        w->places[w->depth - 1] = AT_KEY;
}

static int
take_key(struct walk *w, const yaml_event_t *event)
{
    int plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (plain && strcmp((const char *)event->data.scalar.value, "<<") == 0)
        return fail_at(w, event->start_mark, "merge keys (<<) are not allowed");
    w->places[w->depth - 1] = AT_VALUE;
    return w->calls->key(w->calls->arg, event, w->err);
}

static int
take_scalar(struct walk *w, const yaml_event_t *event)
{
    if (event->data.scalar.anchor)
        return fail_at(w, event->start_mark, "anchors and aliases are not allowed");
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
        return fail_at(w, event->start_mark, "U+0000 is not allowed in a string");
    if (w->depth && w->places[w->depth - 1] == AT_KEY)
        return take_key(w, event);
    pass_value(w);
    return w->calls->scalar(w->calls->arg, event, w->err);
}

static int
take_open(struct walk *w, const yaml_event_t *event, const yaml_char_t *anchor,
          const yaml_char_t *tag)
{
    int is_map = event->type == YAML_MAPPING_START_EVENT;
    if (anchor)
        return fail_at(w, event->start_mark, "anchors and aliases are not allowed");
    if (w->depth && w->places[w->depth - 1] == AT_KEY)
        return fail_at(w, event->start_mark, "a key must be a scalar");
    if (tag && strcmp((const char *)tag, is_map ? YAML_MAP_TAG : YAML_SEQ_TAG) != 0)
        return fail_at(w, event->start_mark, "unknown tag");
    if (w->depth == RV_JSON_MAX_DEPTH)
        return rv_fail(w->err, RV_E_LIMIT, "%sline %zu: nested deeper than %d levels",
                       w->calls->prefix, event->start_mark.line + 1, RV_JSON_MAX_DEPTH);
    pass_value(w);
    w->places[w->depth++] = is_map ? AT_KEY : IN_SEQUENCE;
    return w->calls->open(w->calls->arg, event, w->err);
}

static int
take_event(struct walk *w, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return w->seen++ ? fail_at(w, event->start_mark, "more than one document") : 0;
    case YAML_ALIAS_EVENT:
        return fail_at(w, event->start_mark, "anchors and aliases are not allowed");
    case YAML_SCALAR_EVENT:
        return take_scalar(w, event);
    case YAML_MAPPING_START_EVENT:
        return take_open(w, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    case YAML_SEQUENCE_START_EVENT:
        return take_open(w, event, event->data.sequence_start.anchor,
                         event->data.sequence_start.tag);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        w->depth--;
        return w->calls->close(w->calls->arg, w->err);
    default:
        return 0;
    }
}

static int
read_events(struct walk *w)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&w->parser, &event))
            return fail_syntax(w);
        int ended = event.type == YAML_STREAM_END_EVENT;
        int failed = take_event(w, &event);
        yaml_event_delete(&event);
        if (failed || ended)
            return failed;
    }
}

int
rv_yaml_walk(const struct rv_yaml_calls *calls, const char *text, size_t len, size_t max_bytes,
             rv_err *err)
{
    struct walk w = { .calls = calls, .err = err };
    if (len > max_bytes)
        return rv_fail(err, RV_E_LIMIT, "YAML of %zu bytes is larger than the limit of %zu", len,
                       max_bytes);
    size_t valid = rv_utf8_prefix(text, len);
    if (valid < len)
        return rv_fail(err, RV_E_INVALID, "%sbyte %zu: %s", calls->prefix, valid,
                       text[valid] ? "not UTF-8" : "a zero byte");
    if (!yaml_parser_initialize(&w.parser))
        return rv_fail(err, RV_E_LIMIT, "out of memory for YAML");
    yaml_parser_set_encoding(&w.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&w.parser, (const unsigned char *)text, len);
    int failed = read_events(&w);
    yaml_parser_delete(&w.parser);
    return failed;
}
