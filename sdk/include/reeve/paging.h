/* SPDX-License-Identifier: Apache-2.0
 *
 * Long lists that a server gives out in pages. Each page is taken apart while
 * it arrives, so neither its size nor the list's costs memory.
 */
#ifndef REEVE_PAGING_H
#define REEVE_PAGING_H

#include <stdint.h>
#include "reeve/call.h"
#include "reeve/http.h"
#include "reeve/json.h"

#ifdef __cplusplus
extern "C" {
#endif

struct reeve_pages {
    uint64_t size;
    const char *path; /* of the first page, query and all: "/v1/vms?limit=500" */
    const char *list; /* name of the member that holds the array; NULL: the page is the array */
    const char *next; /* where a page says how to go on: "metadata.continue". Absent, null or
                       * "" there: it was the last page. NULL: there is one page only, and an
                       * answer whose header Link names a next one is a failure (PROTOCOL) */
    const char *parameter;   /* the query parameter that takes it: "continue"; NULL: it is the next
                              * page's address, whole or relative to that of this page (RFC 3986:
                              * "/x" is the origin's, not base_url's), within the client's origin */
    uint64_t max_page_bytes; /* 0: 256 MiB */
    uint64_t max_pages;      /* 0: a million */
    int32_t max_depth;       /* 0: 64 */
    int32_t reserved;
    /* As in reeve_json_list_config. */
    int (*item)(struct reeve_call *call, void *arg, const struct reeve_json *item);
    int (*member)(struct reeve_call *call, void *arg, const char *name,
                  const struct reeve_json *value);
    void *arg;
    const struct reeve_http_header *headers; /* of each request, beside the client's; NULL: none */
    uint64_t header_size;                    /* of an element; 0: as in version 1.1 */
    int32_t link_header; /* 1: the answer's header says how to go on, `Link: <ADDRESS>; rel="next"`
                          * (RFC 8288); without one it was the last page. next and parameter are
                          * then NULL, an address is what it is without parameter */
    int32_t reserved_2;
};

/* All pages from the first to the last, with the client's retries. 0, or the class of the first
 * failure: of a request, an answer that is no such list, or a callback. NOT_FOUND is that of the
 * first page alone (there is no such list, unless a callback said it): when a later one is not
 * found, the listing failed (PROTOCOL). A next page at another origin is refused (PROTOCOL), since
 * the client's secrets would go there. */
int reeve_read_pages(struct reeve_call *call, struct reeve_http *http,
                     const struct reeve_pages *pages);

#ifdef __cplusplus
}
#endif
#endif
