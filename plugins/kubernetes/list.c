/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of a list. The token of the next page and the version of the list stand in the
 * list's metadata, which the API server sends ahead of the items, but that is nowhere promised.
 */
#include "list.h"

#include <stdio.h>
#include <string.h>

#include "reeve/retry.h"

#define MAX_PAGE_BYTES ((uint64_t)256 * 1024 * 1024)
#define MAX_ITEM_BYTES (16 * 1024 * 1024)
#define CONTINUE_BYTES 4096
#define TRIES 3    /* of a page that did not come whole */
#define RESTARTS 3 /* of a list whose continue token expired */

struct page {
    const struct kube_work *work;
    const struct kube_collection *what;
    struct kube_listing *listing;
    struct kube_map map;
    struct reeve_json_list *reader;
    int is_list; /* "kind": "...List" was seen */
    int begun;   /* bytes came */
    char next[CONTINUE_BYTES];
    char seen[CONTINUE_BYTES]; /* the token of an earlier page */
    uint64_t pages;
};

int
kube_is_version(const char *text)
{
    return text && *text && strlen(text) < KUBE_VERSION_BYTES &&
           strspn(text, "0123456789") == strlen(text) && strcmp(text, "0") != 0;
}

/* Events are of no inventory: there it is said in the log alone. */
static int
warn(const struct kube_work *work, const char *name, const char *text)
{
    return work->inv ? reeve_warn(work->inv, name, text) : 0;
}

int
kube_emit_item(const struct kube_work *work, const struct kube_collection *what,
               struct kube_map *map, const struct reeve_json *item, uint64_t *rejected)
{
    uint64_t mark = reeve_alloc_mark(work->call);
    int rc = what->map(map, item);

    if (rc == REEVE_E_INVALID || rc == REEVE_E_LIMIT) {
        char text[512];

        snprintf(text, sizeof(text), "'%.253s' cannot be kept: %.200s",
                 reeve_json_string(item, "metadata.name", ""), reeve_fail_text(work->call));
        reeve_fail_clear(work->call);
        reeve_log(work->call, REEVE_LOG_WARNING, "%s %s", what->name, text);
        rc = warn(work, what->name, text);
        ++*rejected;
    }
    reeve_alloc_release(work->call, mark);
    return rc;
}

static int
take_item(struct reeve_call *call, void *arg, const struct reeve_json *item)
{
    struct page *page = (struct page *)arg;
    struct kube_listing *listing = page->listing;
    int rc = kube_check_identity(call, item);

    if (rc)
        return rc;
    listing->count++;
    rc = kube_emit_item(page->work, page->what, &page->map, item, &listing->rejected);
    listing->host_failed = rc != 0;
    return rc;
}

static int
keep(struct reeve_call *call, char *out, size_t size, const char *text, const char *what)
{
    if (strlen(text) >= size)
        return reeve_fail(call, REEVE_E_LIMIT, "the list's %s has %zu bytes", what, strlen(text));
    memcpy(out, text, strlen(text) + 1);
    return 0;
}

static int
take_member(struct reeve_call *call, void *arg, const char *name, const struct reeve_json *value)
{
    struct page *page = (struct page *)arg;
    const char *kind;
    size_t len;
    int rc;

    if (strcmp(name, "kind") == 0) {
        kind = reeve_json_string(value, NULL, "");
        len = strlen(kind);
        page->is_list = len >= 4 && strcmp(kind + len - 4, "List") == 0;
        return 0;
    }
    if (strcmp(name, "metadata") != 0)
        return 0;
    rc = keep(call, page->next, sizeof(page->next), reeve_json_string(value, "continue", ""),
              "continue token");
    if (rc)
        return rc;
    return keep(call, page->listing->version, sizeof(page->listing->version),
                reeve_json_string(value, "resourceVersion", ""), "resourceVersion");
}

static int
take_bytes(void *arg, const char *bytes, uint64_t len)
{
    struct page *page = (struct page *)arg;

    page->begun = 1;
    return reeve_json_list_feed(page->reader, bytes, len);
}

static const char *
page_path(const struct page *page, const char *token)
{
    struct reeve_call *call = page->work->call;
    const char *path = reeve_format(call, "%s/%s?limit=%lld", page->what->api, page->what->name,
                                    (long long)page->work->conn->page_size);

    if (path && *token) {
        const char *escaped = reeve_url_escape(call, token);

        path = escaped ? reeve_format(call, "%s&continue=%s", path, escaped) : NULL;
    }
    return path;
}

static int
check_page(struct page *page)
{
    struct reeve_call *call = page->work->call;

    if (!page->is_list)
        return reeve_fail(call, REEVE_E_PROTOCOL, "the answer is no list of Kubernetes");
    if (!page->listing->version[0])
        return reeve_fail(call, REEVE_E_PROTOCOL, "the list has no resourceVersion");
    return 0;
}

