/* SPDX-License-Identifier: Apache-2.0
 *
 * The fence around a worker that loads a provider's module: which files such a worker has business
 * with. Of the home it is the SQLite database alone; that one is open already, and stays so.
 */
#define RV_LOG_TOPIC RV_TOPIC_PROVIDER
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "base/mem.h"
#include "home/home.h"
#include "server/fence.h"
#include "server/worker.h"
#include "store/url.h"

/* Libraries, certificates, names of hosts and users, times of places. What is secret there is not
 * ours to read anyway. Of other processes /proc tells what everybody may know: for more the kernel
 * wants the right to trace them. */
static const char *const readable[] = {
    "/usr",       "/lib",         "/lib64",       "/etc",
    "/nix/store", "/var/lib/sss", "/proc",        "/var/lib/ca-certificates",
    "/dev/zero",  "/dev/random",  "/dev/urandom", "/sys/devices/system/cpu",
};

/* Variables of the environment that name files or folders of libraries, with ':' between. */
static const char *const named[] = {
    "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF", "KRB5_CONFIG", "PGPASSFILE",
    "PGSERVICEFILE",   "PGSSLROOTCERT", "PGSSLCRL",     "PGSSLCRLDIR",  "PGSSLCERT",   "PGSSLKEY",
};

static void
allow_list(struct rv_fence *fence, const char *list,
           void (*more)(struct rv_fence *fence, const char *path))
{
    for (const char *at = list; at && *at; at += *at == ':') {
        size_t len = strcspn(at, ":");
        RV_AUTO_FREE char *path = rv_strndup(at, len);
        if (len > 0)
            rv_fence_allow(fence, path, RV_FENCE_READ);
        if (len > 0 && more)
            more(fence, path);
        at += len;
    }
}

static void
allow_folder_of(struct rv_fence *fence, const char *path, int rights)
{
    char real[PATH_MAX];
    if (realpath(path, real) == NULL)
        return;
    *strrchr(real, '/') = '\0';
    rv_fence_allow(fence, real[0] ? real : "/", rights);
}

/* resolv.conf is replaced from time to time, where it is a link too. */
static void
allow_system(struct rv_fence *fence)
{
    struct stat about;
    for (size_t i = 0; i < RV_COUNT(readable); i++)
        rv_fence_allow(fence, readable[i], RV_FENCE_READ);
    for (size_t i = 0; i < RV_COUNT(named); i++)
        allow_list(fence, getenv(named[i]), NULL);
    if (lstat("/etc/resolv.conf", &about) == 0 && S_ISLNK(about.st_mode))
        allow_folder_of(fence, "/etc/resolv.conf", RV_FENCE_READ);
    rv_fence_allow(fence, "/dev/null", RV_FENCE_WRITE);
}

/* A module may be a link to where it was built. */
static void
allow_linked(struct rv_fence *fence, const char *folder)
{
    const struct dirent *entry;
    DIR *listing = opendir(folder);
    while (listing && (entry = readdir(listing)) != NULL) {
        const char *end = strrchr(entry->d_name, '.');
        if (end == NULL || strcmp(end, ".so") != 0)
            continue;
        RV_AUTO_FREE char *path = rv_home_path(folder, entry->d_name);
        rv_fence_allow(fence, path, RV_FENCE_READ);
    }
    if (listing)
        closedir(listing);
}

static void
allow_modules(struct rv_fence *fence, const struct rv_worker *worker)
{
    allow_folder_of(fence, "/proc/self/exe", RV_FENCE_READ);
    rv_fence_allow(fence, worker->module_dir, RV_FENCE_READ);
    allow_list(fence, worker->provider_path, allow_linked);
    allow_list(fence, rv_settings_string(worker->settings, "workers.fence_read"), NULL);
}

static void
allow_named(void *arg, const char *path)
{
    rv_fence_allow(arg, path, RV_FENCE_READ);
}

/* What libpq reads when it connects again. */
static void
allow_postgres(struct rv_fence *fence, const char *url)
{
    static const char *const own[] = { ".pgpass", ".pg_service.conf", ".postgresql" };
    const char *home = getenv("HOME");
    for (size_t i = 0; home && i < RV_COUNT(own); i++) {
        RV_AUTO_FREE char *path = rv_home_path(home, own[i]);
        rv_fence_allow(fence, path, RV_FENCE_READ);
    }
    rv_store_url_reads(url, allow_named, fence);
}

/* Its folder is opened when a new log is made to last. */
static void
allow_sqlite(struct rv_fence *fence, const char *given)
{
    static const char *const tails[] = { "", "-wal", "-shm" };
    char path[PATH_MAX];
    if (realpath(given, path) == NULL)
        return;
    for (size_t i = 0; i < RV_COUNT(tails); i++) {
        RV_AUTO_FREE char *file = rv_format("%s%s", path, tails[i]);
        rv_fence_allow(fence, file, RV_FENCE_WRITE);
    }
    allow_folder_of(fence, path, RV_FENCE_LIST);
}

static int
fence_files(const struct rv_worker *worker, rv_err *err)
{
    struct rv_fence fence;
    const char *key = rv_settings_string(worker->settings, "tls.key");
    RV_AUTO_FREE char *tls_key = key[0] == '/' ? rv_strdup(key) : rv_home_path(worker->home, key);
    rv_fence_begin(&fence);
    rv_fence_never(&fence, worker->home);
    rv_fence_never(&fence, tls_key);
    allow_system(&fence);
    allow_modules(&fence, worker);
    if (worker->store) { /* one for one job has none */
        const char *file = rv_store_url_file(worker->store_url);
        if (file)
            allow_sqlite(&fence, file);
        else
            allow_postgres(&fence, worker->store_url);
    }
    return rv_fence_raise(&fence, err);
}

static void
raise_fence(struct rv_worker *worker)
{
    rv_err *missing = &worker->fence_missing, calls = RV_ERR_INIT;
    int no_files = fence_files(worker, missing);
    int no_calls = rv_fence_calls(&calls);
    if (!no_files && no_calls)
        *missing = calls;
    worker->fence = no_files && no_calls ? "none"
                    : no_files           ? "calls"
                    : no_calls           ? "files"
                                         : "files,calls";
    /* The worker that looks at the modules when reeved starts says it for all. */
    if (missing->code)
        rv_log_err(strcmp(worker->type, "describe") == 0 ? RV_WARNING : RV_DEBUG,
                   "modules of providers run without a whole fence: they could read the key file",
                   missing);
}

int
rv_worker_fence(struct rv_worker *worker, rv_err *err)
{
    const char *wanted = rv_settings_string(worker->settings, "workers.fence");
    if (worker->fence == NULL && strcmp(wanted, "off") == 0)
        worker->fence = "off";
    else if (worker->fence == NULL)
        raise_fence(worker);
    if (worker->fence_missing.code == 0 || strcmp(wanted, "required") != 0)
        return 0;
    *err = worker->fence_missing;
    return rv_wrap(err, "no module is loaded without a fence (setting workers.fence: required)");
}
