/* SPDX-License-Identifier: Apache-2.0
 *
 * The log. A line is built whole and handed over in one write(2), so that the
 * lines of processes which share a stderr do not mix.
 */
#include "base/log_internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json.h"
#include "base/log_ring.h"
#include "base/mem.h"
#include "base/text.h"

enum {
    MAX_VALUE_BYTES = 4096, /* of one text; the rest is cut */
    MAX_LINE_BYTES = 65536,
    MAX_SCOPES = 8,
};

struct scope {
    char *name;
    char *text;
};

static enum rv_log_format format = RV_LOG_LOGFMT;
static int journal;
static int log_fd = STDERR_FILENO;
static struct scope scopes[MAX_SCOPES];
static size_t scope_count;

void
rv_log_setup(enum rv_log_format new_format, enum rv_log_level lowest, int fd)
{
    format = new_format;
    rv_log_level(lowest);
    log_fd = fd;
}

void
rv_log_journal(int on)
{
    journal = on;
}

static struct scope *
find_scope(const char *name)
{
    for (size_t i = 0; i < scope_count; i++) {
        if (strcmp(scopes[i].name, name) == 0)
            return &scopes[i];
    }
    return NULL;
}

void
rv_log_scope(const char *name, const char *text)
{
    struct scope *scope = find_scope(name);
    if (scope == NULL) {
        if (scope_count == MAX_SCOPES)
            return;
        scope = &scopes[scope_count++];
        scope->name = rv_strdup(name);
    }
    free(scope->text);
    scope->text = rv_strdup(text);
}

/* A text without its secrets, cut when it is too long. */
static void
add_masked(rv_buf *out, const char *text)
{
    while (*text && out->len < MAX_VALUE_BYTES) {
        size_t len = rv_mask_at(text);
        if (len > 0)
            rv_buf_add_string(out, RV_MASK);
        else
            rv_buf_add_char(out, *text);
        text += len > 0 ? len : 1;
    }
    if (*text == '\0')
        return;
    while (out->len > 0 && ((unsigned char)out->data[out->len - 1] & 0xc0) == 0x80)
        out->len--;
    if (out->len > 0 && ((unsigned char)out->data[out->len - 1] & 0x80))
        out->len--;
    rv_buf_add_string(out, "...");
}

static int
needs_quotes(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f)
            return 1;
    }
    return len == 0 || !rv_utf8_valid(text, len);
}

static void
add_logfmt_text(rv_buf *line, const char *text)
{
    if (text == NULL) {
        rv_buf_add_string(line, "null");
        return;
    }
    RV_AUTO_BUF
    rv_buf masked = rv_buf_limited(MAX_VALUE_BYTES + 16);
    add_masked(&masked, text);
    if (!needs_quotes(rv_buf_text(&masked), masked.len)) {
        rv_buf_add(line, masked.data, masked.len);
        return;
    }
    /* logfmt's readers unquote as JSON's do. */
    rv_json_writer w = rv_json_to(line);
    rv_jw_string_len(&w, rv_buf_text(&masked), masked.len);
}

static void
add_logfmt_field(rv_buf *line, const struct rv_log_field *field)
{
    rv_buf_addf(line, " %s=", field->name);
    switch (field->value.tag) {
    case 'i':
        rv_buf_addf(line, "%lld", (long long)field->value.number);
        break;
    case 'd':
        rv_buf_addf(line, "%.6g", field->value.real);
        break;
    default:
        add_logfmt_text(line, field->value.text);
    }
}

static void
add_json_text(rv_json_writer *w, const char *name, const char *text)
{
    rv_jw_name(w, name);
    if (text == NULL) {
        rv_jw_null(w);
        return;
    }
    RV_AUTO_BUF
    rv_buf masked = rv_buf_limited(MAX_VALUE_BYTES + 16);
    add_masked(&masked, text);
    rv_jw_string_len(w, rv_buf_text(&masked), masked.len);
}

static void
add_json_field(rv_json_writer *w, const struct rv_log_field *field)
{
    switch (field->value.tag) {
    case 'i':
        rv_jw_name(w, field->name);
        rv_jw_int(w, field->value.number);
        break;
    case 'd':
        rv_jw_name(w, field->name);
        rv_jw_double(w, field->value.real);
        break;
    default:
        add_json_text(w, field->name, field->value.text);
    }
}