/* One request. page->next is in: this page's token, out: the next one's. */
static int
read_page(struct page *page)
{
    struct reeve_json_list_config config = {
        .size = sizeof(config),
        .list = "items",
        .max_item_bytes = MAX_ITEM_BYTES,
        .max_depth = KUBE_JSON_DEPTH,
        .item = take_item,
        .member = take_member,
        .arg = page,
    };
    struct reeve_call *call = page->work->call;
    const char *path = page_path(page, page->next);
    int rc;

    if (!path)
        return REEVE_E_LIMIT;
    rc = reeve_json_list_open(call, &config, &page->reader);
    if (rc)
        return rc;
    page->next[0] = '\0';
    page->is_list = 0;
    page->begun = 0;
    rc = reeve_http_get_body(call, page->work->conn->http, path, take_bytes, page, MAX_PAGE_BYTES);
    if (rc) {
        reeve_json_list_abort(page->reader);
        return rc;
    }
    rc = reeve_json_list_close(page->reader);
    return rc ? rc : check_page(page);
}

/* The same, again when it was cut off. What fails before its first byte was tried again already, by
 * the SDK. */
static int
read_page_patiently(struct page *page)
{
    struct reeve_backoff backoff = { 0 };
    char token[CONTINUE_BYTES];

    memcpy(token, page->next, sizeof(token));
    for (int try = 1;; try++) {
        uint64_t mark = reeve_alloc_mark(page->work->call);
        int rc, slept;

        memcpy(page->next, token, sizeof(token));
        rc = read_page(page);
        reeve_alloc_release(page->work->call, mark);
        if (!rc || page->listing->host_failed || try == TRIES || !page->begun ||
            !reeve_retryable(page->work->call, rc))
            return rc;
        reeve_log(page->work->call, REEVE_LOG_INFO, "list %s: %s; trying again", page->what->name,
                  reeve_fail_text(page->work->call));
        slept = reeve_sleep(page->work->call, reeve_backoff_next(&backoff, 0));
        if (slept)
            return slept;
    }
}

/* A list whose tokens come again has no end. Each is compared with one that is taken anew whenever
 * the count of pages has doubled: that finds a circle of any length. */
static int
check_progress(struct page *page)
{
    if (page->next[0] && strcmp(page->next, page->seen) == 0)
        return reeve_fail(page->work->call, REEVE_E_PROTOCOL,
                          "after %llu pages the list begins again: its continue token was there"
                          " before",
                          (unsigned long long)page->pages);
    if ((page->pages & (page->pages - 1)) == 0)
        memcpy(page->seen, page->next, sizeof(page->seen));
    return 0;
}

static int
read_pages(struct page *page)
{
    int rc;

    page->next[0] = '\0';
    page->seen[0] = '\0';
    page->pages = 0;
    page->listing->count = 0;
    page->listing->rejected = 0;
    do {
        rc = read_page_patiently(page);
        page->pages++;
        if (!rc)
            rc = check_progress(page);
    } while (!rc && page->next[0]);
    return rc;
}

int
kube_warn_refused(const struct kube_work *work, const struct kube_collection *what, int error_class)
{
    char text[300];

    if (error_class == REEVE_E_PERMISSION)
        snprintf(text, sizeof(text),
                 "not allowed to read %s%s%s: give the account list and watch on it", what->name,
                 strcmp(what->api, "/api/v1") == 0 ? "" : " of ",
                 strcmp(what->api, "/api/v1") == 0 ? "" : what->api + strlen("/apis/"));
    else
        snprintf(text, sizeof(text), "the cluster has no %s at %s", what->name, what->api);
    reeve_fail_clear(work->call);
    return warn(work, what->name, text);
}

int
kube_list_with(const struct kube_work *work, const struct kube_collection *what,
               const struct kube_map *map, struct kube_listing *out)
{
    struct page page = { .work = work, .what = what, .listing = out };
    int64_t began_ms = reeve_monotonic_ms(work->call);
    int rc = REEVE_E_GONE;

    memset(out, 0, sizeof(*out));
    page.map = *map;
    for (int i = 0; i <= RESTARTS && rc == REEVE_E_GONE && !out->host_failed; i++)
        rc = read_pages(&page);
    if (out->host_failed)
        return rc;
    if (rc == REEVE_E_PERMISSION || rc == REEVE_E_NOT_FOUND) {
        out->refused = 1;
        return kube_warn_refused(work, what, rc);
    }
    if (rc == REEVE_E_GONE)
        rc = reeve_fail(work->call, REEVE_E_UNAVAILABLE,
                        "its pages expired %d times while they were read", RESTARTS + 1);
    if (rc)
        return reeve_wrap(work->call, rc, "list %s", what->name);
    reeve_fail_clear(work->call);
    reeve_log(work->call, REEVE_LOG_DEBUG, "listed %llu %s in %lld ms",
              (unsigned long long)out->count, what->name,
              (long long)(reeve_monotonic_ms(work->call) - began_ms));
    rc = out->rejected ? 0 : warn(work, what->name, NULL);
    out->host_failed = rc != 0;
    return rc;
}

int
kube_list(const struct kube_work *work, const struct kube_collection *what,
          struct kube_listing *out)
{
    struct kube_map map = { .call = work->call, .inv = work->inv, .images = &work->conn->images };

    return kube_list_with(work, what, &map, out);
}
