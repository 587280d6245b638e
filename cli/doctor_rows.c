/* SPDX-License-Identifier: Apache-2.0
 *
 * What counters, messages and providers mean.
 */
#include "doctor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "provider.h"
#include "table.h"

#define DAY_S (24 * 3600.0)

enum {
    OLD_MESSAGE_MS = 10 * 60 * 1000,
    SILENT_S = 30,
    CERTIFICATE_DAYS = 14,
    FAILED_OFTEN = 3,
    MANY_EVENTS = 10000
};

/* Whether the line is a sample of this series; *value is its. */
static int
is_sample(const char *line, size_t len, const char *name, const char *labels, double *value)
{
    rv_err ignored = RV_ERR_INIT;
    size_t name_len = strlen(name);
    RV_AUTO_FREE char *text = rv_strndup(line, len);
    if (strncmp(text, name, name_len) != 0 || (text[name_len] != ' ' && text[name_len] != '{') ||
        !strstr(text, labels))
        return 0;
    const char *last = strrchr(text, ' ');
    return last && rv_parse_double(value, last + 1, &ignored) == 0;
}

double
cli_metric(const char *metrics, const char *name, const char *labels)
{
    double sum = 0, value = 0;
    int found = 0;
    for (const char *line = metrics; *line;) {
        size_t len = strcspn(line, "\n");
        if (is_sample(line, len, name, labels, &value)) {
            sum += value;
            found = 1;
        }
        line += len + (line[len] == '\n');
    }
    return found ? sum : -1;
}

static void
judge_workers(struct cli_doctor *doctor, const char *metrics)
{
    double looping = cli_metric(metrics, "reeve_worker_crash_loops", "");
    double running = cli_metric(metrics, "reeve_worker_processes", "");
    double wanted = cli_metric(metrics, "reeve_worker_wanted", "");
    double silent = cli_metric(metrics, "reeve_worker_heartbeat_age_seconds", "type=\"server\"");
    if (looping > 0) {
        cli_doctor_add(doctor, "workers", CLI_HEALTH_FAILED, "%.0f workers end again and again",
                       looping);
        cli_doctor_advise(doctor, "reeved's log says how each ended, and what it said before: "
                                  "journalctl -u reeved -g 'worker ended'");
    } else if (running < wanted) {
        cli_doctor_add(doctor, "workers", CLI_HEALTH_WARNING, "%.0f of %.0f workers run", running,
                       wanted);
        cli_doctor_advise(doctor,
                          "a moment after a start that is so; else look for 'worker could not "
                          "be started' in reeved's log");
    } else if (silent > SILENT_S) {
        cli_doctor_add(doctor, "workers", CLI_HEALTH_WARNING,
                       "the server worker has said nothing for %.0f s", silent);
        cli_doctor_advise(doctor, "the database hangs, or the machine is overloaded");
    } else {
        cli_doctor_add(doctor, "workers", CLI_HEALTH_OK, "%.0f workers run, as there should be",
                       running);
    }
}

/* A server that does not tell it is an older one. */
static void
judge_fence(struct cli_doctor *doctor, const char *metrics)
{
    double open = cli_metric(metrics, "reeve_workers_unfenced", "");
    if (open <= 0)
        return;
    cli_doctor_add(doctor, "fence", CLI_HEALTH_WARNING,
                   "%.0f workers run a provider's module that could read the key file, or start "
                   "programs",
                   open);
    cli_doctor_advise(doctor,
                      "reevectl worker show refresh says what it is kept from; set workers.fence "
                      "to on, and see in reeved's log what the kernel lacks");
}

static void
judge_memory(struct cli_doctor *doctor, const char *metrics)
{
    double left = cli_metric(metrics, "reeve_memory_available_bytes", "");
    double size = cli_metric(metrics, "reeve_memory_size_bytes", "");
    if (left < 0 || size <= 0)
        return;
    int low = left / size < 0.05;
    cli_doctor_add(doctor, "memory", low ? CLI_HEALTH_WARNING : CLI_HEALTH_OK,
                   "%.0f %% of the server's memory is to be had", 100 * left / size);
    if (low)
        cli_doctor_advise(doctor,
                          "the kernel may soon end workers: see what takes it (top -o RES), "
                          "lower workers.memory_threshold, or add memory");
}

static void
judge_certificate(struct cli_doctor *doctor, const char *metrics, int64_t now_ms)
{
    double end = cli_metric(metrics, "reeve_tls_certificate_expiry_timestamp_seconds", "");
    double days = (end - (double)now_ms / 1000) / DAY_S;
    if (end < 0)
        return;
    cli_doctor_add(doctor, "certificate",
                   days < 0                  ? CLI_HEALTH_FAILED
                   : days < CERTIFICATE_DAYS ? CLI_HEALTH_WARNING
                                             : CLI_HEALTH_OK,
                   days < 0 ? "the server's certificate ended %.0f days ago"
                            : "the server's certificate ends in %.0f days",
                   days < 0 ? -days : days);
    if (days < CERTIFICATE_DAYS)
        cli_doctor_advise(doctor, "put a new one in its place: it is taken without a restart");
}