/* Always with milliseconds, unlike times elsewhere: lines then sort as text. */
static void
format_now(char out[32])
{
    int64_t now_ms = rv_now_ms();
    rv_format_time(out, now_ms);
    if (now_ms % 1000 == 0)
        memcpy(strchr(out, 'Z'), ".000Z", 6);
}

static void
add_logfmt_line(rv_buf *line, enum rv_log_topic topic, enum rv_log_level level, const char *message,
                const struct rv_log_field *fields, size_t count)
{
    char now[32];
    format_now(now);
    rv_buf_addf(line, "ts=%s level=%s msg=", now, rv_log_level_name(level));
    add_logfmt_text(line, message);
    for (size_t i = 0; i < scope_count; i++) {
        struct rv_log_field field = RV_F(scopes[i].name, RV_S(scopes[i].text));
        if (scopes[i].text)
            add_logfmt_field(line, &field);
    }
    if (topic != RV_TOPIC_OTHER)
        rv_buf_addf(line, " topic=%s", rv_log_topic_name(topic));
    for (size_t i = 0; i < count; i++)
        add_logfmt_field(line, &fields[i]);
}

static void
add_json_line(rv_buf *line, enum rv_log_topic topic, enum rv_log_level level, const char *message,
              const struct rv_log_field *fields, size_t count)
{
    char now[32];
    format_now(now);
    rv_json_writer w = rv_json_to(line);
    rv_jw_object(&w);
    rv_jw_name(&w, "ts");
    rv_jw_string(&w, now);
    rv_jw_name(&w, "level");
    rv_jw_string(&w, rv_log_level_name(level));
    add_json_text(&w, "msg", message);
    for (size_t i = 0; i < scope_count; i++) {
        if (scopes[i].text)
            add_json_text(&w, scopes[i].name, scopes[i].text);
    }
    if (topic != RV_TOPIC_OTHER) {
        rv_jw_name(&w, "topic");
        rv_jw_string(&w, rv_log_topic_name(topic));
    }
    for (size_t i = 0; i < count; i++)
        add_json_field(&w, &fields[i]);
    rv_jw_end_object(&w);
}

static void
build_line(rv_buf *line, enum rv_log_topic topic, enum rv_log_level level, const char *message,
           const struct rv_log_field *fields, size_t count)
{
    /* As syslog counts them. */
    static const char *const priorities[] = { "<7>", "<6>", "<4>", "<3>" };
    if (journal)
        rv_buf_add_string(line, priorities[level]);
    if (format == RV_LOG_JSON)
        add_json_line(line, topic, level, message, fields, count);
    else
        add_logfmt_line(line, topic, level, message, fields, count);
    rv_buf_add_char(line, '\n');
}

static void
write_line(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t written = write(log_fd, bytes, len);
        if (written < 0 && errno == EINTR)
            continue;
        /* There is nobody left to tell. */
        if (written <= 0)
            return;
        bytes += written;
        len -= (size_t)written;
    }
}

void
rv_log_write(enum rv_log_topic topic, enum rv_log_level level, const char *message,
             const struct rv_log_field *fields, size_t count)
{
    if (level < rv_log_lowest[topic])
        return;
    int saved_errno = errno;
    RV_AUTO_BUF
    rv_buf line = rv_buf_limited(MAX_LINE_BYTES);
    build_line(&line, topic, level, message, fields, count);
    if (line.failed) {
        /* A line of many long fields: better without them than cut anywhere. */
        struct rv_log_field dropped = RV_F("dropped_fields", RV_I(count));
        rv_buf_reset(&line);
        build_line(&line, topic, level, message, &dropped, 1);
    }
    write_line(rv_buf_text(&line), line.len);
    if (level >= RV_WARNING)
        rv_log_ring_keep(rv_buf_text(&line), line.len);
    errno = saved_errno;
}

void
rv_log_write_err(enum rv_log_topic topic, enum rv_log_level level, const char *message,
                 const rv_err *err, const struct rv_log_field *more, size_t more_count)
{
    struct rv_log_field fields[4 + RV_LOG_MORE];
    size_t count = 0;
    RV_ASSERT(more_count <= RV_LOG_MORE);
    for (; count < more_count; count++)
        fields[count] = more[count];
    fields[count++] = RV_F("class", RV_S(rv_class_name(err->code)));
    fields[count++] = RV_F("error", RV_S(err->text));
    if (err->remote_status)
        fields[count++] = RV_F("status", RV_I(err->remote_status));
    if (err->hint[0])
        fields[count++] = RV_F("hint", RV_S(err->hint));
    rv_log_write(topic, level, message, fields, count);
}
