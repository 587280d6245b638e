/* SPDX-License-Identifier: Apache-2.0
 *
 * Structured log: one line a thing, on stderr; logfmt on a terminal or by
 * default, JSON by option. A message is constant text; what varies goes into
 * fields. Registered secrets are masked wherever they appear.
 *
 *   rv_log(RV_INFO, "refresh done", RV_F("provider", RV_S(name)), RV_F("objects", RV_I(n)));
 */
#ifndef RV_LOG_H
#define RV_LOG_H

#include <stdint.h>
#include <stddef.h>
#include "base/err.h"

enum rv_log_level { RV_DEBUG, RV_INFO, RV_WARNING, RV_ERROR };
enum rv_log_format { RV_LOG_LOGFMT, RV_LOG_JSON };

/* A field's value, tagged; made by the macros below. */
struct rv_log_value {
    int tag; /* 's', 'i', 'd' */
    const char *text;
    int64_t number;
    double real;
};
#define RV_S(x) ((struct rv_log_value){ .tag = 's', .text = (x) })
#define RV_I(x) ((struct rv_log_value){ .tag = 'i', .number = (int64_t)(x) })
#define RV_D(x) ((struct rv_log_value){ .tag = 'd', .real = (x) })

struct rv_log_field {
    const char *name;
    struct rv_log_value value;
};

void rv_log_setup(enum rv_log_format format, enum rv_log_level lowest, int fd);
void rv_log_level(enum rv_log_level lowest);
/* Fields on every line of this process, set once: worker="refresh" pid=... ; text is copied. */
void rv_log_scope(const char *name, const char *text);
int rv_log_enabled(enum rv_log_level level);

void rv_log_write(enum rv_log_level level, const char *message, const struct rv_log_field *fields,
                  size_t count);
/* rv_log(RV_WARNING, "worker ended", RV_F("pid", RV_I(pid)), RV_F("reason", RV_S(why))); */
#define RV_F(field_name, field_value)                                                              \
    ((struct rv_log_field){ .name = (field_name), .value = (field_value) })
#define rv_log(level, message, ...)                                                                \
    rv_log_write(                                                                                  \
        level, message, (struct rv_log_field[]){ { 0 }, ##__VA_ARGS__ } + 1,                       \
        sizeof((struct rv_log_field[]){ { 0 }, ##__VA_ARGS__ }) / sizeof(struct rv_log_field) - 1)
/* An error as a line: message, its class, text and hint. */
void rv_log_err(enum rv_log_level level, const char *message, const rv_err *err);
/* The same with further fields, at most RV_LOG_MORE. */
enum { RV_LOG_MORE = 8 };
void rv_log_err_with(enum rv_log_level level, const char *message, const rv_err *err,
                     const struct rv_log_field *more, size_t count);

/* Values (4 bytes and longer) that must never be printed; at most 64, the oldest go. */
void rv_log_mask(const char *secret, size_t len);
/* Masks registered secrets in place: for error texts that go elsewhere than the log. */
void rv_mask_secrets(char *text);

#endif
