/* SPDX-License-Identifier: Apache-2.0
 *
 * A mail: an envelope for libcurl, and the text of RFC 5322 and MIME: headers and one body, which
 * is written in base64, so that no line of it is too long or means something.
 */
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "transfer.h"

struct post {
    const struct rv_net_server *server;
    const struct rv_net_mail *mail;
    CURL *curl;
    struct curl_slist *recipients;
    int count;
    rv_buf text;
    size_t sent;
    char detail[CURL_ERROR_SIZE];
};

/* "name@host", without what would end it in a command. */
static int
check_address(const char *address, rv_err *err)
{
    size_t len = strlen(address);
    const char *at = strrchr(address, '@');
    if (len > 254 || !at || at == address || at[1] == '\0' ||
        strcspn(address, " \t\r\n<>,;:\"\\()[]") != len)
        return rv_fail(err, RV_E_INVALID, "'%.80s' is no mail address", address);
    return rv_net_check_line("a mail address", address, err);
}

static int
is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text > 0x7e)
            return 0;
    return 1;
}

/* ASCII stays; else words of whole characters, folded into lines. */
static void
add_subject(rv_buf *out, const char *subject)
{
    enum { WORD_BYTES = 45 }; /* a word is 75 characters long at most */
    rv_buf_add_string(out, "Subject: ");
    if (is_ascii(subject)) {
        rv_buf_add_string(out, subject);
        return;
    }
    for (size_t len = strlen(subject); len > 0;) {
        size_t part = len < WORD_BYTES ? len : WORD_BYTES;
        while (part < len && part > 1 && ((unsigned char)subject[part] & 0xc0) == 0x80)
            part--;
        rv_buf_add_string(out, "=?UTF-8?B?"); /* an encoded word of RFC 2047 */
        rv_base64_encode(out, subject, part);
        rv_buf_add_string(out, "?=");
        subject += part;
        len -= part;
        if (len > 0)
            rv_buf_add_string(out, "\r\n ");
    }
}

/* The envelope's recipients, and the header that names them unless it is NULL. */
static int
add_recipients(struct post *post, const char *header, const char *const *addresses, rv_err *err)
{
    rv_buf *line = &post->text;
    if (!addresses || !addresses[0])
        return 0;
    if (header)
        rv_buf_addf(line, "%s: ", header);
    for (size_t i = 0; addresses[i]; i++) {
        if (check_address(addresses[i], err) < 0)
            return err->code;
        if (++post->count > RV_NET_RECIPIENTS_MAX)
            return rv_fail(err, RV_E_LIMIT, "a mail has at most %d recipients",
                           RV_NET_RECIPIENTS_MAX);
        post->recipients = curl_slist_append(post->recipients, addresses[i]);
        if (header)
            rv_buf_addf(line, "%s%s", i ? ",\r\n " : "", addresses[i]);
    }
    if (header)
        rv_buf_add_string(line, "\r\n");
    return 0;
}

static int
check(const struct rv_net_mail *mail, const char *type, rv_err *err)
{
    if (!mail->from)
        return rv_fail(err, RV_E_INVALID, "a mail needs a from");
    if (check_address(mail->from, err) < 0)
        return rv_wrap(err, "from");
    if (mail->body_len > RV_NET_BODY_MAX)
        return rv_fail(err, RV_E_LIMIT, "a mail's body has at most %d bytes", RV_NET_BODY_MAX);
    if (strncmp(type, "text/", 5) != 0 ||
        strspn(type + 5, "abcdefghijklmnopqrstuvwxyz-.+") != strlen(type + 5))
        return rv_fail(err, RV_E_INVALID,
                       "'%.80s' is no content type of a mail: text/plain or text/html", type);
    return rv_net_check_line("the subject", mail->subject ? mail->subject : "", err);
}

