/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads provider modules. A module may be older or newer than this host, but of
 * the same major. Modules stay loaded for the life of the process (libraries that they bring
 * do not like to go).
 */
#include "host/internal.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "base/text.h"

static struct rv_module *loaded;

typedef const struct reeve_provider *(*entry_fn)(const struct reeve_host *host);

/* POSIX gives functions as data pointers. */
union entry {
    void *symbol;
    entry_fn function;
};

static int
take_provider(struct rv_module *module, const struct reeve_provider *theirs, rv_err *err)
{
    if (theirs == NULL)
        return rv_fail(err, RV_E_INVALID, "its entry function returned nothing");
    if (theirs->magic != REEVE_ABI_MAGIC)
        return rv_fail(err, RV_E_INVALID, "it is not a Reeve provider (its magic number is 0x%08x)",
                       (unsigned)theirs->magic);
    if (theirs->abi_major != REEVE_ABI_MAJOR) {
        rv_fail(err, RV_E_UNSUPPORTED,
                "it is made for version %u.%u of the provider interface, this server has %d.%d",
                (unsigned)theirs->abi_major, (unsigned)theirs->abi_minor, REEVE_ABI_MAJOR,
                REEVE_ABI_MINOR);
        return rv_hint(
            err, theirs->abi_major > REEVE_ABI_MAJOR
                     ? "upgrade the server, or install an older release of the provider"
                     : "install a newer release of the provider, or build it against this SDK");
    }
    return rv_tables_copy(module, theirs, err);
}

/* Its own kinds join the dictionary, all or none. */
static int
add_kinds(const struct rv_module *module, rv_err *err)
{
    const struct reeve_kind *const *kinds = module->provider.kinds;
    return kinds ? rv_model_add_all(kinds, err) : 0;
}

static int
open_library(struct rv_module *module, rv_err *err)
{
    module->library = dlopen(module->path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (module->library == NULL) {
        const char *why = dlerror();
        return rv_fail(err, RV_E_INVALID, "it cannot be loaded: %.600s",
                       why ? why : "unknown reason");
    }
    union entry entry = { .symbol = dlsym(module->library, REEVE_PROVIDER_SYMBOL) };
    if (entry.symbol == NULL)
        return rv_fail(err, RV_E_INVALID, "it is not a Reeve provider (it has no symbol %s)",
                       REEVE_PROVIDER_SYMBOL);
    return take_provider(module, entry.function(&rv_host_table), err);
}

static void
discard(struct rv_module *module)
{
    rv_arena_free(module->arena);
    free(module->path);
    free(module->name);
    free(module);
}

static char *
name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t len = strlen(base);
    if (len > 3 && strcmp(base + len - 3, ".so") == 0)
        len -= 3;
    return rv_strndup(base, len);
}

static int
load(struct rv_module **out, char *path, rv_err *err)
{
    struct rv_module *module = rv_alloc(sizeof(*module));
    module->path = path;
    module->name = name_of(path);
    module->arena = rv_arena_new(0);
    if (open_library(module, err) < 0 || rv_module_check(module, err) < 0 ||
        add_kinds(module, err) < 0) {
        rv_wrap(err, "provider module '%s'", path);
        discard(module);
        return err->code;
    }
    if (module->provider.title == NULL)
        module->provider.title = module->provider.name;
    module->next = loaded;
    loaded = module;
    *out = module;
    return 0;
}

int
rv_module_load_file(struct rv_module **out, const char *path, rv_err *err)
{
    char *real = realpath(path, NULL);
    if (real == NULL)
        return rv_fail_errno(err, "provider module '%s'", path);
    for (struct rv_module *module = loaded; module; module = module->next) {
        if (strcmp(module->path, real) == 0) {
            free(real);
            *out = module;
            return 0;
        }
    }
    struct stat file;
    if (stat(real, &file) == 0 && !S_ISREG(file.st_mode)) {
        rv_fail(err, RV_E_INVALID, "provider module '%s': it is not a file", path);
        free(real);
        return err->code;
    }
    return load(out, real, err);
}

