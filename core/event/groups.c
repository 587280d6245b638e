/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking a type up. The lists become a sorted index when the first one is asked for.
 */
#include "event/groups.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "event/groups_internal.h"

enum { NAMES_MAX = 1024 };

const char *const rv_event_groups[] = { "addition", "configuration", "console",   "deletion",
                                        "general",  "import_export", "migration", "network",
                                        "power",    "snapshot",      "status",    "storage",
                                        "update",   "other",         NULL };
const char *const rv_event_levels[] = { "critical", "warning", "detail", NULL };

struct name {
    const char *text;
    int len, list;
};

static struct name names[NAMES_MAX];
static int name_count;

static int
compare(const void *one, const void *other)
{
    const struct name *a = one, *b = other;
    int by = memcmp(a->text, b->text, (size_t)(a->len < b->len ? a->len : b->len));
    return by ? by : a->len - b->len;
}

static int
compare_with_list(const void *one, const void *other)
{
    int by = compare(one, other);
    return by ? by : ((const struct name *)one)->list - ((const struct name *)other)->list;
}

static void
add_list(int list)
{
    const char *at = rv_event_group_lists[list].names;
    while (*at) {
        int len = (int)strcspn(at, " ");
        RV_ASSERT(name_count < NAMES_MAX);
        names[name_count++] = (struct name){ at, len, list };
        at += len;
        at += strspn(at, " ");
    }
}

static void
make_index(void)
{
    for (int list = 0; rv_event_group_lists[list].group; list++)
        add_list(list);
    qsort(names, (size_t)name_count, sizeof(*names), compare_with_list);
    int kept = 0;
    for (int i = 0; i < name_count; i++)
        if (kept == 0 || compare(&names[kept - 1], &names[i]) != 0)
            names[kept++] = names[i];
    name_count = kept;
}

struct rv_event_class
rv_event_classify(const char *event_type)
{
    const struct name wanted = { .text = event_type, .len = (int)strlen(event_type) };
    if (name_count == 0)
        make_index();
    const struct name *found = bsearch(&wanted, names, (size_t)name_count, sizeof(*names), compare);
    if (found == NULL)
        return (struct rv_event_class){ "other", "detail" };
    return (struct rv_event_class){ rv_event_group_lists[found->list].group,
                                    rv_event_group_lists[found->list].level };
}

static const char *
known_group(const char *group)
{
    for (int i = 0; group && rv_event_groups[i]; i++)
        if (rv_streq(group, rv_event_groups[i]))
            return rv_event_groups[i];
    return NULL;
}

struct rv_event_class
rv_event_classify_with(const char *event_type, const char *group, const char *level)
{
    struct rv_event_class class = rv_event_classify(event_type);
    const char *known = known_group(group);
    if (known)
        class = (struct rv_event_class){ known, "detail" };
    for (int i = 0; known && rv_event_levels[i]; i++)
        if (rv_streq(level, rv_event_levels[i]))
            class.level = rv_event_levels[i];
    return class;
}
