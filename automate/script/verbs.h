/* SPDX-License-Identifier: Apache-2.0
 *
 * What rows of the model can be asked to do: one table for the server, which does it, and for the
 * world of a test, which refuses what the server refuses.
 */
#ifndef RV_SCRIPT_VERBS_H
#define RV_SCRIPT_VERBS_H

#include "tree/value.h"

enum rv_verb {
    RV_VERB_NONE = 0,
    RV_VERB_ASSOCIATIONS,
    RV_VERB_COLUMNS,
    RV_VERB_CUSTOM_GET,
    RV_VERB_CUSTOM_KEYS,
    RV_VERB_CUSTOM_SET,
    RV_VERB_INSPECT,
    RV_VERB_INSPECT_ALL,
    RV_VERB_REFRESH,
    RV_VERB_REFRESH_EMS,
    RV_VERB_RELOAD,
    RV_VERB_SET_OWNER,
    RV_VERB_TAG_ASSIGN,
    RV_VERB_TAG_UNASSIGN,
    RV_VERB_TAGGABLE,
    RV_VERB_TAGGED_WITH,
    RV_VERB_TAGS,
    RV_VERB_VIRTUAL_COLUMN_NAMES,
    RV_VERB_OPERATION, /* ManageIQ's, whose work is a provider's operation, a scan or a policy */
    RV_VERB_COUNT,
};

/* In any of Ruby's spellings: "tagged_with?" is "tagged_with", "owner=" is "set_owner". */
enum rv_verb rv_verb_find(const char *kind, const char *given);
/* All names of a kind, a list of texts. */
void rv_verb_names(const char *kind, struct rv_ae_value *out);
/* UNSUPPORTED, with the nearest name. */
int rv_verb_fail_unknown(const char *kind, const char *given, rv_err *err);

/* What holds of arguments whatever is in the database: INVALID, that of what is wrong. args: a
 * list. */
int rv_verb_check(enum rv_verb verb, const char *kind, const char *given,
                  const struct rv_ae_value *args, rv_err *err);

#endif
