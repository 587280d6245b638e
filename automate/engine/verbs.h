/* SPDX-License-Identifier: Apache-2.0
 *
 * What methods may do to rows of the model, by the names of script/verbs.h. A verb is a transaction
 * of its own and is done when it returns; a method that runs again does it again.
 */
#ifndef RV_AE_VERBS_H
#define RV_AE_VERBS_H

#include "automate/models.h"
#include "settings/settings.h"

/* One call of a verb. Borrowed, all of it. */
struct rv_act {
    struct rv_store *store;
    struct rv_models *models;
    const struct rv_settings *settings;
    void (*wake)(void *arg, const char *queue); /* that a message was put; NULL: nobody */
    void *wake_arg;
    const struct rv_kind *kind;
    int64_t id;
    const char *verb;
    const struct rv_ae_value *args; /* a list */
};

/* UNSUPPORTED for a verb that the kind has not, or whose engine is not there ("not offered by
 * ..."); NOT_FOUND when the row is gone; INVALID for arguments that it cannot take. *out is nil, or
 * what the verb gives. */
int rv_verb_run(const struct rv_act *act, struct rv_ae_value *out, rv_err *err);

/* For the functions of the table. Argument `index`, which rv_verb_check has found to be a text;
 * NULL when there is none. */
const char *rv_act_text(const struct rv_act *act, int index);
/* Of verbs_custom.c. */
int rv_verb_custom_get(const struct rv_act *act, struct rv_ae_value *out, rv_err *err);
int rv_verb_custom_set(const struct rv_act *act, struct rv_ae_value *out, rv_err *err);
int rv_verb_custom_keys(const struct rv_act *act, struct rv_ae_value *out, rv_err *err);
/* Of verbs_tag.c. */
int rv_verb_tags(const struct rv_act *act, struct rv_ae_value *out, rv_err *err);
int rv_verb_tag_assign(const struct rv_act *act, struct rv_ae_value *out, rv_err *err);
int rv_verb_tag_unassign(const struct rv_act *act, struct rv_ae_value *out, rv_err *err);
int rv_verb_tagged_with(const struct rv_act *act, struct rv_ae_value *out, rv_err *err);

#endif