void
cli_judge_metrics(struct cli_doctor *doctor, const char *metrics, int64_t now_ms)
{
    judge_workers(doctor, metrics);
    judge_fence(doctor, metrics);
    judge_memory(doctor, metrics);
    judge_certificate(doctor, metrics, now_ms);
}

static int
has_text(const cJSON *array, const char *text)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, array)
    {
        if (cJSON_IsString(one) && strcmp(one->valuestring, text) == 0)
            return 1;
    }
    return 0;
}

/* When a message could have been taken first. */
static int64_t
due_ms(const cJSON *message)
{
    rv_err ignored = RV_ERR_INIT;
    int64_t ms = 0;
    const char *text = rv_json_string(message, "deliver_on");
    if (text == NULL)
        text = rv_json_string(message, "created_on");
    return text && rv_parse_time(&ms, text, &ignored) == 0 ? ms : INT64_MAX;
}

static void
judge_role(struct cli_doctor *doctor, const cJSON *message, const cJSON *roles, cJSON *told)
{
    const char *role = rv_json_string(message, "role");
    if (role == NULL || !role[0] || has_text(roles, role) || has_text(told, role))
        return;
    cJSON_AddItemToArray(told, cJSON_CreateString(role));
    cli_doctor_add(doctor, "queue roles", CLI_HEALTH_FAILED,
                   "messages wait for the role '%s', which no server has active", role);
    cli_doctor_advise(doctor, "give it to a server (reevectl get server_roles), or see whether the "
                              "server that has it is down (reevectl get servers)");
}

/* One that is tried again and again: the one that has failed most often. */
static void
judge_failing(struct cli_doctor *doctor, const cJSON *messages)
{
    const cJSON *message, *worst = NULL;
    cJSON_ArrayForEach(message, messages)
    {
        const char *error = rv_json_string(message, "error");
        if (error && error[0] && !rv_streq(rv_json_string(message, "state"), "error") &&
            rv_json_int(message, "attempts", 0) >= FAILED_OFTEN &&
            rv_json_int(message, "attempts", 0) > rv_json_int(worst, "attempts", 0))
            worst = message;
    }
    if (worst == NULL)
        return;
    const char *class_name = rv_json_string(worst, "class_name");
    const char *method = rv_json_string(worst, "method_name"), *id = rv_json_string(worst, "id");
    cli_doctor_add(doctor, "failing message", CLI_HEALTH_WARNING,
                   "%s.%s was tried %d times without success: %s", class_name ? class_name : "?",
                   method ? method : "?", (int)rv_json_int(worst, "attempts", 0),
                   rv_json_string(worst, "error"));
    cli_doctor_advise(doctor,
                      "mend that; it is tried again by itself. reevectl queue show %s says when",
                      id ? id : "ID");
}

void
cli_judge_queue(struct cli_doctor *doctor, const cJSON *messages, const cJSON *roles,
                int64_t now_ms)
{
    RV_AUTO_JSON cJSON *told = cJSON_CreateArray();
    RV_AUTO_BUF rv_buf age = rv_buf_limited(64);
    int dead = 0, before = cJSON_GetArraySize(doctor->findings);
    int64_t oldest_ms = INT64_MAX;
    const cJSON *message, *oldest = NULL;
    cJSON_ArrayForEach(message, messages)
    {
        if (rv_streq(rv_json_string(message, "state"), "error")) {
            dead++;
            continue;
        }
        judge_role(doctor, message, roles, told);
        if (due_ms(message) < oldest_ms) {
            oldest_ms = due_ms(message);
            oldest = message;
        }
    }
    if (oldest && now_ms - oldest_ms > OLD_MESSAGE_MS) {
        cli_add_duration(&age, now_ms - oldest_ms);
        cli_doctor_add(doctor, "queue", CLI_HEALTH_WARNING,
                       "a message of queue '%s' has waited for %s",
                       rv_json_string(oldest, "queue_name"), rv_buf_text(&age));
        cli_doctor_advise(doctor, "reevectl get miq_queue -o wide shows what waits; more workers: "
                                  "workers.generic.count");
    }
    judge_failing(doctor, messages);
    if (dead > 0) {
        cli_doctor_add(doctor, "dead letters", CLI_HEALTH_WARNING, "%d messages failed for good",
                       dead);
        cli_doctor_advise(doctor,
                          "reevectl queue list --state dead says why; reevectl queue retry ID "
                          "sends one again, reevectl queue delete ID drops it");
    }
    if (cJSON_GetArraySize(doctor->findings) == before)
        cli_doctor_add(doctor, "queue", CLI_HEALTH_OK,
                       "nothing has waited for long, nothing failed");
}

