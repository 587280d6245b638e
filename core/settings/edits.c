/* SPDX-License-Identifier: Apache-2.0
 *
 * What a client wrote, nested, as a list of edits.
 */
#include "settings/settings_internal.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/secret.h"

enum { MOST_EDITS = 1000 };

struct rv_settings_edit_list {
    struct rv_flat flat;
    struct rv_settings_edit *edits;
    int count;
};

static void
add_edit(struct rv_settings_edit_list *list, const char *key, const char *text)
{
    list->edits = rv_realloc(list->edits, (size_t)list->count + 1, sizeof(*list->edits));
    list->edits[list->count++] = (struct rv_settings_edit){ key, text };
}

/* All settings below a section; how many there are. */
static int
take_away_section(struct rv_settings_edit_list *list, const char *section)
{
    const struct rv_setting *all = rv_settings_declared();
    size_t len = strlen(section);
    int count = 0;

    for (int i = 0; all[i].key; i++) {
        if (strncmp(all[i].key, section, len) != 0 || all[i].key[len] != '.')
            continue;
        add_edit(list, all[i].key, NULL);
        count++;
    }
    return count;
}

static int
take_flat(struct rv_settings_edit_list *list, int at, rv_err *err)
{
    const char *key = list->flat.keys[at], *text = list->flat.texts[at];

    if (text == NULL && take_away_section(list, key) > 0)
        return 0;
    /* Of a key that is none the check says what was meant. */
    if (rv_settings_find(key) == NULL)
        return rv_settings_check(key, text ? text : "", err);
    add_edit(list, rv_settings_find(key)->key, text);
    return 0;
}

int
rv_settings_edits_of(struct rv_settings_edit_list **out, struct rv_settings_edits *edits,
                     const cJSON *object, rv_err *err)
{
    struct rv_settings_edit_list *list = rv_alloc(sizeof(*list));
    int failed = rv_flat_of(&list->flat, object, err);

    if (!failed && list->flat.count > MOST_EDITS)
        failed = rv_fail(err, RV_E_LIMIT, "more than %d settings at once", MOST_EDITS);
    for (int i = 0; i < list->flat.count && !failed; i++)
        failed = take_flat(list, i, err);
    if (failed) {
        rv_settings_edits_free(list);
        return failed;
    }
    edits->list = list->edits;
    edits->count = list->count;
    *out = list;
    return 0;
}

void
rv_settings_edits_free(struct rv_settings_edit_list *list)
{
    if (list == NULL)
        return;
    for (int i = 0; i < list->flat.count; i++)
        if (list->flat.texts[i])
            rv_wipe(list->flat.texts[i], strlen(list->flat.texts[i]));
    rv_flat_free(&list->flat);
    free(list->edits);
    free(list);
}
