/* SPDX-License-Identifier: Apache-2.0
 *
 * The words that operators of the original search for stand in the messages: log_system_status,
 * MiqServer, local=Y. Counts of messages are logged by queue_log.c.
 */
#include "server/status_log.h"

#include <inttypes.h>
#include "base/log.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/text.h"

#define LABEL RV_F("tracking_label", RV_S("log_status"))

static int64_t
int_of(const rv_value *value)
{
    return value->type == RV_INT ? value->v.i : 0;
}

static double
double_of(const rv_value *value)
{
    return value->type == RV_DOUBLE ? value->v.d : (double)int_of(value);
}

static const char *
text_of(const rv_value *value)
{
    return value->type == RV_TEXT ? value->v.text : "";
}

static void
log_machine(const struct rv_worker *worker)
{
    struct rv_machine machine;
    rv_machine_read(&machine, rv_settings_string(worker->settings, "server.memory_info"));
    rv_log(RV_INFO, "log_system_status: memory", LABEL, RV_F("total", RV_I(machine.memory_total)),
           RV_F("free", RV_I(machine.memory_free)),
           RV_F("available", RV_I(machine.memory_available)),
           RV_F("swap_total", RV_I(machine.swap_total)), RV_F("swap_free", RV_I(machine.swap_free)),
           RV_F("home_used_percent", RV_I(rv_machine_disk_used(worker->home))));
}

#define FIGURES                                                                                    \
    "x.id, x.guid, x.pid, x.status, x.last_heartbeat, x.memory_usage, x.memory_size,"              \
    " x.proportional_set_size, x.unique_set_size, x.percent_memory, x.percent_cpu, x.cpu_time,"    \
    " x.os_priority"

/* What server and worker have in common, from column 0 on. */
static void
log_figures(const char *message, const rv_value *row, const char *name, const char *more,
            const char *more_text)
{
    rv_log(RV_INFO, message, LABEL, RV_F(name, RV_S(more)), RV_F("id", RV_I(int_of(&row[0]))),
           RV_F("of", RV_I(int_of(&row[2]))), RV_F("guid", RV_S(text_of(&row[1]))),
           RV_F("status", RV_S(text_of(&row[3]))), RV_F("heartbeat", RV_I(int_of(&row[4]))),
           RV_F("rss", RV_I(int_of(&row[5]))), RV_F("vsz", RV_I(int_of(&row[6]))),
           RV_F("pss", RV_I(int_of(&row[7]))), RV_F("uss", RV_I(int_of(&row[8]))),
           RV_F("percent_memory", RV_D(double_of(&row[9]))),
           RV_F("percent_cpu", RV_D(double_of(&row[10]))),
           RV_F("cpu_time", RV_D(double_of(&row[11]))), RV_F("nice", RV_I(int_of(&row[12]))),
           RV_F("more", RV_S(more_text)));
}

static int
log_workers(struct rv_worker *worker, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    const rv_value params[] = { rv_vint(worker->server_id) };
    int more;
    if (rv_store_query(worker->store, &rows,
                       "SELECT " FIGURES ", x.type, x.queue_name FROM miq_workers x"
                       " WHERE x.miq_server_id = $1 ORDER BY x.type, x.id LIMIT 1000",
                       params, 1, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0)
        log_figures("log_system_status: MiqWorker", row, "type", text_of(&row[13]),
                    text_of(&row[14]));
    return more;
}

static int
log_servers(struct rv_worker *worker, rv_err *err)
{
    RV_AUTO_ROWS struct rv_rows *rows = NULL;
    const rv_value *row = NULL;
    int more;
    if (rv_store_query(worker->store, &rows,
                       "SELECT " FIGURES ", x.name, x.is_master, z.name, x.hostname, x.version"
                       " FROM miq_servers x LEFT JOIN zones z ON z.id = x.zone_id"
                       " ORDER BY x.id LIMIT 1000",
                       NULL, 0, err))
        return err->code;
    while ((more = rv_rows_next(rows, &row, err)) > 0) {
        RV_AUTO_FREE char *text = rv_format("zone=%s hostname=%s version=%s", text_of(&row[15]),
                                            text_of(&row[16]), text_of(&row[17]));
        RV_AUTO_FREE char *message = rv_format("log_system_status: MiqServer: local=%s, master=%s",
                                               int_of(&row[0]) == worker->server_id ? "Y" : "N",
                                               int_of(&row[14]) ? "Y" : "N");
        log_figures(message, row, "name", text_of(&row[13]), text);
    }
    return more;
}

int
rv_status_log(struct rv_worker *worker, rv_err *err)
{
    log_machine(worker);
    if (log_servers(worker, err) || log_workers(worker, err))
        return rv_wrap(err, "log the status");
    return 0;
}
