/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings that must fit each other. Each alone is in its range when we look: what is refused here
 * would start, and then fail at night.
 */
#include "settings/settings_internal.h"

#include "base/mem.h"

/* The larger is at least so many times the smaller. */
struct rule {
    const char *smaller, *larger;
    int times;
    const char *why;
};

static const struct rule rules[] = {
    { "refresh.retry_min", "refresh.retry_max", 1, "waits grow from the one to the other" },
    { "api.page_size", "api.page_size_max", 1, "no answer has more rows than the second says" },
    { "workers.failure_wait", "workers.failure_wait_max", 1,
      "waits grow from the one to the other" },
    { "workers.heartbeat_freq", "workers.heartbeat_timeout", 2,
      "else every worker is killed as silent" },
    { "workers.heartbeat_freq", "workers.lease", 2,
      "else leases of workers that are well run out" },
    { "server.monitor_poll", "workers.lease", 1, "leases are renewed in that rhythm" },
};

enum { FIGURES_MS = 10000 };

int64_t
rv_settings_heartbeat_ms(const struct rv_settings *settings)
{
    int64_t every_ms = rv_settings_int(settings, "workers.lease") / 4;
    int64_t heartbeat_ms = rv_settings_int(settings, "server.heartbeat_freq");
    if (every_ms > FIGURES_MS)
        every_ms = FIGURES_MS;
    return every_ms < heartbeat_ms ? every_ms : heartbeat_ms;
}

static const struct rule *
broken_rule(const struct rv_settings *settings)
{
    for (size_t i = 0; i < RV_COUNT(rules); i++)
        if (rv_settings_int(settings, rules[i].smaller) >
            rv_settings_int(settings, rules[i].larger) / rules[i].times)
            return &rules[i];
    return NULL;
}

static int
fail_rule(const struct rv_settings *settings, const struct rule *rule, rv_err *err)
{
    const char *small = rv_settings_string(settings, rule->smaller);
    const char *large = rv_settings_string(settings, rule->larger);
    rv_fail(err, RV_E_INVALID, "settings '%s' (%s) and '%s' (%s) do not fit: the second must be %s",
            rule->smaller, small, rule->larger, large,
            rule->times > 1 ? "at least twice the first" : "at least the first");
    return rv_hint(err, "%s; what is not set has its default, see reeved --settings", rule->why);
}

int
rv_settings_agree(const struct rv_settings *settings, rv_err *err)
{
    const struct rule *rule = broken_rule(settings);
    return rule ? fail_rule(settings, rule, err) : 0;
}

int
rv_settings_drop_stored(struct rv_settings *settings, rv_err *err)
{
    const struct rule *rule = broken_rule(settings);
    if (rule == NULL)
        return 0;
    fail_rule(settings, rule, err);
    int dropped = 0;
    for (int layer = RV_LAYER_REGION; layer <= RV_LAYER_SERVER; layer++)
        dropped += rv_settings_unset(settings, layer, rule->smaller) +
                   rv_settings_unset(settings, layer, rule->larger);
    return dropped ? err->code : 0;
}
