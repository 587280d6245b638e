/* SPDX-License-Identifier: Apache-2.0
 *
 * One setting changed, as the server itself does it.
 */
#ifndef TEST_SETTINGS_H
#define TEST_SETTINGS_H

#include "settings/settings.h"

static inline int
rv_test_set(struct rv_store *store, const char *table, int64_t resource_id, const char *key,
            const char *text, rv_err *err)
{
    const struct rv_settings_edit edit = { key, text };
    const struct rv_settings_edits edits = {
        .table = table, .resource_id = resource_id, .list = &edit, .count = 1
    };
    return rv_settings_change_all(store, &edits, err);
}

#endif
