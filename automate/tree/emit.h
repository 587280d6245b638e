/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML written the way that ManageIQ's exports look: block style, a text of several lines as a
 * block of its own, quotes only round what would else be read as something other than a text.
 * Same calls, same bytes.
 */
#ifndef RV_AE_EMIT_H
#define RV_AE_EMIT_H

#include "base/json.h"

struct rv_ae_emit;

/* out's limit is the document's. Failures stick and are told by rv_ae_emit_end. */
struct rv_ae_emit *rv_ae_emit_begin(rv_buf *out);
void rv_ae_emit_map(struct rv_ae_emit *emit);
void rv_ae_emit_end_map(struct rv_ae_emit *emit);
void rv_ae_emit_list(struct rv_ae_emit *emit);
void rv_ae_emit_end_list(struct rv_ae_emit *emit);
void rv_ae_emit_text(struct rv_ae_emit *emit, const char *text); /* NULL: a null */
void rv_ae_emit_flag(struct rv_ae_emit *emit, int flag);
void rv_ae_emit_int(struct rv_ae_emit *emit, int64_t number);
void rv_ae_emit_plain(struct rv_ae_emit *emit, const char *text); /* as it is: 1.0 */
void rv_ae_emit_json(struct rv_ae_emit *emit, const cJSON *json);
/* A key, which is a text, and a value. */
void rv_ae_emit_pair(struct rv_ae_emit *emit, const char *key, const char *text);
/* Ends the document and frees emit, whatever it returns. */
int rv_ae_emit_end(struct rv_ae_emit *emit, rv_err *err);

#endif
