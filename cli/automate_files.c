/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding methods in folders: which files, of which domain, which method.
 */
#include "automate_files.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define METHODS ".class/__methods__/"

int
cli_ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

void
cli_paths_free(struct cli_paths *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = (struct cli_paths){ 0 };
}

static int
add_path(struct cli_paths *out, const char *path, rv_err *err)
{
    if (out->count == CLI_PATHS_MAX)
        return rv_fail(err, RV_E_LIMIT, "more than %d files", CLI_PATHS_MAX);
    out->paths = rv_realloc(out->paths, out->count + 1, sizeof(*out->paths));
    out->paths[out->count++] = rv_strdup(path);
    return 0;
}

static int
is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int find_below(struct cli_paths *out, const char *path, const char *suffix, int depth,
                      rv_err *err);

static int
find_in(struct cli_paths *out, const char *folder, const char *suffix, int depth, rv_err *err)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_shown, alphasort);
    if (count < 0)
        return rv_fail_errno(err, "read folder '%s'", folder);
    for (int i = 0; i < count; i++) {
        RV_AUTO_FREE char *path = rv_format("%s/%s", folder, entries[i]->d_name);
        if (!err->code)
            find_below(out, path, suffix, depth + 1, err);
        free(entries[i]);
    }
    free(entries);
    return err->code;
}

/* Links are not followed: they may lead anywhere, also back. */
static int
find_below(struct cli_paths *out, const char *path, const char *suffix, int depth, rv_err *err)
{
    struct stat info;
    if ((depth ? lstat : stat)(path, &info))
        return rv_fail_errno(err, "look at '%s'", path);
    if (S_ISDIR(info.st_mode) && depth < 32)
        return find_in(out, path, suffix, depth, err);
    if (S_ISREG(info.st_mode) && (depth == 0 || cli_ends_with(path, suffix)))
        return add_path(out, path, err);
    return 0;
}

int
cli_paths_find(struct cli_paths *out, const char *path, const char *suffix, rv_err *err)
{
    RV_AUTO_FREE char *given = rv_strdup(path);
    for (size_t len = strlen(given); len > 1 && given[len - 1] == '/'; len--)
        given[len - 1] = '\0';
    return find_below(out, given, suffix, 0, err);
}

void
cli_domains_free(struct cli_domains *domains)
{
    for (size_t i = 0; i < domains->count; i++) {
        free(domains->list[i].folder);
        rv_ae_tree_free(domains->list[i].tree);
    }
    free(domains->list);
    *domains = (struct cli_domains){ 0 };
}

/* The folder above the file that has a domain's file in it; NULL: none has. */
static char *
domain_folder(const char *file)
{
    char *folder = realpath(file, NULL);
    for (char *slash; folder && (slash = strrchr(folder, '/'));) {
        *slash = '\0';
        RV_AUTO_FREE char *probe = rv_format("%s/__domain__.yaml", folder);
        if (access(probe, R_OK) == 0)
            return folder;
    }
    free(folder);
    return NULL;
}

int
cli_domains_of(struct cli_domains *domains, const char *file, const struct cli_domain **out,
               rv_err *err)
{
    RV_AUTO_FREE char *folder = domain_folder(file);
    struct rv_ae_tree *tree = NULL;
    *out = NULL;
    if (!folder)
        return 0;
    for (size_t i = 0; i < domains->count && !*out; i++)
        if (strcmp(domains->list[i].folder, folder) == 0)
            *out = &domains->list[i];
    if (*out)
        return 0;
    if (rv_ae_tree_read(&tree, folder, domains->notes, err))
        return err->code;
    domains->list = rv_realloc(domains->list, domains->count + 1, sizeof(*domains->list));
    struct cli_domain *domain = &domains->list[domains->count++];
    *domain = (struct cli_domain){ .folder = folder, .tree = tree };
    folder = NULL;
    *out = domain;
    return 0;
}

static const struct rv_ae_method *
method_in(const struct rv_ae_tree_domain *domain, const char *class_path, const char *name)
{
    const struct rv_ae_tree_class *class = rv_ae_tree_class(domain, class_path);
    return class ? rv_ae_tree_method(class, name) : NULL;
}

