/* SPDX-License-Identifier: Apache-2.0
 *
 * Role first, then need, then the number that is set.
 */
#include "server/headcount.h"

#include <string.h>

int
rv_headcount_has(const char *const *words, const char *word)
{
    for (int i = 0; words && words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return 1;
    return 0;
}

int
rv_headcount(const struct rv_worker_type *type, const struct rv_headcount_input *input)
{
    if (type->flags & RV_TYPE_ONCE)
        return 0;
    if (type->role && !rv_headcount_has(input->roles, type->role))
        return 0;
    if ((type->flags & RV_TYPE_ON_DEMAND) && !rv_headcount_has(input->busy_queues, type->queue))
        return 0;
    if (type->flags & (RV_TYPE_ALWAYS | RV_TYPE_PROVIDER))
        return 1;
    return (int)rv_worker_type_int(input->settings, type->name, "count");
}
