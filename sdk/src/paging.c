/* SPDX-License-Identifier: Apache-2.0
 *
 * The loop over pages. Nothing of it is scratch memory of the call, which
 * would pile up over thousands of pages.
 */
#include "reeve/paging.h"
#include "http_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PAGE_BYTES ((uint64_t)256 << 20)
enum { MAX_PAGES = 1000 * 1000 };

struct reading {
    const struct reeve_pages *pages;
    struct reeve_json_list *list;
    char *next;      /* what this page said about the next one */
    uint64_t number; /* of this page, from 1 */
};

static int
take_item(struct reeve_call *call, void *arg, const struct reeve_json *item)
{
    struct reading *reading = arg;

    return reading->pages->item(call, reading->pages->arg, item);
}

/* The part of the path to the mark that lies inside of this member; NULL when it is another. */
static const char *
inside(const char *path, const char *member)
{
    size_t len = strlen(member);

    if (!path || strncmp(path, member, len) != 0)
        return NULL;
    return path[len] == 0 || path[len] == '.' || path[len] == '[' ? path + len : NULL;
}

/* A text, or the number of a page. */
static int
keep_mark(struct reeve_call *call, struct reading *reading, const struct reeve_json *mark)
{
    const char *text = reeve_json_string(mark, "", "");
    char digits[32] = "";

    if (reeve_json_type(mark) == REEVE_JSON_NUMBER)
        snprintf(digits, sizeof(digits), "%lld", (long long)reeve_json_int(mark, "", 0));
    if (!*text && !*digits)
        return 0;
    free(reading->next);
    reading->next = strdup(*text ? text : digits);
    return reading->next ? 0
                         : reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a page's mark");
}

static int
take_member(struct reeve_call *call, void *arg, const char *name, const struct reeve_json *value)
{
    struct reading *reading = arg;
    const char *rest = inside(reading->pages->next, name);
    int status = rest ? keep_mark(call, reading, reeve_json_get(value, rest)) : 0;

    if (status < 0 || !reading->pages->member)
        return status;
    return reading->pages->member(call, reading->pages->arg, name, value);
}

static int
feed(void *arg, const char *bytes, uint64_t len)
{
    struct reading *reading = arg;

    return reeve_json_list_feed(reading->list, bytes, len);
}

/* "PATH?PARAMETER=MARK" into *out, which is the caller's to free. */
static int
add_parameter(struct reeve_call *call, const struct reeve_pages *pages, const char *mark,
              char **out)
{
    uint64_t scratch = reeve_alloc_mark(call);
    char *escaped = reeve_url_escape(call, mark);

    if (escaped && asprintf(out, "%s%c%s=%s", pages->path, strchr(pages->path, '?') ? '&' : '?',
                            pages->parameter, escaped) < 0)
        *out = NULL;
    reeve_alloc_release(call, scratch);
    return *out ? 0 : reeve_fail(call, REEVE_E_INTERNAL, "out of memory for the path of a page");
}

/* A 404 in the middle says nothing about the whole list: who asked for it must not take it for one
 * that is not there. */
static int
judge(struct reeve_call *call, const struct reading *reading, const struct rv_sdk_pieces *pieces,
      int status)
{
    if (reading->number == 1 || status != REEVE_E_NOT_FOUND || pieces->status != 404)
        return status;
    reeve_wrap(call, REEVE_E_PROTOCOL, "%.200s broke off at page %llu", reading->pages->path,
               (unsigned long long)reading->number);
    reeve_hint(call, "the mark of a page may expire while a list is read: more objects a page, or "
                     "another attempt, may help");
    return REEVE_E_PROTOCOL;
}

static int
read_page(struct reeve_call *call, struct reeve_http *http, struct rv_sdk_pieces *pieces,
          struct reading *reading)
{
    const struct reeve_pages *pages = reading->pages;
    struct reeve_json_list_config config = {
        .size = sizeof(config),
        .list = pages->list,
        .max_depth = pages->max_depth,
        .item = take_item,
        .member = take_member,
        .arg = reading,
    };

