/* SPDX-License-Identifier: Apache-2.0
 *
 * What a provider's state (its attribute of that name) means, and what to do about it: said the
 * same way by status, doctor and provider show.
 */
#include <string.h>
#include "provider.h"

static const struct {
    const char *state;
    enum cli_health health;
    const char *found;  /* after its name */
    const char *reason; /* attribute that says more */
    const char *advice; /* '@' stands for its name */
} states[] = {
    { "ok", CLI_HEALTH_OK, "", NULL, "" },
    { "new", CLI_HEALTH_OK, "is read for the first time", NULL, "" },
    { "paused", CLI_HEALTH_WARNING, "is paused", "last_refresh_error",
      "'reevectl provider resume @'" },
    { "quarantine", CLI_HEALTH_FAILED, "is in quarantine", "quarantine_reason",
      "'reevectl provider resume @' tries it again at once; when it crashes again, its plugin "
      "needs "
      "an update" },
    { "refused", CLI_HEALTH_FAILED, "refuses its credentials", "last_refresh_error",
      "'reevectl provider edit @' gives it others; with the old ones it is tried again when "
      "'reevectl provider list -o wide' says, or at once by 'reevectl provider refresh @'" },
    { "hanging", CLI_HEALTH_FAILED, "is not read: its worker says nothing", NULL,
      "it is killed and replaced after workers.refresh.heartbeat_timeout; 'reevectl worker kill @' "
      "does it at once" },
    { "unserved", CLI_HEALTH_FAILED, "is not read: no worker serves it", "last_refresh_error",
      "a moment after a start that is so; else memory or disk are short, as 'reevectl status' "
      "says, "
      "or no server of its zone has the role ems_inventory" },
    { "failing", CLI_HEALTH_FAILED, "is not refreshed", "last_refresh_error",
      "'reevectl provider show @' says more, 'reevectl provider verify @' tries its credentials" },
};

static char *
with_name(const char *advice, const char *name)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    for (; *advice; advice++) {
        if (*advice != '@')
            rv_buf_add_char(&text, *advice);
        else
            rv_buf_add_string(&text, name);
    }
    return rv_buf_take_string(&text);
}

enum cli_health
cli_provider_health(const cJSON *provider, char **found, char **advice)
{
    const char *name = rv_json_string(provider, "name"), *state = rv_json_string(provider, "state");
    size_t at = 0;
    while (at < RV_COUNT(states) && !rv_streq(state, states[at].state))
        at++;
    if (at == RV_COUNT(states)) /* of a newer server */
        at = 0;
    const char *reason = states[at].reason ? rv_json_string(provider, states[at].reason) : NULL;
    int has_reason = reason && reason[0];
    *found = rv_format("'%s' %s%s%s", name ? name : "", states[at].found, has_reason ? ": " : "",
                       has_reason ? reason : "");
    *advice = with_name(states[at].advice, name ? name : "");
    return states[at].health;
}
