/* SPDX-License-Identifier: Apache-2.0
 *
 * Places of passwords.
 */
#include "datastore/secret.h"

#include <inttypes.h>
#include <string.h>

char *
rv_ae_secret_place(const char *table, int64_t id)
{
    return rv_format("%s/%" PRId64 "/value", table, id);
}

const char *
rv_ae_secret_join(struct rv_arena *arena, const char *table, int64_t id, const char *envelope)
{
    RV_AUTO_FREE char *place = rv_ae_secret_place(table, id);

    return envelope ? rv_arena_format(arena, "%s|%s", place, envelope) : NULL;
}

int
rv_ae_secret_open(char **out, const struct rv_vault *vault, const char *text, rv_err *err)
{
    const char *bar = text ? strchr(text, '|') : NULL;

    if (bar == NULL || strncmp(text, "miq_ae_", 7) != 0)
        return rv_fail(err, RV_E_INVALID, "this is no password of the datastore");
    if (vault == NULL || vault->open == NULL)
        return rv_fail(err, RV_E_PERMISSION, "passwords are not opened here");
    RV_AUTO_FREE char *place = rv_strndup(text, (size_t)(bar - text));
    return vault->open(vault->arg, out, place, bar + 1, err);
}
