/* SPDX-License-Identifier: Apache-2.0
 *
 * From the settings' file names to a pair that is good, and warnings before it ends.
 */
#define RV_LOG_TOPIC RV_TOPIC_SUPERVISOR
#include "server/certificate.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/meter.h"
#include "base/text.h"

#define DAY_MS (24 * 3600 * 1000LL)

enum { WARN_DAYS = 14 };

struct rv_certificate {
    struct rv_tls *tls;
    char *file, *key;
    int64_t said_ms;
};

static char *
path_of(const struct rv_home *home, const char *setting)
{
    const char *path = rv_settings_string(home->settings, setting);
    return path[0] == '/' ? rv_strdup(path) : rv_home_path(home->dir, path);
}

static int
check_both(const char *file, const char *key, rv_err *err)
{
    if ((file[0] == '\0') == (key[0] == '\0'))
        return 0;
    rv_fail(err, RV_E_INVALID, "%s is set and %s is not", file[0] ? "tls.certificate" : "tls.key",
            file[0] ? "tls.key" : "tls.certificate");
    return rv_hint(err, "give both: --tls-certificate FILE --tls-key FILE, or tls.certificate and"
                        " tls.key in reeve.yaml; one file may hold both");
}

const char *
rv_certificate_trouble(const struct rv_tls_info *info, int64_t now_ms)
{
    if (now_ms < info->begins_ms)
        return "the certificate is not valid yet: clients will refuse it";
    if (now_ms >= info->ends_ms)
        return "the certificate has expired: clients refuse it";
    if (info->ends_ms - now_ms < WARN_DAYS * DAY_MS)
        return "the certificate ends soon";
    return NULL;
}

static void
warn(const struct rv_tls_info *info)
{
    char begins[32], ends[32];
    const char *trouble = rv_certificate_trouble(info, rv_now_ms());
    rv_meter_set(RV_M_CERTIFICATE_EXPIRY, info->ends_ms, RV_NO_LABELS);
    if (trouble == NULL)
        return;
    rv_format_time(begins, info->begins_ms);
    rv_format_time(ends, info->ends_ms);
    rv_log(RV_WARNING, trouble, RV_F("names", RV_S(info->names)), RV_F("from", RV_S(begins)),
           RV_F("until", RV_S(ends)),
           RV_F("hint", RV_S("put a new one in its place: it is taken without a restart")));
}

void
rv_certificate_say(const struct rv_tls *tls, const char *message)
{
    char ends[32];
    struct rv_tls_info info;
    rv_tls_info(tls, &info);
    rv_format_time(ends, info.ends_ms);
    rv_log(RV_INFO, message, RV_F("names", RV_S(info.names)), RV_F("until", RV_S(ends)));
    warn(&info);
}

int
rv_certificate_open(struct rv_certificate **out, const struct rv_home *home, const char *module_dir,
                    rv_err *err)
{
    const char *file = rv_settings_string(home->settings, "tls.certificate");
    const char *key = rv_settings_string(home->settings, "tls.key");
    *out = NULL;
    if (check_both(file, key, err))
        return err->code;
    if (file[0] == '\0')
        return 0;
    struct rv_certificate *certificate = rv_alloc(sizeof(*certificate));
    certificate->file = path_of(home, "tls.certificate");
    certificate->key = path_of(home, "tls.key");
    certificate->said_ms = rv_monotonic_ms();
    const struct rv_tls_config config = { .module_dir = module_dir,
                                          .certificate = certificate->file,
                                          .key = certificate->key,
                                          .handshake_ms = 1000 };
    if (rv_tls_open(&certificate->tls, &config, err)) {
        rv_certificate_close(certificate);
        return rv_wrap(err, "TLS");
    }
    rv_certificate_say(certificate->tls, "certificate read");
    *out = certificate;
    return 0;
}

void
rv_certificate_close(struct rv_certificate *certificate)
{
    if (certificate == NULL)
        return;
    rv_tls_close(certificate->tls);
    free(certificate->file);
    free(certificate->key);
    free(certificate);
}

void
rv_certificate_tell(const struct rv_certificate *certificate, cJSON *welcome)
{
    cJSON *tls = cJSON_AddObjectToObject(welcome, "tls");
    cJSON_AddStringToObject(tls, "certificate", certificate->file);
    cJSON_AddStringToObject(tls, "key", certificate->key);
}

/* What is wrong with new files is said by those that serve with them. */
void
rv_certificate_watch(struct rv_certificate *certificate)
{
    rv_err ignored = RV_ERR_INIT;
    struct rv_tls_info info;
    int64_t now_ms = rv_monotonic_ms();
    if (now_ms - certificate->said_ms < DAY_MS)
        return;
    certificate->said_ms = now_ms;
    rv_tls_refresh(certificate->tls, 0, &ignored);
    rv_tls_info(certificate->tls, &info);
    warn(&info);
}
