/* SPDX-License-Identifier: Apache-2.0
 *
 * Tags, as methods give them: "environment/prod", or category and name.
 */
#include "automate/verbs.h"

#include <string.h>
#include "base/mem.h"
#include "tag/tag.h"

struct listing {
    struct rv_ae_value *list;
    size_t skip; /* bytes of "category/", which is left out when one is asked for */
};

static int
add(void *arg, const char *path, rv_err *err)
{
    const struct listing *listing = arg;
    struct rv_ae_value value = rv_ae_vtext(path + listing->skip);
    (void)err;
    rv_ae_append(listing->list, &value);
    return 0;
}

int
rv_verb_tags(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    const char *category = rv_act_text(act, 0);
    struct listing listing = { .list = out };
    *out = rv_ae_vlist();
    listing.skip = category ? strlen(category) + 1 : 0;
    return rv_tag_list(act->store, act->kind, act->id, category, add, &listing, err);
}

typedef int (*change_fn)(struct rv_store *store, const struct rv_kind *kind, int64_t id,
                         const char *category, const char *entry, rv_err *err);

/* One text "category/entry", or two. */
static int
with_tag(const struct rv_act *act, change_fn change, struct rv_ae_value *out, rv_err *err)
{
    const char *first = rv_act_text(act, 0), *entry = rv_act_text(act, 1);
    const char *slash = strchr(first, '/'); /* there, or there is an entry */
    RV_AUTO_FREE char *category =
        entry ? rv_strdup(first) : rv_strndup(first, (size_t)(slash - first));
    int done = change(act->store, act->kind, act->id, category, entry ? entry : slash + 1, err);
    if (done < 0)
        return done;
    *out = rv_ae_vbool(done);
    return 0;
}

int
rv_verb_tag_assign(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    int failed = with_tag(act, rv_tag_assign, out, err);
    if (!failed)
        *out = rv_ae_vbool(1); /* it has it now */
    return failed;
}

int
rv_verb_tag_unassign(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    return with_tag(act, rv_tag_unassign, out, err);
}

int
rv_verb_tagged_with(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    return with_tag(act, rv_tag_has, out, err);
}
