/* SPDX-License-Identifier: Apache-2.0
 *
 * What the user calls a kind: kubectl's singular, plural, short and full names beside ManageIQ's.
 */
#ifndef CLI_KIND_H
#define CLI_KIND_H

#include "cli.h"
#include "model/model.h"

struct cli_kind {
    const struct rv_kind *kind; /* NULL for one that only the server knows */
    char collection[128];
    char name[128];     /* for messages and -o name */
    const char *filter; /* what the word also says: "replicasets" are container_replicators of that
                         * object_kind; NULL: nothing */
};

void cli_kind_of(struct cli_kind *out, const struct rv_kind *kind); /* of the dictionary */
/* 1 when the word is in the dictionary. Nobody is asked. */
int cli_kind_lookup(struct cli_kind *out, const char *word);
/* The same, and the server is asked for the kinds of its providers; NOT_FOUND with the nearest. */
int cli_kind_find(struct cli *cli, struct cli_kind *out, const char *word, rv_err *err);
/* A collection of which the server told (an entry of /api's list); a provider's own kind is learned
 * on the way. */
int cli_kind_of_server(struct cli *cli, struct cli_kind *out, const cJSON *entry, rv_err *err);
/* Add a provider's kind to our dictionary: that entry and the names of its attributes (an array)
 * are enough for words, columns and namespaces. NULL when it does not fit. */
const struct rv_kind *cli_kind_learn(const cJSON *entry, const cJSON *attributes);
/* What -o name prints before the slash: kubectl's word where it has the kind ("deployment.apps"),
 * else the kind's name. */
const char *cli_kind_resource(const struct cli_kind *kind, const cJSON *row);
/* One of them, in a message: "pod", "deployment", "vm". Until the next call. */
const char *cli_kind_word(const struct cli_kind *kind);
/* Attribute that holds the namespace; NULL for what is in none. */
const char *cli_kind_namespace(const struct cli_kind *kind);

#endif