/* 1 when there was something to say. */
static int
judge_provider(struct cli_doctor *doctor, const cJSON *provider)
{
    char *found = NULL, *advice = NULL;
    enum cli_health health = cli_provider_health(provider, &found, &advice);
    if (health != CLI_HEALTH_OK) {
        cli_doctor_add(doctor, "provider", health, "%s", found);
        cli_doctor_advise(doctor, "%s", advice);
    }
    free(found);
    free(advice);
    return health != CLI_HEALTH_OK;
}

/* What each server says of itself: a crash loop, a lack of memory, disks that are full. */
void
cli_judge_servers(struct cli_doctor *doctor, const cJSON *servers)
{
    const cJSON *server, *warning;
    cJSON_ArrayForEach(server, servers)
    {
        const char *name = rv_json_string(server, "name");
        cJSON_ArrayForEach(warning, cJSON_GetObjectItemCaseSensitive(server, "warnings"))
        {
            const char *text = rv_json_string(warning, "text");
            const char *hint = rv_json_string(warning, "hint");
            if (!text)
                continue;
            cli_doctor_add(doctor, "server warning", CLI_HEALTH_WARNING, "%s: %s",
                           name ? name : "?", text);
            cli_doctor_advise(doctor, "%s", hint ? hint : "");
        }
    }
}

void
cli_judge_providers(struct cli_doctor *doctor, const cJSON *providers)
{
    int said = 0;
    const cJSON *provider;
    cJSON_ArrayForEach(provider, providers) said += judge_provider(doctor, provider);
    int count = cJSON_GetArraySize(providers);
    if (said == 0)
        cli_doctor_add(doctor, "provider", CLI_HEALTH_OK, "%d provider%s, none in trouble", count,
                       count == 1 ? "" : "s");
}

static void
judge_lane(struct cli_doctor *doctor, const cJSON *lane)
{
    const char *name = rv_json_string(lane, "name"), *why = rv_json_string(lane, "last_error");
    int64_t waiting = rv_json_int(lane, "written", 0) - rv_json_int(lane, "handled", 0);
    if (why) {
        cli_doctor_add(doctor, "events", CLI_HEALTH_WARNING, "%.500s", why);
        cli_doctor_advise(doctor, "the inventory is not touched by that; what happens meanwhile is "
                                  "told afterwards, as far as the other side still knows it");
    }
    if (waiting > MANY_EVENTS) {
        cli_doctor_add(doctor, "events", CLI_HEALTH_WARNING,
                       "%" PRId64 " events of '%s' wait for their handler", waiting,
                       name ? name : "?");
        cli_doctor_advise(doctor, "look whether an event_handler works (reevectl worker list), and "
                                  "at its log; the role event must be active on a server");
    }
}

static int64_t
events_waiting(const cJSON *lanes)
{
    const cJSON *lane;
    int64_t waiting = 0;
    cJSON_ArrayForEach(lane, lanes) waiting +=
        rv_json_int(lane, "written", 0) - rv_json_int(lane, "handled", 0);
    return waiting;
}

void
cli_judge_events(struct cli_doctor *doctor, const cJSON *lanes, const cJSON *roles)
{
    int before = cJSON_GetArraySize(doctor->findings);
    int64_t waiting = events_waiting(lanes);
    const cJSON *lane;
    cJSON_ArrayForEach(lane, lanes) judge_lane(doctor, lane);
    if (cJSON_GetArraySize(lanes) > 0 && !has_text(roles, "event")) {
        cli_doctor_add(doctor, "events", CLI_HEALTH_FAILED,
                       "nobody listens to events or handles them (%" PRId64
                       " wait): no server has the role 'event' active",
                       waiting);
        cli_doctor_advise(doctor, "reevectl server role add event");
    }
    if (cJSON_GetArraySize(doctor->findings) == before)
        cli_doctor_add(doctor, "events", CLI_HEALTH_OK,
                       "every source is heard; %" PRId64 " events wait", waiting);
}

/* Methods are somebody's own: what they do wrong is nothing that the server does. */
void
cli_judge_runs(struct cli_doctor *doctor, const cJSON *failed, int64_t count)
{
    const cJSON *run = cJSON_GetArrayItem(failed, 0);
    const char *id = rv_json_string(run, "id"), *uri = rv_json_string(run, "uri");
    const char *place = rv_json_string(run, "error_place"), *why = rv_json_string(run, "error");
    if (run == NULL || count == 0) {
        cli_doctor_add(doctor, "automate", CLI_HEALTH_OK, "no run failed within the last hour");
        return;
    }
    cli_doctor_add(doctor, "automate", CLI_HEALTH_WARNING,
                   "%" PRId64 " run%s failed within the last hour; the last one at %.200s: %.500s",
                   count, count == 1 ? "" : "s",
                   place ? place
                   : uri ? uri
                         : "?",
                   why ? why : "it does not say why");
    cli_doctor_advise(doctor,
                      "reevectl automate trace %s shows what it did, reevectl automate runs "
                      "--status error the others; an event whose method was mended is run again "
                      "by reevectl automate run --event ID",
                      id ? id : "ID");
}