const struct rv_ae_method *
cli_method_of(const struct cli_domain *domain, const char *file)
{
    RV_AUTO_FREE char *path = realpath(file, NULL);
    if (!path || domain->tree->domain_count == 0)
        return NULL;
    char *below = path + strlen(domain->folder) + 1, *methods = strstr(below, METHODS);
    if (!methods)
        return NULL;
    *methods = '\0';
    char *name = methods + strlen(METHODS), *dot = strrchr(name, '.');
    if (dot)
        *dot = '\0';
    return method_in(&domain->tree->domains[0], below, name);
}

const struct rv_ae_method *
cli_find_method(const struct cli_domain *domain, const struct rv_ae_class *class, const char *path)
{
    const struct rv_ae_tree_domain *found = &domain->tree->domains[0];
    RV_AUTO_FREE char *copy = rv_strdup(path + (path[0] == '/'));
    char *slash = strrchr(copy, '/');
    if (domain->tree->domain_count == 0)
        return NULL;
    if (!slash)
        return class ? method_in(found, class->path, copy) : NULL;
    *slash = '\0';
    const struct rv_ae_method *method = method_in(found, copy, slash + 1);
    char *below = strchr(copy, '/');
    if (method || !below)
        return method;
    *below = '\0';
    return rv_strcaseeq(copy, found->def.name) ? method_in(found, below + 1, slash + 1) : NULL;
}

struct rv_ae_tree *
cli_shipped(void)
{
    char program[PATH_MAX];
    struct rv_ae_tree *tree = NULL;
    rv_err ignored = RV_ERR_INIT;
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len < 0)
        return NULL;
    program[len] = '\0';
    *strrchr(program, '/') = '\0';
    RV_AUTO_FREE char *path = rv_format("%s/../share/reeve/domains", program);
    rv_ae_tree_read(&tree, path, NULL, &ignored);
    return tree;
}

/* Beside the program, as it lies after a build; else where it was installed. */
int
cli_script_open(struct rv_script **out, rv_err *err)
{
    char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len < 0)
        return rv_fail_errno(err, "read /proc/self/exe");
    program[len] = '\0';
    *strrchr(program, '/') = '\0';
    char *places[] = { rv_format("%s/../lib/reeve", program),
                       rv_format("%s/../" REEVE_LIBDIR "/reeve", program),
                       rv_strdup(REEVE_FULL_LIBDIR "/reeve") };
    int found = 0;
    for (size_t i = 0; i < RV_COUNT(places); i++) {
        RV_AUTO_FREE char *probe = rv_format("%s/script_lua.so", places[i]);
        if (!found && access(probe, R_OK) == 0) {
            found = 1;
            rv_script_open(out, places[i], 16 << 20, err);
        }
    }
    if (!found)
        rv_fail(err, RV_E_NOT_FOUND, "no script_lua.so in %s", places[0]);
    for (size_t i = 0; i < RV_COUNT(places); i++)
        free(places[i]);
    return found ? err->code : rv_hint(err, "install Reeve whole");
}

static int
is_lua(const struct rv_ae_method *method)
{
    return method->data && (!method->language || rv_strcaseeq(method->language, "lua")) &&
           (!method->location || rv_strcaseeq(method->location, "inline"));
}

/* Named as the file with its text is; a document has no such file. */
static int
compile(struct rv_script *script, const struct rv_ae_method *method, rv_err *err)
{
    const char *file = method->at.file ? method->at.file : method->name;
    size_t len = strlen(file);
    RV_AUTO_FREE char *text = cli_ends_with(file, ".yaml") && strstr(file, METHODS)
                                  ? rv_format("%.*s.lua", (int)(len - strlen(".yaml")), file)
                                  : rv_format("method '%s'", method->name);
    return rv_script_check(script, text, method->data, method->data_len, err);
}

int
cli_methods_compile(const struct rv_ae_tree *tree, rv_err *err)
{
    struct rv_script *script = NULL;
    rv_err ignored = RV_ERR_INIT;

    if (cli_script_open(&script, &ignored) < 0)
        return 0;
    for (size_t i = 0; i < tree->domain_count && !err->code; i++)
        for (size_t j = 0; j < tree->domains[i].class_count && !err->code; j++) {
            const struct rv_ae_tree_class *class = &tree->domains[i].classes[j];
            for (size_t k = 0; k < class->method_count && !err->code; k++)
                if (is_lua(&class->methods[k]))
                    compile(script, &class->methods[k], err);
        }
    rv_script_close(script);
    return err->code;
}
