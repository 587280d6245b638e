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
    char *next; /* the mark that this page brought */
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

static int
read_page(struct reeve_call *call, struct reeve_http *http, const char *path,
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
    status = reeve_http_get_body(call, http, path, feed, reading,
                                 pages->max_page_bytes ? pages->max_page_bytes : MAX_PAGE_BYTES);
    if (status == 0)
        return reeve_json_list_close(reading->list);
    reeve_json_list_abort(reading->list);
    return status;
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

/* The mark is a path, or a URL of this client. */
static int
take_link(struct reeve_call *call, const struct reeve_http *http, const char *mark, char **out)
{
    size_t base_len = strlen(http->base_url);

    if (strncmp(mark, http->base_url, base_len) == 0 &&
        (mark[base_len] == '/' || mark[base_len] == '?'))
        mark += base_len;
    else if (mark[0] != '/' && mark[0] != '?')
        return reeve_fail(call, REEVE_E_PROTOCOL, "the next page is at another place, '%.200s'",
                          mark);
    *out = strdup(mark);
    return *out ? 0 : reeve_fail(call, REEVE_E_INTERNAL, "out of memory for the path of a page");
}

static int
make_path(struct reeve_call *call, const struct reeve_http *http, const struct reeve_pages *pages,
          const char *mark, char **out)
{
    *out = NULL;
    if (!mark) {
        *out = strdup(pages->path);
        return *out ? 0 : reeve_fail(call, REEVE_E_INTERNAL, "out of memory for a path");
    }
    return pages->parameter ? add_parameter(call, pages, mark, out)
                            : take_link(call, http, mark, out);
}

/* One page after `mark`; *next is then the mark after it, NULL at the end. */
static int
read_after(struct reeve_call *call, struct reeve_http *http, const struct reeve_pages *pages,
           const char *mark, char **next)
{
    struct reading reading = { .pages = pages };
    char *path;

    *next = NULL;
    int status = make_path(call, http, pages, mark, &path);
    if (status == 0)
        status = read_page(call, http, path, &reading);
    if (status == 0 && reading.next && mark && strcmp(reading.next, mark) == 0)
        status = reeve_fail(call, REEVE_E_PROTOCOL, "%.200s: a page names itself as the next one",
                            pages->path);
    free(path);
    if (status == 0)
        *next = reading.next;
    else
        free(reading.next);
    return status;
}

int
reeve_read_pages(struct reeve_call *call, struct reeve_http *http, const struct reeve_pages *pages)
{
    struct reeve_pages given = { 0 };
    char *mark = NULL;
    int status = 0;

    memcpy(&given, pages, pages->size < sizeof(given) ? (size_t)pages->size : sizeof(given));
    if (!given.item || !given.path)
        return reeve_fail(call, REEVE_E_INTERNAL,
                          "pages without a path or a function for their items");
    uint64_t max_pages = given.max_pages ? given.max_pages : MAX_PAGES;
    for (uint64_t i = 0; status == 0 && (i == 0 || mark); i++) {
        char *next = NULL;
        if (i == max_pages)
            status = reeve_fail(call, REEVE_E_LIMIT, "%.200s: more than %llu pages", given.path,
                                (unsigned long long)max_pages);
        else
            status = read_after(call, http, &given, mark, &next);
        free(mark);
        mark = next;
    }
    return status;
}
