/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of verbs, and the short ones.
 */
#include "automate/verbs.h"

#include <string.h>
#include "base/mem.h"
#include "base/text.h"
#include "inventory/provider.h"
#include "inventory/targets.h"
#include "queue/queue.h"
#include "store/record.h"

int
rv_act_text(const struct rv_act *act, int index, const char **out, rv_err *err)
{
    const struct rv_ae_value *value = index < act->args->len ? &act->args->v.items[index] : NULL;
    if (value == NULL || (value->type != RV_AE_TEXT && value->type != RV_AE_SYMBOL))
        return rv_fail(err, RV_E_INVALID, "%s of a %s: argument %d is no text", act->verb,
                       act->kind->name, index + 1);
    *out = value->v.text;
    return 0;
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
set_reference(const struct rv_act *act, const char *column, const char *kind, rv_err *err)
{
    struct rv_field field = { column, RV_VNULL };
    const struct rv_ae_value *value = act->args->len ? &act->args->v.items[0] : NULL;
    if (rv_kind_column(act->kind, column) < 0)
        return rv_fail(err, RV_E_UNSUPPORTED, "a %s has no column '%s'", act->kind->name, column);
    if (value && value->type == RV_AE_ROW && strcmp(value->v.row.kind, kind) == 0)
        field.value = rv_vint(value->v.row.id);
    else if (value && value->type != RV_AE_NIL)
        return rv_fail(err, RV_E_INVALID, "%s takes a %s, or nil", act->verb, kind);
    return rv_record_update_alone(act->store, act->kind, act->id, &field, 1, err);
}

static int
set_owner(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    (void)out;
    return set_reference(act, "evm_owner_id", "user", err);
}

static const struct {
    const char *kind; /* NULL: every kind */
    const char *name;
    int (*run)(const struct rv_act *act, struct rv_ae_value *out, rv_err *err);
} verbs[] = {
    { NULL, "associations", associations },
    { NULL, "columns", columns },
    { NULL, "custom_get", rv_verb_custom_get },
    { NULL, "custom_keys", rv_verb_custom_keys },
    { NULL, "custom_set", rv_verb_custom_set },
    { NULL, "inspect", inspect },
    { NULL, "inspect_all", inspect },
    { "provider", "refresh_ems", refresh },
    { NULL, "refresh", refresh },
    { NULL, "reload", reload },
    { NULL, "set_owner", set_owner },
    { NULL, "tag_assign", rv_verb_tag_assign },
    { NULL, "tag_unassign", rv_verb_tag_unassign },
    { NULL, "taggable", is_taggable },
    { NULL, "tagged_with", rv_verb_tagged_with },
    { NULL, "tags", rv_verb_tags },
    { NULL, "virtual_column_names", no_columns },
};

/* ManageIQ's methods whose work is a provider's operation, a scan or a policy. */
static const char *const operations[] = {
    "start",
    "stop",
    "suspend",
    "pause",
    "unpause",
    "shelve",
    "reset",
    "shutdown_guest",
    "reboot_guest",
    "standby_guest",
    "unregister",
    "migrate",
    "clone",
    "scan",
    "retire_now",
    "create_snapshot",
    "remove_snapshot",
    "remove_all_snapshots",
    "revert_to_snapshot",
    "remove_from_disk",
    "ems_custom_get",
    "ems_custom_set",
    "ems_custom_keys",
    "change_host_power_state",
    "enter_maintenance_mode",
    "exit_maintenance_mode",
    "reconfigure",
    "add_disk",
    "resize_disk",
    "authentication_check",
};

/* "tagged_with?" is "tagged_with", "owner=" is "set_owner": Ruby's names. */
static int
is_named(const char *given, const char *name)
{
    size_t len = strlen(given);
    if (len > 1 && given[len - 1] == '?')
        return strlen(name) == len - 1 && strncmp(given, name, len - 1) == 0;
    if (len > 1 && given[len - 1] == '=')
        return strncmp(name, "set_", 4) == 0 && strlen(name) == len + 3 &&
               strncmp(given, name + 4, len - 1) == 0;
    return strcmp(given, name) == 0;
}

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

static int
unknown(const struct rv_act *act, rv_err *err)
{
    const char *names[RV_COUNT(verbs) + 1] = { NULL };
    for (size_t i = 0; i < RV_COUNT(operations); i++)
        if (strcmp(operations[i], act->verb) == 0)
            return not_offered(act, err);
    for (size_t i = 0; i < RV_COUNT(verbs); i++)
        names[i] = verbs[i].name;
    const char *near = rv_nearest(act->verb, names);
    rv_fail(err, RV_E_UNSUPPORTED, "a %s has no method '%s'", act->kind->name, act->verb);
    return near ? rv_hint(err, "did you mean '%s'?", near) : err->code;
}

int
rv_verb_run(const struct rv_act *act, struct rv_ae_value *out, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value row = RV_AE_VNIL;
    *out = RV_AE_VNIL;
    for (size_t i = 0; i < RV_COUNT(verbs); i++) {
        if ((verbs[i].kind && strcmp(verbs[i].kind, act->kind->name) != 0) ||
            !is_named(act->verb, verbs[i].name))
            continue;
        int found = rv_models_find(act->models, act->kind, act->id, &row, err);
        if (found <= 0)
            return found ? found
                         : rv_fail(err, RV_E_NOT_FOUND, "%s %lld is not there any more",
                                   act->kind->name, (long long)act->id);
        int failed = verbs[i].run(act, out, err);
        rv_models_forget(act->models, act->kind, act->id);
        return failed;
    }
    return unknown(act, err);
}

void
rv_verb_names(const struct rv_kind *kind, struct rv_ae_value *out)
{
    *out = rv_ae_vlist();
    for (size_t i = 0; i < RV_COUNT(verbs); i++) {
        if (verbs[i].kind && strcmp(verbs[i].kind, kind->name) != 0)
            continue;
        struct rv_ae_value name = rv_ae_vtext(verbs[i].name);
        rv_ae_append(out, &name);
    }
}
