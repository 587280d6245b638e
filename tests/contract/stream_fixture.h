/* SPDX-License-Identifier: Apache-2.0
 *
 * What the suites of streams share: changes of pods, and who watches them.
 */
#ifndef RV_STREAM_FIXTURE_H
#define RV_STREAM_FIXTURE_H

#include "api_fixture.h"
#include "model/model.h"
#include "store/record.h"

const struct rv_kind *pods(void);
/* How often the word stands in the text. */
int count_of(const char *text, const char *word);
/* One change of the n-th pod with its row, as a saver makes it; op: RV_CREATED, RV_UPDATED, ... */
void change(struct api_fixture *f, int n, const char *phase, int64_t deleted_on, int op);
/* Any row's columns, as the API or a saver changes them; two may be NOTHING. */
void set_row(struct api_fixture *f, const char *kind, int64_t id, struct rv_field one,
             struct rv_field two);
#define NOTHING ((struct rv_field){ NULL, RV_VNULL })
#define text_field(name, text) ((struct rv_field){ name, rv_vtext(text) })
/* A stream that has begun; the caller's to close. headers as those of events_open. */
struct events *watching(struct api_fixture *f, const char *target, const char *headers);

#endif
