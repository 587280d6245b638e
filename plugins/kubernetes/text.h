/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts put together from parts, in scratch memory of the call; and sets of
 * texts, to leave out what was there before.
 */
#ifndef KUBE_TEXT_H
#define KUBE_TEXT_H

#include "reeve/json.h"

/* The first member of the object at path: NULL when it is empty, absent, or no object, so that each
 * one has a name. */
const struct reeve_json *kube_members(const struct reeve_json *json, const char *path);

/* Start with kube_text(call). When memory is out it keeps what it has; reeve_alloc has set the
 * error then. */
struct kube_text {
    struct reeve_call *call;
    char *bytes;
    uint64_t len, size;
};

struct kube_text kube_text(struct reeve_call *call);
void kube_text_add(struct kube_text *text, const char *more);
void kube_text_addf(struct kube_text *text, const char *format, ...) REEVE_PRINTF(2, 3);
/* Adds separator and more, or more alone when nothing is there yet. */
void kube_text_join(struct kube_text *text, const char *separator, const char *more);
/* A text as JSON, with quotes. */
void kube_text_add_json(struct kube_text *text, const char *more);
/* What was put together; NULL when that is nothing. */
const char *kube_text_done(const struct kube_text *text);

/* The strings of an array at path, separator between; NULL for none. */
const char *kube_join(struct reeve_call *call, const struct reeve_json *json, const char *path,
                      const char *separator);
/* The same of one member of each object in the array. */
const char *kube_join_member(struct reeve_call *call, const struct reeve_json *json,
                             const char *path, const char *member, const char *separator);
/* Strings of an array as one line that a shell would take apart again. */
const char *kube_join_shell(struct reeve_call *call, const struct reeve_json *json,
                            const char *path);
/* The members' names as a JSON array of strings: "[]" for none. */
const char *kube_names_json(struct reeve_call *call, const struct reeve_json *first,
                            const struct reeve_json *second);
/* One string member of each object in the array at path, as a JSON array. */
const char *kube_member_json(struct reeve_call *call, const struct reeve_json *json,
                             const char *path, const char *member);

/* Texts that live as long as the set. */
struct kube_set {
    const char **slots;
    uint64_t mask;
};

/* For at most `count` texts. Scratch memory; LIMIT when that is out. */
int kube_set_open(struct reeve_call *call, uint64_t count, struct kube_set *set);
/* 1 when text was not there before. */
int kube_set_add(struct kube_set *set, const char *text);

#endif
