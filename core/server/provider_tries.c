/* SPDX-License-Identifier: Apache-2.0
 *
 * Waits between tries. A refused password that is tried for ever locks the account.
 */
#include "server/provider_tries.h"

#include "base/clock.h"
#include "base/log.h"
#include "inventory/provider.h"

enum {
    LEASE_RETRY_MS = 100, /* the dead one is being buried: any moment now */
    LEASE_SLOW_MS = 1000,
    REFUSED_LOOK_MS = 2000,
    QUICK_TRIES = 50
};

int
rv_tries_note(struct rv_tries *tries, const rv_err *err)
{
    tries->refused |= tries->is_refusal(err->code);
    return tries->refused;
}

/* Milliseconds until credentials that were refused are tried again, -1 for never. */
static int64_t
rest_ms(const struct rv_tries *tries)
{
    const struct rv_worker *worker = tries->worker;
    rv_err ignored = RV_ERR_INIT;
    int64_t next_ms = 0;
    if (rv_provider_next_check(worker->store, worker->provider, &next_ms, &ignored) || next_ms == 0)
        return -1;
    return next_ms > rv_now_ms() ? next_ms - rv_now_ms() : 0;
}

static int64_t
backoff_ms(const struct rv_tries *tries, const rv_err *err)
{
    int64_t wait_ms = rv_settings_int(tries->worker->settings, "refresh.retry_min");
    int64_t most_ms = rv_settings_int(tries->worker->settings, "refresh.retry_max");
    for (int64_t i = 1; i < tries->failures && wait_ms < most_ms; i++)
        wait_ms *= 2;
    if (wait_ms > most_ms)
        wait_ms = most_ms;
    return err->retry_after_ms > wait_ms ? err->retry_after_ms : wait_ms;
}

int64_t
rv_tries_failed(struct rv_tries *tries, const char *message, const rv_err *err)
{
    struct rv_worker *worker = tries->worker;
    int refused = rv_tries_note(tries, err);
    tries->failures++;
    int64_t wait_ms = refused ? rest_ms(tries) : backoff_ms(tries, err);
    rv_meter_add(tries->failure_series, 1,
                 RV_LABELS(worker->provider_name, rv_class_name(err->code)));
    const struct rv_log_field more[] = { RV_F("provider", RV_S(worker->provider_name)),
                                         RV_F("again_in_ms", RV_I(wait_ms)) };
    rv_log_err_with(RV_WARNING, message, err, more, RV_COUNT(more));
    return refused ? 0 : wait_ms;
}

void
rv_tries_succeeded(struct rv_tries *tries)
{
    tries->failures = 0;
}

int
rv_tries_still_refused(struct rv_tries *tries)
{
    rv_err ignored = RV_ERR_INIT;
    struct rv_worker *worker = tries->worker;
    tries->refused =
        tries->refused && rv_provider_rests(worker->store, worker->provider, &ignored) != 0;
    if (tries->refused)
        rv_worker_wait(worker, REFUSED_LOOK_MS);
    return tries->refused;
}

int
rv_tries_open(const struct rv_tries *tries, int (*open)(void *arg, rv_err *err), void *arg,
              rv_err *err)
{
    struct rv_worker *worker = tries->worker;
    for (int count = 0; !worker->stop; count++) {
        rv_err_clear(err);
        if (open(arg, err) != RV_E_CONFLICT)
            return err->code;
        if (count == QUICK_TRIES)
            rv_log_err(RV_WARNING, "another worker serves the provider; waiting for its end", err);
        rv_worker_wait(worker, count < QUICK_TRIES ? LEASE_RETRY_MS : LEASE_SLOW_MS);
    }
    rv_err_clear(err);
    return rv_fail(err, RV_E_CANCELLED, "told to stop");
}
