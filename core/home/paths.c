/* SPDX-License-Identifier: Apache-2.0
 *
 * Modules are looked for relative to the program first, so that a tree that
 * was moved, or never installed, works.
 */
#include "home/paths.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"

#define PROBE "store_sqlite.so"

static int
program_dir(char *out, size_t size, rv_err *err)
{
    ssize_t len = readlink("/proc/self/exe", out, size - 1);
    if (len < 0)
        return rv_fail_errno(err, "read /proc/self/exe");
    out[len] = '\0';
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
    return 0;
}

static int
holds_modules(const char *dir)
{
    RV_AUTO_FREE char *probe = rv_format("%s/" PROBE, dir);
    return access(probe, R_OK) == 0;
}

int
rv_paths_modules(char **out, const char *wanted, rv_err *err)
{
    char bin[PATH_MAX];
    if (program_dir(bin, sizeof(bin), err))
        return err->code;
    char *candidates[] = { wanted ? rv_strdup(wanted) : rv_format("%s/../lib/reeve", bin),
                           wanted ? NULL : rv_format("%s/../" REEVE_LIBDIR "/reeve", bin),
                           wanted ? NULL : rv_strdup(REEVE_FULL_LIBDIR "/reeve") };
    RV_AUTO_BUF
    rv_buf tried = rv_buf_limited(4 * PATH_MAX);
    *out = NULL;
    for (size_t i = 0; i < RV_COUNT(candidates); i++) {
        if (candidates[i] == NULL)
            continue;
        if (*out == NULL && holds_modules(candidates[i]))
            *out = realpath(candidates[i], NULL);
        rv_buf_addf(&tried, "%s%s", tried.len ? ", " : "", candidates[i]);
        free(candidates[i]);
    }
    if (*out)
        return 0;
    rv_fail(err, RV_E_NOT_FOUND, "no " PROBE " in %s", rv_buf_text(&tried));
    return rv_hint(err, "install Reeve whole, or say where its modules are with --module-dir");
}

int
rv_paths_providers(char **out, const char *module_dir, const char *setting, rv_err *err)
{
    for (const char *at = setting; *at; at += strcspn(at, ":")) {
        at += strspn(at, ":");
        if (*at && *at != '/') {
            rv_fail(err, RV_E_INVALID, "setting 'modules.path': folder '%.*s' is not absolute",
                    (int)strcspn(at, ":"), at);
            return rv_hint(err, "begin it with /: the server does not know from which folder it "
                                "is meant");
        }
    }
    *out = rv_format("%s%s%s/providers", setting, setting[0] ? ":" : "", module_dir);
    return 0;
}
