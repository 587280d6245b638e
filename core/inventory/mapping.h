/* SPDX-License-Identifier: Apache-2.0
 *
 * Mappings of labels to tags, as people make them. Savers apply them to what they save, refresh
 * workers to what is there (rv_refresher_relabel).
 */
#ifndef RV_MAPPING_H
#define RV_MAPPING_H

#include "store/record.h"

struct rv_mapping {
    const char *kind; /* whose labels; NULL: every kind's */
    const char *label_name;
    const char *label_value; /* NULL: every value */
    /* The tag that such objects get, or a category whose entries are named after the values. 0: a
     * read-only category of its own is made, "kubernetes:KIND:LABEL". */
    int64_t tag_id;
    const char *category; /* its title; NULL: the label's name */
    const char *prefix;   /* "kubernetes", "amazon", "azure" ...; NULL: kubernetes */
};

/* CONFLICT when there is one for the same labels, INVALID for what cannot be, LIMIT for texts over
 * 250 bytes (a label_value: 1,000). */
int rv_mapping_create(struct rv_store *store, const struct rv_mapping *mapping, int64_t *id,
                      rv_err *err);
/* Other labels for the same tags; kind and label_value as in create. category NULL: its title
 * stays. */
int rv_mapping_edit(struct rv_store *store, int64_t id, const struct rv_mapping *mapping,
                    rv_err *err);
/* A read-only category that nothing else is mapped to goes with its entries, and they are taken
 * from every object. */
int rv_mapping_delete(struct rv_store *store, int64_t id, rv_err *err);
/* Asks the refresh workers to apply them to what is there. Calls wake with the queue of each. */
int rv_mapping_announce(struct rv_store *store, void (*wake)(void *arg, const char *queue),
                        void *arg, rv_err *err);

#endif
