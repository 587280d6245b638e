/* SPDX-License-Identifier: Apache-2.0
 *
 * libevent answers what it cannot read, headers over their ceiling and a body far over its ceiling
 * with a short HTML page, and has no way to say what else it should be. Nobody else writes HTML
 * into a connection: the page is taken out again before it is sent, and ours put in its place.
 */
#include "api/page.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <string.h>
#include "api/answer.h"
#include "base/mem.h"

/* The whole answer, with its headers, is smaller than this. */
enum { PAGE_MAX = 600, LINE_MIN = sizeof("HTTP/1.1 400") - 1 };
#define ITS_END "</HTML>\n"

static const struct said {
    int status, answered;
    const char *message, *hint;
} said[] = {
    { 413, 413, "the request's body is larger than is read at all",
      "at most api.body_max bytes are taken" },
    { 417, 400, "Expect: nothing but 100-continue is known", NULL },
    { 501, 400, "no such HTTP method", NULL },
    { 400, 400, "no HTTP request that can be read, or headers over their ceiling", NULL },
};

static const struct said *
said_of(int status)
{
    size_t i = 0;
    while (i + 1 < RV_COUNT(said) && said[i].status != status)
        i++;
    return &said[i];
}

static void
put(struct evbuffer *out, int its_status)
{
    const struct said *what = said_of(its_status);
    RV_AUTO_BUF rv_buf body = rv_buf_limited(4096);
    rv_answer_error_body(&body, what->answered, what->message, what->hint);
    evbuffer_add_printf(out,
                        "HTTP/1.1 %d %s\r\n"
                        "Content-Type: application/json; charset=utf-8\r\n"
                        "Access-Control-Allow-Origin: *\r\n"
                        "X-Content-Type-Options: nosniff\r\n"
                        "Connection: close\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        what->answered, rv_reason_of(what->answered), body.len, rv_buf_text(&body));
}

/* The status of a page that is there whole and alone; 0: it is something else. */
static int
status_of_page(struct evbuffer *out)
{
    char text[PAGE_MAX + 1];
    size_t len = evbuffer_get_length(out), end = sizeof(ITS_END) - 1;
    if (len < LINE_MIN + end || len > PAGE_MAX ||
        evbuffer_copyout(out, text, LINE_MIN) != LINE_MIN ||
        (text[9] != '4' && text[9] != '5')) /* what most are is seen at once */
        return 0;
    ev_ssize_t got = evbuffer_copyout(out, text, len);
    if (got != (ev_ssize_t)len || memcmp(text + len - end, ITS_END, end) != 0)
        return 0;
    text[len] = '\0';
    int is_page =
        strncmp(text, "HTTP/1.", 7) == 0 && strstr(text, "\r\nContent-Type: text/html\r\n") != NULL;
    return is_page ? 100 * (text[9] - '0') + 10 * (text[10] - '0') + text[11] - '0' : 0;
}

static void
on_added(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
    (void)arg;
    int status = info->n_added ? status_of_page(out) : 0;
    if (status == 0)
        return;
    evbuffer_drain(out, evbuffer_get_length(out));
    put(out, status);
}

void
rv_page_replace(struct bufferevent *bev)
{
    evbuffer_add_cb(bufferevent_get_output(bev), on_added, NULL);
}
