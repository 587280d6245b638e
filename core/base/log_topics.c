/* SPDX-License-Identifier: Apache-2.0
 *
 * What lines are about, and from which level on those of each topic are written.
 */
#include "base/log_internal.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"

enum { NAME_BYTES = 32 };

static const char *const names[] = {
    [RV_TOPIC_OTHER] = "other",       [RV_TOPIC_SUPERVISOR] = "supervisor",
    [RV_TOPIC_SERVER] = "server",     [RV_TOPIC_WORKER] = "worker",
    [RV_TOPIC_QUEUE] = "queue",       [RV_TOPIC_REFRESH] = "refresh",
    [RV_TOPIC_SAVE] = "save",         [RV_TOPIC_PROVIDER] = "provider",
    [RV_TOPIC_HOST] = "host",         [RV_TOPIC_STORE] = "store",
    [RV_TOPIC_SETTINGS] = "settings", [RV_TOPIC_API] = "api",
    [RV_TOPIC_AUTH] = "auth",         [RV_TOPIC_EVENT] = "event",
    [RV_TOPIC_AUTOMATE] = "automate", NULL,
};
static const char *const level_names[] = { "debug", "info", "warning", "error", NULL };

unsigned char rv_log_lowest[RV_TOPICS] = { RV_INFO, RV_INFO, RV_INFO, RV_INFO, RV_INFO,
                                           RV_INFO, RV_INFO, RV_INFO, RV_INFO, RV_INFO,
                                           RV_INFO, RV_INFO, RV_INFO, RV_INFO, RV_INFO };
_Static_assert(RV_TOPICS == 15, "each topic begins at info");

const char *
rv_log_topic_name(enum rv_log_topic topic)
{
    return names[topic];
}

const char *
rv_log_level_name(enum rv_log_level level)
{
    return level_names[level];
}

void
rv_log_level(enum rv_log_level lowest)
{
    memset(rv_log_lowest, (int)lowest, sizeof(rv_log_lowest));
}

static int
find(const char *const *words, const char *text, size_t len)
{
    for (int i = 0; words[i]; i++)
        if (strlen(words[i]) == len && memcmp(words[i], text, len) == 0)
            return i;
    return -1;
}

static int
unknown(const char *what, const char *const *words, const char *text, size_t len, rv_err *err)
{
    char word[NAME_BYTES];
    RV_AUTO_BUF rv_buf all = rv_buf_limited(1024);
    snprintf(word, sizeof(word), "%.*s", (int)len, text);
    const char *near = rv_nearest(word, words);
    rv_fail(err, RV_E_INVALID, "'%s' is no %s%s%s%s", word, what, near ? ", did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    for (int i = 0; words[i]; i++)
        rv_buf_addf(&all, "%s%s", i ? ", " : "", words[i]);
    return rv_hint(err, "there are %s", rv_buf_text(&all));
}

/* One "topic=level", without the blanks around it. */
static int
take_one(unsigned char *lowest, const char *text, size_t len, rv_err *err)
{
    const char *equals = memchr(text, '=', len);
    if (equals == NULL) {
        rv_fail(err, RV_E_INVALID, "'%.*s' is not TOPIC=LEVEL", (int)len, text);
        return rv_hint(err, "as in queue=debug,store=warning");
    }
    size_t name_len = (size_t)(equals - text), level_len = len - name_len - 1;
    int topic = find(names, text, name_len);
    int level = find(level_names, equals + 1, level_len);
    if (topic < 0)
        return unknown("topic", names, text, name_len, err);
    if (level < 0)
        return unknown("level", level_names, equals + 1, level_len, err);
    lowest[topic] = (unsigned char)level;
    return 0;
}

static int
take_all(unsigned char *lowest, const char *spec, rv_err *err)
{
    for (const char *at = spec; *at;) {
        size_t len = strcspn(at, ","), blanks = strspn(at, " ");
        const char *next = at + len + (at[len] == ',');
        if (blanks < len) {
            size_t end = len;
            while (at[end - 1] == ' ')
                end--;
            if (take_one(lowest, at + blanks, end - blanks, err))
                return err->code;
        }
        at = next;
    }
    return 0;
}

int
rv_log_topics_check(const char *spec, rv_err *err)
{
    unsigned char ignored[RV_TOPICS];
    return take_all(ignored, spec, err);
}

int
rv_log_topics(const char *spec, rv_err *err)
{
    unsigned char lowest[RV_TOPICS];
    memcpy(lowest, rv_log_lowest, sizeof(lowest));
    if (take_all(lowest, spec, err))
        return err->code;
    memcpy(rv_log_lowest, lowest, sizeof(lowest));
    return 0;
}
