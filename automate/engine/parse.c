/* SPDX-License-Identifier: Apache-2.0
 *
 * Handlers that take apart what a run was asked for, and those that say what it knows.
 */
#include "automate/handlers_internal.h"

#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

static void
set_text(struct rv_ws_object *object, const char *name, const char *text)
{
    struct rv_ae_value value = rv_ae_vtext(text);
    rv_ws_set(object, name, &value);
}

/* What kind of provider a plugin's is, and what ManageIQ calls its vendor. */
static const char *
category_of(const char *type, const char **vendor)
{
    static const struct {
        const char *type, *category, *vendor;
    } known[] = {
        { "vmware", "infrastructure", "vmware" },
        { "redhat", "infrastructure", "redhat" },
        { "demo", "infrastructure", "demo" },
        { "microsoft", "infrastructure", "microsoft" },
        { "amazon", "cloud", "amazon" },
        { "openstack", "cloud", "openstack" },
        { "azure", "cloud", "azure" },
        { "google", "cloud", "google" },
        { "kubernetes", "container", "kubernetes" },
    };
    for (size_t i = 0; i < RV_COUNT(known); i++)
        if (rv_strcaseeq(known[i].type, type)) {
            *vendor = known[i].vendor;
            return known[i].category;
        }
    *vendor = NULL;
    return "unknown";
}

/* The type of the provider of what the run is about; nil when it is about none. */
static int
provider_type(const struct handling *handling, struct rv_ae_value *out, rv_err *err)
{
    static const char *const ways[] = { "/#ext_management_system.type",
                                        "/#vm.ext_management_system.type",
                                        "/#host.ext_management_system.type",
                                        "/#container_group.ext_management_system.type" };
    for (size_t i = 0; i < RV_COUNT(ways); i++) {
        rv_ae_clear(out);
        int rc = rv_ws_value(handling->self, ways[i], out, err);
        if (rc < 0 && err->code != RV_E_NOT_FOUND)
            return rc;
        rv_err_clear(err);
        if (out->type == RV_AE_TEXT)
            return 0;
    }
    return 0;
}

int
handle_parse_category(const struct handling *handling, rv_err *err)
{
    RV_AUTO_AE_VALUE struct rv_ae_value type = RV_AE_VNIL;
    const char *vendor = NULL;
    if (provider_type(handling, &type, err) < 0)
        return err->code;
    const char *category = category_of(type.type == RV_AE_TEXT ? type.v.text : "", &vendor);
    set_text(rv_ws_root(handling->ws), "ae_provider_category", category);
    if (vendor)
        rv_ws_prepend_namespace(handling->ws, vendor);
    return RV_WS_OK;
}

int
handle_parse_request(const struct handling *handling, rv_err *err)
{
    static const struct {
        const char *request, *component, *class_name, *instance;
    } known[] = {
        { "vm_provision", "VM", "Lifecycle", "Provisioning" },
        { "vm_retired", "VM", "Lifecycle", "Retirement" },
        { "vm_migrate", "VM", "Lifecycle", "Migrate" },
        { "host_provision", "Host", "Lifecycle", "Provisioning" },
        { "configured_system_provision", "Configured_System", "Lifecycle", "Provisioning" },
    };
    const char *request = handling_text(handling, "request");
    (void)err;
    for (size_t i = 0; i < RV_COUNT(known); i++) {
        if (!rv_strcaseeq(known[i].request, request))
            continue;
        set_text(handling->self, "target_component", known[i].component);
        set_text(handling->self, "target_class", known[i].class_name);
        set_text(handling->self, "target_instance", known[i].instance);
        return RV_WS_OK;
    }
    rv_ws_note(handling->self, "%s: nothing is known of request '%s'", handling->name, request);
    return RV_WS_OK;
}

int
handle_parse_event(const struct handling *handling, rv_err *err)
{
    static const char *const columns[] = { "type", "source", "event_type" };
    RV_AUTO_BUF rv_buf path = rv_buf_limited(4096);
    rv_buf_add_string(&path, "/System/Event");
    for (size_t i = 0; i < RV_COUNT(columns); i++) {
        RV_AUTO_AE_VALUE struct rv_ae_value value = RV_AE_VNIL;
        RV_AUTO_FREE char *expression = rv_format("/#event_stream.%s", columns[i]);
        if (rv_ws_value(handling->self, expression, &value, err) < 0)
            return err->code;
        const char *text = value.type == RV_AE_TEXT ? value.v.text : "";
        rv_buf_addf(&path, "/%s", text);
        set_text(handling->self, i == 0 ? "event_class" : columns[i], text);
    }
    set_text(handling->self, "event_path", rv_buf_text(&path));
    return RV_WS_OK;
}

static void
say(const struct handling *handling, const char *text)
{
    if (handling->handlers->log)
        handling->handlers->log(handling->handlers->arg, text);
    else
        rv_log(RV_INFO, "automate says", RV_F("text", RV_S(text)));
}

static void
say_object(const struct handling *handling, const struct rv_ws_object *object, int depth)
{
    const struct rv_ae_value *attributes = rv_ws_attributes(object);
    RV_AUTO_FREE char *title = rv_format("%*s%s", 2 * depth, "", rv_ws_path(object));
    say(handling, title);
    for (int32_t i = 0; i < attributes->len; i++) {
        RV_AUTO_BUF rv_buf line = rv_buf_limited(4096);
        rv_buf_addf(&line, "%*s%s = ", 2 * depth + 2, "", attributes->v.items[i].key);
        rv_ae_show(&line, &attributes->v.items[i]);
        say(handling, rv_buf_text(&line));
    }
}

static void
say_tree(const struct handling *handling, const struct rv_ws_object *object, int depth)
{
    say_object(handling, object, depth);
    for (size_t i = 0; i < rv_ws_child_count(object); i++)
        say_tree(handling, rv_ws_child(object, i), depth + 1);
}

int
handle_log_object(const struct handling *handling, rv_err *err)
{
    (void)err;
    say_object(handling, handling->self, 0);
    return RV_WS_OK;
}

int
handle_log_workspace(const struct handling *handling, rv_err *err)
{
    (void)err;
    say_tree(handling, rv_ws_root(handling->ws), 0);
    return RV_WS_OK;
}
