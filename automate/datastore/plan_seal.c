/* SPDX-License-Identifier: Apache-2.0
 *
 * Passwords of a plan: only what is new or another than what is there gets an envelope.
 */
#include "datastore/plan.h"

#include <string.h>
#include "base/secret.h"
#include "base/text.h"
#include "datastore/secret.h"

static int
seal(struct rv_ae_plan *plan, const struct rv_vault *vault, const char *place, const char *text,
     const char **out, rv_err *err)
{
    RV_AUTO_FREE char *sealed = NULL;

    if (vault == NULL || vault->seal == NULL)
        return rv_fail(err, RV_E_PERMISSION, "passwords cannot be sealed here");
    if (vault->seal(vault->arg, &sealed, place, text, err) < 0)
        return rv_wrap(err, "seal a password");
    *out = rv_arena_strdup(plan->arena, sealed);
    return 0;
}

/* Whether the row has that password already. What cannot be opened is not it. */
static int
has_that(const struct rv_vault *vault, const char *place, const struct rv_ae_row *row)
{
    RV_AUTO_FREE char *text = NULL;
    rv_err ignored = RV_ERR_INIT;

    if (row->had_sealed == NULL || vault == NULL || vault->open == NULL ||
        vault->open(vault->arg, &text, place, row->had_sealed, &ignored) < 0)
        return 0;
    int same = strcmp(text, row->secret) == 0;
    rv_wipe(text, strlen(text));
    return same;
}

static int
seal_row(struct rv_ae_plan *plan, const struct rv_ae_table *table, struct rv_ae_row *row,
         const struct rv_vault *vault, rv_err *err)
{
    const char *name = strcmp(table->kind, "miq_ae_field") == 0 ? "miq_ae_fields" : "miq_ae_values";
    RV_AUTO_FREE char *place = rv_ae_secret_place(name, row->id);

    if (strcmp(row->secret, RV_AE_STARS) == 0) {
        plan->unknown_secrets += row->had_sealed == NULL;
        row->sealed = row->had_sealed;
        return 0;
    }
    if (has_that(vault, place, row)) {
        row->sealed = row->had_sealed;
        return 0;
    }
    if (row->state == RV_AE_ROW_SAME)
        row->state = RV_AE_ROW_CHANGED;
    return seal(plan, vault, place, row->secret, &row->sealed, err);
}

int
rv_ae_plan_seal(struct rv_ae_plan *plan, const struct rv_vault *vault, rv_err *err)
{
    for (int i = 0; i < RV_AE_SETS; i++) {
        struct rv_ae_rowset *set = &plan->sets[i];
        for (size_t j = 0; j < set->count; j++) {
            struct rv_ae_row *row = &set->rows[j];
            if (row->secret && seal_row(plan, set->table, row, vault, err) < 0)
                return err->code;
            if (!row->secret && row->had_sealed) /* it is none any more */
                row->state = RV_AE_ROW_CHANGED;
        }
    }
    return 0;
}