static int
fail_not_there(const char *path, const char *name, rv_err *err)
{
    rv_err ignored = RV_ERR_INIT;
    char **names = NULL;
    const char *near = NULL;
    if (rv_module_list(&names, path, &ignored) == 0)
        near = rv_nearest(name, (const char *const *)names);
    if (near)
        rv_fail(err, RV_E_NOT_FOUND, "there is no provider '%.80s', did you mean '%s'?", name,
                near);
    else
        rv_fail(err, RV_E_NOT_FOUND, "there is no provider '%.80s' in '%s'", name, path);
    rv_names_free(names);
    return err->code;
}

/* The next folder of a path, or NULL behind the last one; the caller's to free. */
static char *
next_folder(const char **path)
{
    *path += strspn(*path, ":");
    size_t len = strcspn(*path, ":");
    char *folder = len ? rv_strndup(*path, len) : NULL;
    *path += len;
    return folder;
}

int
rv_module_files(char ***out, const char *path, const char *name)
{
    char **files = rv_alloc(sizeof(*files));
    int count = 0;
    /* The name may come from a request: it must not lead out of the folder. */
    int good = name && name[0] && strlen(name) <= 64 &&
               strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
    for (char *folder; good && (folder = next_folder(&path)) != NULL; free(folder)) {
        struct stat file;
        char *at = rv_format("%s/%s.so", folder, name);
        if (stat(at, &file) < 0) {
            free(at);
            continue;
        }
        files = rv_realloc(files, (size_t)count + 2, sizeof(*files));
        files[count++] = at;
        files[count] = NULL;
    }
    *out = files;
    return count;
}

int
rv_module_load(struct rv_module **out, const char *path, const char *name, rv_err *err)
{
    char **files = NULL;
    int rc = rv_module_files(&files, path, name) > 0 ? rv_module_load_file(out, files[0], err)
                                                     : fail_not_there(path, name ? name : "", err);
    rv_names_free(files);
    return rc;
}

const struct reeve_provider *
rv_module_provider(const struct rv_module *module)
{
    return &module->provider;
}

void
rv_module_bind(const struct rv_module *module, const struct reeve_host *host)
{
    union entry entry = { .symbol = dlsym(module->library, REEVE_PROVIDER_SYMBOL) };
    entry.function(host);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
    char **at;
    size_t count;
};

static int
add_names(struct names *names, const char *dir, rv_err *err)
{
    DIR *folder = opendir(dir);
    if (folder == NULL)
        return rv_fail_errno(err, "folder of provider modules '%s'", dir);
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t len = strlen(entry->d_name);
        if (len <= 3 || strcmp(entry->d_name + len - 3, ".so") != 0)
            continue;
        names->at = rv_realloc(names->at, names->count + 2, sizeof(*names->at));
        names->at[names->count++] = rv_strndup(entry->d_name, len - 3);
    }
    closedir(folder);
    return 0;
}

/* Sorted, each once. */
static void
put_in_order(struct names *names)
{
    size_t kept = 0;
    qsort(names->at, names->count, sizeof(*names->at), by_name);
    for (size_t i = 0; i < names->count; i++) {
        if (kept > 0 && strcmp(names->at[kept - 1], names->at[i]) == 0)
            free(names->at[i]);
        else
            names->at[kept++] = names->at[i];
    }
    names->at[kept] = NULL;
}

int
rv_module_list(char ***out, const char *path, rv_err *err)
{
    struct names names = { .at = rv_alloc(sizeof(*names.at)) };
    rv_err unread = RV_ERR_INIT;
    int folders = 0;
    for (char *folder; (folder = next_folder(&path)) != NULL; free(folder))
        folders += add_names(&names, folder, &unread) == 0;
    if (folders == 0) {
        free(names.at);
        return rv_fail(err, unread.code ? unread.code : RV_E_NOT_FOUND, "%s",
                       unread.code ? unread.text : "there is no folder of provider modules");
    }
    put_in_order(&names);
    *out = names.at;
    return 0;
}

void
rv_names_free(char **names)
{
    for (size_t i = 0; names && names[i]; i++)
        free(names[i]);
    free(names);
}