static int
add_headers(struct post *post, const char *type, rv_err *err)
{
    const struct rv_net_mail *mail = post->mail;
    rv_buf *out = &post->text;
    char date[64];
    time_t now = time(NULL);
    struct tm parts;
    rv_buf_addf(out, "From: %s\r\n", mail->from);
    if (add_recipients(post, "To", mail->to, err) < 0 ||
        add_recipients(post, "Cc", mail->cc, err) < 0 ||
        add_recipients(post, NULL, mail->bcc, err) < 0)
        return err->code;
    if (post->count == 0)
        return rv_fail(err, RV_E_INVALID, "a mail needs a recipient");
    add_subject(out, mail->subject ? mail->subject : "");
    /* Names of days and months are English in the C locale, in which we run. */
    if (gmtime_r(&now, &parts) && strftime(date, sizeof(date), "%a, %d %b %Y %T +0000", &parts))
        rv_buf_addf(out, "\r\nDate: %s", date);
    rv_buf_addf(out,
                "\r\nMIME-Version: 1.0\r\nContent-Type: %s; charset=UTF-8\r\n"
                "Content-Transfer-Encoding: base64\r\n\r\n",
                type);
    return 0;
}

/* Lines of 76 characters, as MIME wants them. */
static void
add_body(struct post *post)
{
    enum { LINE_BYTES = 57 };
    const char *body = post->mail->body;
    for (size_t left = body ? post->mail->body_len : 0; left > 0;) {
        size_t part = left < LINE_BYTES ? left : LINE_BYTES;
        rv_base64_encode(&post->text, body, part);
        rv_buf_add_string(&post->text, "\r\n");
        body += part;
        left -= part;
    }
}

static size_t
give_text(char *out, size_t size, size_t count, void *arg)
{
    struct post *post = arg;
    size_t left = post->text.len - post->sent, part = size * count < left ? size * count : left;
    memcpy(out, post->text.data + post->sent, part);
    post->sent += part;
    return part;
}

static void
set_up(struct post *post, const char *url)
{
    const struct rv_net_server *server = post->server;
    CURL *curl = post->curl;
    rv_net_prepare(curl, &(struct rv_net_tls){ server->ca_file, server->flags }, server->timeout_ms,
                   post->detail);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     server->security == RV_NET_PLAIN ? (long)CURLUSESSL_NONE
                                                      : (long)CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, post->mail->from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, post->recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_text);
    curl_easy_setopt(curl, CURLOPT_READDATA, post);
    if (server->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, server->password ? server->password : "");
    }
}

static int
deliver(struct post *post, rv_net_wait wait, rv_err *err)
{
    const struct rv_net_server *server = post->server;
    CURLcode code = CURLE_OK;
    long answer = 0;
    RV_AUTO_FREE char *url =
        rv_format("%s://%s:%d/%s", server->security == RV_NET_TLS ? "smtps" : "smtp", server->host,
                  (int)server->port, server->helo ? server->helo : "");
    RV_AUTO_FREE char *what = rv_format("mail server %s:%d", server->host, (int)server->port);
    set_up(post, url);
    if (rv_net_perform(post->curl, &code, wait, err) < 0)
        return err->code;
    if (code == CURLE_OK)
        return 0;
    curl_easy_getinfo(post->curl, CURLINFO_RESPONSE_CODE, &answer);
    rv_net_failed(code, what, post->detail, err);
    if (answer >= 500 && answer < 600 && err->code == RV_E_UNAVAILABLE)
        err->code = RV_E_PERMISSION; /* it will not take this one, however often it is sent */
    return err->code;
}

int
rv_net_curl_mail(const struct rv_net_server *server, const struct rv_net_mail *mail,
                 rv_net_wait wait, rv_err *err)
{
    const char *type = mail->content_type ? mail->content_type : "text/plain";
    struct post post = { .server = server, .mail = mail, .curl = curl_easy_init() };
    post.text = rv_buf_limited(2 * RV_NET_BODY_MAX);
    int code = post.curl ? check(mail, type, err)
                         : rv_fail(err, RV_E_INTERNAL, "libcurl does not begin a transfer");
    if (code == 0)
        code = add_headers(&post, type, err);
    if (code == 0) {
        add_body(&post);
        code = rv_buf_check(&post.text, err);
    }
    if (code == 0)
        code = deliver(&post, wait, err);
    curl_easy_cleanup(post.curl);
    curl_slist_free_all(post.recipients);
    rv_buf_free(&post.text);
    return code;
}
