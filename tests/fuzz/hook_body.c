/* SPDX-License-Identifier: Apache-2.0
 *
 * What is sent to receivers: the first byte chooses the content type, and a line before the body
 * may be a header of the binary form. What is read has what every event must have.
 */
#include "fuzz.h"

#include <string.h>
#include "base/text.h"
#include "event/event.h"
#include "hook/body.h"

static const char *const types[] = { "application/cloudevents+json",
                                     "application/cloudevents-batch+json", "application/json",
                                     "text/plain", "application/octet-stream" };

static void
check(const struct rv_hook_event *event)
{
    RV_ASSERT(event->type && event->type[0] && strlen(event->type) <= RV_HOOK_TEXT_MAX);
    RV_ASSERT(event->ref && strlen(event->ref) <= RV_HOOK_TEXT_MAX && event->source);
    RV_ASSERT(event->data && strlen(event->data) <= RV_EVENT_DATA_MAX);
    RV_ASSERT(!event->message || strlen(event->message) <= RV_HOOK_MESSAGE_MAX);
    RV_ASSERT(rv_utf8_valid(event->type, strlen(event->type)));
    RV_ASSERT(!event->message || rv_utf8_valid(event->message, strlen(event->message)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rv_err err = RV_ERR_INIT;
    if (size < 2)
        return 0;
    struct rv_hook_events events = { .arena = rv_arena_new(0) };
    const char *text = (const char *)data + 2, *end = memchr(text, '\n', size - 2);
    RV_AUTO_FREE char *value = rv_strndup(text, end ? (size_t)(end - text) : 0);
    const struct rv_hook_header headers[] = { { "ce-specversion", "1.0" },
                                              { "ce-id", value },
                                              { "ce-source", value },
                                              { "ce-type", value },
                                              { "ce-x", value } };
    size_t begin = end ? (size_t)(end - (const char *)data) + 1 : 2;
    const struct rv_hook_request request = { .format = data[1] % 3,
                                             .content_type = types[data[0] % RV_COUNT(types)],
                                             .headers = headers,
                                             .header_count = end ? RV_COUNT(headers) : 0,
                                             .body = (const char *)data + begin,
                                             .body_len = size - begin };
    int code = rv_hook_read(&events, &request, &err);
    RV_ASSERT(code == err.code);
    for (size_t i = 0; code == 0 && i < events.count; i++)
        check(&events.items[i]);
    rv_arena_free(events.arena);
    return 0;
}
