/* SPDX-License-Identifier: Apache-2.0
 *
 * libyaml's emitter into a buffer. Which texts need quotes goes by YAML 1.1 and Ruby's habits too
 * ("no", "12:30", ":symbol", dates), since ManageIQ reads what we write.
 */
#include "tree/emit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "base/mem.h"
#include "base/text.h"

struct rv_ae_emit {
    yaml_emitter_t emitter;
    rv_buf *out;
    int failed;
};

static int
write_bytes(void *arg, unsigned char *bytes, size_t len)
{
    struct rv_ae_emit *emit = arg;

    rv_buf_add(emit->out, bytes, len);
    return !emit->out->failed;
}

static void
send(struct rv_ae_emit *emit, yaml_event_t *event, int made)
{
    if (!made || emit->failed) {
        if (made)
            yaml_event_delete(event);
        emit->failed = 1;
        return;
    }
    if (!yaml_emitter_emit(&emit->emitter, event))
        emit->failed = 1;
}

struct rv_ae_emit *
rv_ae_emit_begin(rv_buf *out)
{
    struct rv_ae_emit *emit = rv_alloc(sizeof(*emit));
    yaml_event_t event;

    emit->out = out;
    if (!yaml_emitter_initialize(&emit->emitter))
        abort();
    yaml_emitter_set_output(&emit->emitter, write_bytes, emit);
    yaml_emitter_set_unicode(&emit->emitter, 1);
    yaml_emitter_set_width(&emit->emitter, -1);
    send(emit, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    send(emit, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 0));
    return emit;
}

void
rv_ae_emit_map(struct rv_ae_emit *emit)
{
    yaml_event_t event;

    send(emit, &event,
         yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
}

void
rv_ae_emit_end_map(struct rv_ae_emit *emit)
{
    yaml_event_t event;

    send(emit, &event, yaml_mapping_end_event_initialize(&event));
}

void
rv_ae_emit_list(struct rv_ae_emit *emit)
{
    yaml_event_t event;

    send(emit, &event,
         yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
}

void
rv_ae_emit_end_list(struct rv_ae_emit *emit)
{
    yaml_event_t event;

    send(emit, &event, yaml_sequence_end_event_initialize(&event));
}

static void
scalar(struct rv_ae_emit *emit, const char *text, yaml_scalar_style_t style)
{
    yaml_event_t event;

    send(emit, &event,
         yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
                                      (int)strlen(text), 1, 1, style));
}

/* Whether a reader may take the plain text for something other than a text. */
static int
is_ambiguous(const char *text)
{
    static const char *const words[] = { "",   "~",   "null", "true", "false", "yes", "no",
                                         "on", "off", "y",    "n",    "=",     "<<" };

    for (size_t i = 0; i < RV_COUNT(words); i++)
        if (rv_strcaseeq(text, words[i]))
            return 1;
    return strchr("0123456789+-.:!", *text) != NULL;
}

void
rv_ae_emit_text(struct rv_ae_emit *emit, const char *text)
{
    if (text == NULL)
        scalar(emit, "", YAML_PLAIN_SCALAR_STYLE);
    else if (strchr(text, '\n'))
        scalar(emit, text, YAML_LITERAL_SCALAR_STYLE);
    else
        scalar(emit, text,
               is_ambiguous(text) ? YAML_SINGLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE);
}

void
rv_ae_emit_plain(struct rv_ae_emit *emit, const char *text)
{
    scalar(emit, text, YAML_PLAIN_SCALAR_STYLE);
}

void
rv_ae_emit_flag(struct rv_ae_emit *emit, int flag)
{
    rv_ae_emit_plain(emit, flag ? "true" : "false");
}

void
rv_ae_emit_int(struct rv_ae_emit *emit, int64_t number)
{
    char text[24];

    rv_format_int(text, number);
    rv_ae_emit_plain(emit, text);
}

void
rv_ae_emit_json(struct rv_ae_emit *emit, const cJSON *json)
{
    const cJSON *one;

    if (json == NULL || cJSON_IsNull(json)) {
        rv_ae_emit_text(emit, NULL);
    } else if (cJSON_IsString(json)) {
        rv_ae_emit_text(emit, json->valuestring);
    } else if (cJSON_IsArray(json)) {
        rv_ae_emit_list(emit);
        cJSON_ArrayForEach(one, json) rv_ae_emit_json(emit, one);
        rv_ae_emit_end_list(emit);
    } else if (cJSON_IsObject(json)) {
        rv_ae_emit_map(emit);
        cJSON_ArrayForEach(one, json)
        {
            rv_ae_emit_text(emit, one->string);
            rv_ae_emit_json(emit, one);
        }
        rv_ae_emit_end_map(emit);
    } else {
        RV_AUTO_FREE char *text = cJSON_PrintUnformatted(json);
        rv_ae_emit_plain(emit, text ? text : "null");
    }
}

void
rv_ae_emit_pair(struct rv_ae_emit *emit, const char *key, const char *text)
{
    rv_ae_emit_text(emit, key);
    rv_ae_emit_text(emit, text);
}

int
rv_ae_emit_end(struct rv_ae_emit *emit, rv_err *err)
{
    yaml_event_t event;
    rv_buf *out = emit->out;

    send(emit, &event, yaml_document_end_event_initialize(&event, 1));
    send(emit, &event, yaml_stream_end_event_initialize(&event));
    const char *problem = emit->emitter.problem;
    int failed = emit->failed;
    if (rv_buf_check(out, err) == 0 && failed)
        rv_fail(err, RV_E_INTERNAL, "write YAML: %s", problem ? problem : "out of memory");
    yaml_emitter_delete(&emit->emitter);
    free(emit);
    return failed ? err->code : 0;
}
