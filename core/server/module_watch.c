/* SPDX-License-Identifier: Apache-2.0
 *
 * A digest of names, sizes and times of the modules: one opendir and a stat a module
 * each second, in the supervisor. inotify would need a watch a folder, and a rule for
 * folders that come later.
 */
#include "server/module_watch.h"

#include <string.h>
#include <sys/stat.h>
#include "base/text.h"
#include "host/host.h"

enum { LOOK_MS = 1000 };

static uint64_t
digest_of(const char *path)
{
    rv_err ignored = RV_ERR_INIT;
    uint64_t digest = 1;
    char **names = NULL;
    if (rv_module_list(&names, path, &ignored))
        return digest;
    for (int i = 0; names[i]; i++) {
        struct stat file = { 0 };
        char **files = NULL;
        if (rv_module_files(&files, path, names[i]) > 0 && stat(files[0], &file) == 0) {
            const int64_t facts[] = { (int64_t)file.st_ino, file.st_size, file.st_mtim.tv_sec,
                                      file.st_mtim.tv_nsec };
            digest = rv_hash64(files[0], strlen(files[0]), digest);
            digest = rv_hash64(facts, sizeof(facts), digest);
        }
        rv_names_free(files);
    }
    rv_names_free(names);
    return digest;
}

int
rv_module_watch(struct rv_module_watch *watch, const char *path, int64_t now_ms)
{
    if (watch->looked_ms && now_ms - watch->looked_ms < LOOK_MS)
        return 0;
    uint64_t digest = digest_of(path);
    int settled = digest == watch->seen;
    if (watch->looked_ms == 0)
        watch->known = digest;
    watch->looked_ms = now_ms;
    watch->seen = digest;
    if (!settled || digest == watch->known)
        return 0;
    watch->known = digest;
    return 1;
}
