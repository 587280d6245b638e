/* SPDX-License-Identifier: Apache-2.0
 *
 * Links of a page.
 */
#include "api/links.h"

#include <inttypes.h>
#include <string.h>

const char *
rv_links_target(const struct rv_request *req, int64_t offset)
{
    const char *query = strchr(req->target, '?');
    rv_buf out = rv_buf_limited(RV_TARGET_MAX + 64);
    int written = 0;

    rv_buf_add(&out, req->target, query ? (size_t)(query - req->target) : strlen(req->target));
    for (const char *at = query ? query + 1 : ""; *at;) {
        size_t len = strcspn(at, "&");
        if (len > 0 && strncmp(at, "offset=", 7) != 0) {
            rv_buf_add_char(&out, written++ ? '&' : '?');
            rv_buf_add(&out, at, len);
        }
        at += len + (at[len] == '&');
    }
    rv_buf_addf(&out, "%coffset=%" PRId64, written ? '&' : '?', offset);
    const char *target = rv_arena_strdup(req->arena, rv_buf_text(&out));
    rv_buf_free(&out);
    return target;
}

static void
write_link(const struct rv_request *req, rv_json_writer *w, const char *name, const char *target)
{
    rv_jw_name(w, name);
    rv_jw_string(w, rv_arena_format(req->arena, "%s%s", req->root, target));
}

void
rv_links_write(const struct rv_request *req, rv_json_writer *w, int64_t offset, int64_t limit,
               int64_t shown, int64_t rows)
{
    int64_t last = rows > 0 ? (rows - 1) / limit * limit : 0;

    rv_jw_name(w, "links");
    rv_jw_object(w);
    write_link(req, w, "self", req->target);
    if (offset < rows && shown > 0 && shown < rows - offset)
        write_link(req, w, "next", rv_links_target(req, offset + shown));
    if (offset > 0)
        write_link(req, w, "previous", rv_links_target(req, offset > limit ? offset - limit : 0));
    write_link(req, w, "first", rv_links_target(req, 0));
    write_link(req, w, "last", rv_links_target(req, last));
    rv_jw_end_object(w);
}
