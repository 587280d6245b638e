/* SPDX-License-Identifier: Apache-2.0
 *
 * What a provider emitted: of each object its key and hashes of what is in it,
 * enough to compare two listings and to say what differs.
 */
#ifndef CONFORM_RECORD_H
#define CONFORM_RECORD_H

#include "host/object.h"
#include "base/buf.h"
#include "model/names.h"
#include "suspects.h"

enum { RECORD_OBJECTS = 1000000, RECORD_STREAMS = 64, RECORD_WARNINGS = 64 };

/* One thing that is wrong with an object, told once. */
enum trouble {
    TROUBLE_REPLACED_BYTES = 1 << 0,  /* it held bytes that are not UTF-8 */
    TROUBLE_TWICE = 1 << 1,           /* emitted twice */
    TROUBLE_TWICE_DIFFERENT = 1 << 2, /* the same, with other contents */
    TROUBLE_AFTER_COMPLETE = 1 << 3,  /* emitted after its kind was complete */
    TROUBLE_CHILD_TWICE = 1 << 4,     /* two of its children have one key */
    TROUBLE_EMPTY_NAME = 1 << 5       /* its kind's name_key holds a name, and it has none */
};

struct seen {
    const struct rv_kind *kind;
    char *key;  /* "KIND REF" */
    char *name; /* "KIND SCOPE NAME" by its name_key; NULL when it has none */
    int name_count;
    uint32_t *columns; /* a hash each, 0 for what does not count */
    uint32_t children;
    unsigned troubles;
    char child_kind[48]; /* of TROUBLE_CHILD_TWICE */
};

/* A target that links point to, and one of the objects that do. */
struct wanted {
    char *key;  /* "=" and a seen's key, or "~" and a seen's name */
    char *from; /* "COLUMN of KIND 'REF'" */
};

struct record {
    struct seen *seen;
    int count, size;
    struct rv_names by_key, by_name, by_wanted;
    struct wanted *wanted;
    int wanted_count, wanted_size;
    char **rejected; /* keys of objects that could not be taken: they are not gone */
    int rejected_count;
    struct rv_names by_rejected;
    int unkept; /* objects over the ceiling: not compared */
    int64_t emitted;
    int kinds;
    uint8_t *complete; /* per kind */
    int *per_kind;
    char *streams[RECORD_STREAMS], *tokens[RECORD_STREAMS];
    int stream_count;
    char *warnings[RECORD_WARNINGS];
    int warning_count;
};

struct record *record_new(int kinds);
void record_free(struct record *record);
/* Forgets the objects, keeps the tokens. */
void record_begin_refresh(struct record *record);

/* Of its kind and ref. */
uint64_t record_hash(const struct seen *seen);

void record_emit(struct record *record, const struct rv_object *object);
void record_rejected(struct record *record, const struct rv_kind *kind, const char *ref);
void record_begin(struct record *record, const struct rv_kind *kind);
void record_complete(struct record *record, const struct rv_kind *kind);
void record_checkpoint(struct record *record, const char *stream, const char *token);
const char *record_token(const struct record *record, const char *stream);
void record_warning(struct record *record, const char *name, const char *text);
/* The tokens of another record; NULL: every token becomes `instead`. */
void record_copy_tokens(struct record *record, const struct record *from, const char *instead);

/* How many objects differ, or are in one of the two only; they are named. */
int record_differ(const struct record *first, const struct record *second,
                  struct suspects *suspects);
/* How many objects of first the second has not; they are named. */
int record_unseen(const struct record *first, const struct record *second,
                  struct suspects *suspects);
/* What differs, a line each, of the first few objects that are among the suspects (NULL: of all).
 */
void record_say_differences(const struct record *first, const struct record *second,
                            const struct suspects *suspects, rv_buf *said);
/* Names the kinds that have objects in one of three listings that follow each other, and neither
 * in that before it nor in that behind it. */
void record_fleeting(const struct record *before, const struct record *at,
                     const struct record *after, struct suspects *suspects);
void record_say_fleeting(const struct record *before, const struct record *at,
                         const struct record *after, const struct suspects *suspects, rv_buf *said);

enum lost_kinds { LOST_OF_COMPLETE, LOST_OF_ANY };
/* How many objects of first (and of again, unless that is NULL) the second neither has nor had to
 * leave out; of all kinds, or of those that it says are complete: these would be taken for gone.
 * The first of them is written to said. */
int record_lost(const struct record *first, const struct record *second, const struct record *again,
                enum lost_kinds kinds, rv_buf *said);

#endif
