/* SPDX-License-Identifier: Apache-2.0
 *
 * Structured log: one line a thing, on stderr; logfmt on a terminal or by
 * default, JSON by option. A message is constant text; what varies goes into
 * fields. Registered secrets are masked wherever they appear.
 *
 *   rv_log(RV_INFO, "refresh done", RV_F("provider", RV_S(name)), RV_F("objects", RV_I(n)));
 *
 * Every line has a topic: that of the file's folder (reeve_folder in cmake/ReeveTargets.cmake),
 * unless the file says #define RV_LOG_TOPIC above its includes. A line whose topic is quieter costs
 * one comparison; its fields are not even made.
 */
#ifndef RV_LOG_H
#define RV_LOG_H

#include <stdint.h>
#include <stddef.h>
#include "base/err.h"

enum rv_log_level { RV_DEBUG, RV_INFO, RV_WARNING, RV_ERROR };
enum rv_log_format { RV_LOG_LOGFMT, RV_LOG_JSON };

enum rv_log_topic {
    RV_TOPIC_OTHER, /* not named in lines */
    RV_TOPIC_SUPERVISOR,
    RV_TOPIC_SERVER,
    RV_TOPIC_WORKER,
    RV_TOPIC_QUEUE,
    RV_TOPIC_REFRESH,
    RV_TOPIC_SAVE,
    RV_TOPIC_PROVIDER,
    RV_TOPIC_HOST,
    RV_TOPIC_STORE,
    RV_TOPIC_SETTINGS,
    RV_TOPIC_API,
    RV_TOPIC_AUTH,
    RV_TOPIC_EVENT,
    RV_TOPIC_AUTOMATE,
    RV_TOPICS
};
#ifndef RV_LOG_TOPIC
#ifdef RV_LOG_FOLDER_TOPIC
#define RV_LOG_TOPIC RV_LOG_FOLDER_TOPIC
#else
#define RV_LOG_TOPIC RV_TOPIC_OTHER
#endif
#endif

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
/* Of all topics. */
void rv_log_level(enum rv_log_level lowest);
/* Of some, over what rv_log_setup and rv_log_level said: "queue=debug,store=warning". INVALID, and
 * nothing is changed, when it names what is none; _check looks only. */
int rv_log_topics(const char *spec, rv_err *err);
int rv_log_topics_check(const char *spec, rv_err *err);
const char *rv_log_topic_name(enum rv_log_topic topic);
const char *rv_log_level_name(enum rv_log_level level);
/* Lines begin with "<4>" and the like, from which the journal of systemd knows their level. */
void rv_log_journal(int on);
/* Fields on every line of this process, set once: worker="refresh" pid=... ; text is copied. */
void rv_log_scope(const char *name, const char *text);
extern unsigned char rv_log_lowest[RV_TOPICS]; /* read by the macros only */
#define rv_log_enabled(level) ((level) >= rv_log_lowest[RV_LOG_TOPIC])

void rv_log_write(enum rv_log_topic topic, enum rv_log_level level, const char *message,
                  const struct rv_log_field *fields, size_t count);
/* rv_log(RV_WARNING, "worker ended", RV_F("pid", RV_I(pid)), RV_F("reason", RV_S(why))); */
#define RV_F(field_name, field_value)                                                              \
    ((struct rv_log_field){ .name = (field_name), .value = (field_value) })
#define rv_log(level, message, ...) rv_log_about(RV_LOG_TOPIC, level, message, ##__VA_ARGS__)
/* Of another topic than the file's. */
#define rv_log_about(topic, level, message, ...)                                                   \
    do {                                                                                           \
        if ((level) >= rv_log_lowest[topic])                                                       \
            rv_log_write(topic, level, message,                                                    \
                         (struct rv_log_field[]){ { 0 }, ##__VA_ARGS__ } + 1,                      \
                         sizeof((struct rv_log_field[]){ { 0 }, ##__VA_ARGS__ }) /                 \
                                 sizeof(struct rv_log_field) -                                     \
                             1);                                                                   \
    } while (0)
/* An error as a line: message, its class, text and hint. */
#define rv_log_err(level, message, err) rv_log_write_err(RV_LOG_TOPIC, level, message, err, NULL, 0)
/* The same with further fields, at most RV_LOG_MORE. */
enum { RV_LOG_MORE = 8 };
#define rv_log_err_with(level, message, err, more, count)                                          \
    rv_log_write_err(RV_LOG_TOPIC, level, message, err, more, count)
void rv_log_write_err(enum rv_log_topic topic, enum rv_log_level level, const char *message,
                      const rv_err *err, const struct rv_log_field *more, size_t count);

/* Values (4 bytes and longer) that must never be printed; at most 64, the oldest go. */
void rv_log_mask(const char *secret, size_t len);
/* Masks registered secrets in place: for error texts that go elsewhere than the log. */
void rv_mask_secrets(char *text);

#endif
