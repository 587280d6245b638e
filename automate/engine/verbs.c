/* SPDX-License-Identifier: Apache-2.0
 *
 * What does each verb of the table (script/verbs.h), and the short ones.
 */
#include "automate/verbs.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "inventory/provider.h"
#include "inventory/targets.h"
#include "queue/queue.h"
#include "script/verbs.h"
#include "store/record.h"

const char *
rv_act_text(const struct rv_act *act, int index)
{
    return index < act->args->len ? act->args->v.items[index].v.text : NULL;
}

/* The provider of the row; the row itself when it is one. 0 when it has none. */
static int
provider_of(const struct rv_act *act, int64_t *out, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
    *out = act->id;
    if (strcmp(act->kind->name, "provider") == 0)
        return 0;
    *out = 0;
    if (rv_models_column(act->models, act->kind, act->id, "ems_id", &value, err))
        return err->code;
    *out = value.type == RV_AE_INT ? value.v.i : 0;
    return 0;
}

static int
refresh(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    const struct rv_ask ask = { .kind = act->kind, .id = act->id };
    struct rv_refresh_request request = {
        .asks = &ask, .most = (int)rv_settings_int(act->settings, "refresh.full_threshold")
    };
    char queue[40];
    if (provider_of(act, &request.provider_id, err))
        return err->code;
    if (request.provider_id == 0)
        return rv_fail(err, RV_E_UNSUPPORTED, "%s %lld has no provider to be refreshed by",
                       act->kind->name, (long long)act->id);
    request.count = request.provider_id != act->id;
    if (rv_refresh_request(act->store, &request, NULL, err) < 0)
        return err->code;
    rv_queue_of_provider(queue, request.provider_id);
    if (act->wake)
        act->wake(act->wake_arg, queue);
    *out = rv_ae_vbool(1);
    return 0;
}

static int
reload(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    rv_models_forget(act->models, act->kind, act->id);
    return rv_models_find(act->models, act->kind, act->id, out, err) < 0 ? err->code : 0;
}

static int
columns(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    (void)err;
    rv_models_columns(act->kind, out);
    return 0;
}

static int
associations(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    (void)err;
    rv_models_associations(act->kind, out);
    return 0;
}

static int
no_columns(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    (void)act;
    (void)err;
    *out = rv_ae_vlist(); /* all that there is are columns */
    return 0;
}

/* All columns with their values. */
static int
inspect(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    *out = rv_ae_vmap();
    for (int i = 0; i < act->kind->column_count; i++) {
        const char *name = act->kind->columns[i].name;
        struct rv_ae_value value = RV_AE_VNIL;
        if (!rv_models_shows(&act->kind->columns[i]))
            continue;
        if (rv_models_column(act->models, act->kind, act->id, name, &value, err))
            return err->code;
        rv_ae_set(out, name, &value);
    }
    return 0;
}

static int
is_taggable(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    (void)err;
    *out = rv_ae_vbool(!act->kind->server || strcmp(act->kind->name, "provider") == 0);
    return 0;
}

/* A person's row, or nil for nobody, into a column. */
static int
set_reference(const struct rv_act *act, const char *column, rv_err *err)
{
    struct rv_field field = { column, RV_VNULL };
    const struct rv_ae_value *value = act->args->len ? &act->args->v.items[0] : NULL;
    if (rv_kind_column(act->kind, column) < 0)
        return rv_fail(err, RV_E_UNSUPPORTED, "a %s has no column '%s'", act->kind->name, column);
    if (value && value->type == RV_AE_ROW)
        field.value = rv_vint(value->v.row.id);
    return rv_record_update_alone(act->store, act->kind, act->id, &field, 1, err);
}

static int
set_owner(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    (void)out;
    return set_reference(act, "evm_owner_id", err);
}

static int (*const runs[RV_VERB_COUNT])(const struct rv_act *act, struct rv_ae_value *out,
                                        rv_err *err) = {
    [RV_VERB_ASSOCIATIONS] = associations,
    [RV_VERB_COLUMNS] = columns,
    [RV_VERB_CUSTOM_GET] = rv_verb_custom_get,
    [RV_VERB_CUSTOM_KEYS] = rv_verb_custom_keys,
    [RV_VERB_CUSTOM_SET] = rv_verb_custom_set,
    [RV_VERB_INSPECT] = inspect,
    [RV_VERB_INSPECT_ALL] = inspect,
    [RV_VERB_REFRESH] = refresh,
    [RV_VERB_REFRESH_EMS] = refresh,
    [RV_VERB_RELOAD] = reload,
    [RV_VERB_SET_OWNER] = set_owner,
    [RV_VERB_TAG_ASSIGN] = rv_verb_tag_assign,
    [RV_VERB_TAG_UNASSIGN] = rv_verb_tag_unassign,
    [RV_VERB_TAGGABLE] = is_taggable,
    [RV_VERB_TAGGED_WITH] = rv_verb_tagged_with,
    [RV_VERB_TAGS] = rv_verb_tags,
    [RV_VERB_VIRTUAL_COLUMN_NAMES] = no_columns,
};

static int
not_offered(const struct rv_act *act, rv_err *err)
{
    struct rv_provider *provider = NULL;
    int64_t id = 0;
    if (rv_kind_column(act->kind, "ems_id") < 0 || provider_of(act, &id, err) || id == 0 ||
        rv_provider_load(&provider, act->store, id, err)) {
        rv_err_clear(err);
        return rv_fail(err, RV_E_UNSUPPORTED, "%s %lld: '%s' is not offered", act->kind->name,
                       (long long)act->id, act->verb);
    }
    rv_fail(err, RV_E_UNSUPPORTED, "%s %lld: '%s' is not offered by provider type %s",
            act->kind->name, (long long)act->id, act->verb, provider->type);
    rv_provider_free(provider);
    return err->code;
}

int
rv_verb_run(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value row = RV_AE_VNIL;
    enum rv_verb verb = rv_verb_find(act->kind->name, act->verb);
    *out = RV_AE_VNIL;
    if (verb == RV_VERB_NONE)
        return rv_verb_fail_unknown(act->kind->name, act->verb, err);
    if (verb == RV_VERB_OPERATION)
        return not_offered(act, err);
    int found = rv_models_find(act->models, act->kind, act->id, &row, err);
    if (found <= 0)
        return found ? found
                     : rv_fail(err, RV_E_NOT_FOUND, "%s %lld is not there any more",
                               act->kind->name, (long long)act->id);
    if (rv_verb_check(verb, act->kind->name, act->verb, act->args, err))
        return err->code;
    int failed = runs[verb](act, out, err);
    rv_models_forget(act->models, act->kind, act->id);
    return failed;
}