    int status = reeve_json_list_open(call, &config, &reading->list);
    if (status < 0)
        return status;
    pieces->fn = feed;
    pieces->arg = reading;
    pieces->max_bytes = pages->max_page_bytes ? pages->max_page_bytes : MAX_PAGE_BYTES;
    status = rv_sdk_http_get_pieces(call, http, pieces);
    if (status == 0)
        return reeve_json_list_close(reading->list);
    reeve_json_list_abort(reading->list);
    return judge(call, reading, pieces, status);
}

/* More follows, but the author did not say that a list goes on: what it holds beyond this page
 * would count as gone. */
static int
refuse_unread(struct reeve_call *call, const struct reading *reading)
{
    reeve_fail(call, REEVE_E_PROTOCOL,
               "%.200s: the answer's header Link names a next page, which would not be read",
               reading->pages->path);
    reeve_hint(call, "in the provider's struct reeve_pages set link_header, or next, so that the "
                     "list is read to its end");
    return REEVE_E_PROTOCOL;
}

/* From what the page said to the mark after it. A link is a mark once it is resolved. */
static int
go_on(struct reeve_call *call, const struct reeve_http *http, const struct rv_sdk_pieces *pieces,
      const char *mark, struct reading *reading, char **next)
{
    const char *here = mark;
    int status = 0;

    if (!reading->pages->next && !reading->pages->link_header && pieces->link)
        return refuse_unread(call, reading);
    if (reading->pages->link_header && pieces->link) {
        reading->next = strdup(pieces->link);
        if (!reading->next)
            return reeve_fail(call, REEVE_E_INTERNAL, "out of memory for the address of a page");
    }
    if (!reading->next)
        return 0;
    if (reading->pages->parameter) {
        *next = reading->next;
        reading->next = NULL;
    } else {
        status = rv_sdk_http_resolve(call, http, pieces->from, reading->next, next);
        here = pieces->from;
    }
    if (status == 0 && here && strcmp(*next, here) == 0)
        return reeve_fail(call, REEVE_E_PROTOCOL, "%.200s: a page names itself as the next one",
                          reading->pages->path);
    return status;
}

/* One page after `mark`; *next is then the mark after it, NULL at the end. */
static int
read_after(struct reeve_call *call, struct reeve_http *http, const char *mark,
           struct reading *reading, char **next)
{
    const struct reeve_pages *pages = reading->pages;
    struct rv_sdk_pieces pieces = { .path = pages->path,
                                    .headers = { pages->headers, pages->header_size } };
    char *path = NULL;
    int status = 0;

    *next = NULL;
    if (mark && pages->parameter) {
        status = add_parameter(call, pages, mark, &path);
        pieces.path = path;
    } else if (mark) {
        pieces.url = mark;
        pieces.path = rv_sdk_http_path_of(mark);
    }
    if (status == 0)
        status = read_page(call, http, &pieces, reading);
    if (status == 0)
        status = go_on(call, http, &pieces, mark, reading, next);
    free(pieces.from);
    free(pieces.link);
    free(path);
    free(reading->next);
    reading->next = NULL;
    return status;
}

int
reeve_read_pages(struct reeve_call *call, struct reeve_http *http, const struct reeve_pages *pages)
{
    struct reeve_pages given = { 0 };
    struct reading reading = { .pages = &given };
    char *mark = NULL;
    int status = 0;

    memcpy(&given, pages, pages->size < sizeof(given) ? (size_t)pages->size : sizeof(given));
    if (!given.item || !given.path)
        return reeve_fail(call, REEVE_E_INTERNAL,
                          "pages without a path or a function for their items");
    if (given.link_header && (given.next || given.parameter))
        return reeve_fail(call, REEVE_E_INTERNAL,
                          "pages that go on by a header, and by a member or parameter as well");
    uint64_t max_pages = given.max_pages ? given.max_pages : MAX_PAGES;
    while (status == 0 && (reading.number == 0 || mark)) {
        char *next = NULL;
        if (reading.number++ == max_pages)
            status = reeve_fail(call, REEVE_E_LIMIT, "%.200s: more than %llu pages", given.path,
                                (unsigned long long)max_pages);
        else
            status = read_after(call, http, mark, &reading, &next);
        free(mark);
        mark = next;
    }
    free(mark);
    return status;
}
