/* SPDX-License-Identifier: Apache-2.0
 *
 * The file, before anything in it runs: exports, imports, and the few things
 * that tell a module that was built for another purpose or by a wrong command.
 */
#include "checks.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include "callback.h"
#include "elf_file.h"
#include "reeve/provider.h"

/* Symbols that some linkers put into every shared object. */
static const char *const by_the_linker[] = { "_init", "_fini", "_edata", "_end", "__bss_start" };
/* What instrumented code needs and the program that loads it brings. */
static const char *const by_instruments[] = { "__asan_",      "__ubsan_",  "__lsan_", "__tsan_",
                                              "__msan_",      "__hwasan_", "__gcov",  "__llvm_",
                                              "__sanitizer_", "__afl_" };

static int
read_file(struct trial *trial, struct elf_file *elf)
{
    rv_err err = RV_ERR_INIT;
    if (elf_file_read(elf, trial->conform->path, &err) == 0)
        return 0;
    trial_fail_err(trial, &err, "'%s'", trial->conform->path);
    return trial_advise(trial, "give the .so file that the build makes of the provider");
}

void
check_shared_object(struct trial *trial)
{
    struct elf_file elf;
    if (read_file(trial, &elf) == 0 && !elf.this_machine)
        trial_fail(trial, "it is made for another kind of machine than this one");
    else if (!trial_failed(trial) && !elf.shared_object)
        trial_fail(trial, "it is not a shared object; link it with -shared");
    elf_file_free(&elf);
}

static int
is_linkers(const char *name)
{
    for (size_t i = 0; i < RV_COUNT(by_the_linker); i++)
        if (strcmp(by_the_linker[i], name) == 0)
            return 1;
    return 0;
}

void
check_one_symbol(struct trial *trial)
{
    struct elf_file elf;
    int entry = 0, others = 0;
    if (read_file(trial, &elf) == 0) {
        for (int i = 0; i < elf.symbol_count; i++) {
            const struct elf_symbol *symbol = &elf.symbols[i];
            if (!symbol->defined || is_linkers(symbol->name))
                continue;
            if (strcmp(symbol->name, REEVE_PROVIDER_SYMBOL) == 0)
                entry = 1;
            else if (others++ < 12)
                trial_fail(trial, "it also exports '%.200s'", symbol->name);
        }
        if (!entry) {
            trial_fail(trial, "it does not export %s", REEVE_PROVIDER_SYMBOL);
            trial_advise(trial, "write REEVE_PROVIDER(...) at file level in one of its files, and "
                                "link that file in");
        }
        if (others)
            trial_advise(trial, "compile with -fvisibility=hidden and link with the SDK's "
                                "provider.map, as sdk/template does");
    }
    elf_file_free(&elf);
}

static int
is_instruments(const char *name)
{
    for (size_t i = 0; i < RV_COUNT(by_instruments); i++)
        if (strncmp(name, by_instruments[i], strlen(by_instruments[i])) == 0)
            return 1;
    return 0;
}

static int
is_provided(void *const *libraries, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (libraries[i] && dlsym(libraries[i], name))
            return 1;
    return 0;
}

/* A symbol that happens to be found in the program that loads the module is not enough: it must be
 * in a library that the module itself names. */
void
check_needed_symbols(struct trial *trial)
{
    struct elf_file elf;
    if (read_file(trial, &elf) < 0) {
        elf_file_free(&elf);
        return;
    }
    RV_AUTO_FREE void **libraries = rv_alloc(((size_t)elf.needed_count + 1) * sizeof(*libraries));
    for (int i = 0; i < elf.needed_count; i++) {
        libraries[i] = dlopen(elf.needed[i], RTLD_LAZY | RTLD_LOCAL);
        if (libraries[i] == NULL) {
            trial_fail(trial, "it needs library '%.200s', which is not found here", elf.needed[i]);
            trial_advise(trial, "install it, or link it in statically");
        }
    }
    for (int i = 0; i < elf.symbol_count; i++) {
        const struct elf_symbol *symbol = &elf.symbols[i];
        if (symbol->defined || symbol->weak || is_instruments(symbol->name) ||
            is_provided(libraries, elf.needed_count, symbol->name))
            continue;
        trial_fail(trial, "'%.200s' is in none of the libraries that it names", symbol->name);
        trial_advise(trial, "link what defines it; -Wl,--no-undefined says so when it is built");
    }
    for (int i = 0; i < elf.needed_count; i++)
        if (libraries[i])
            dlclose(libraries[i]);
    elf_file_free(&elf);
}

void
check_clean_image(struct trial *trial)
{
    struct elf_file elf;
    if (read_file(trial, &elf) == 0) {
        if (elf.executable_stack)
            trial_fail(trial, "it asks for an executable stack");
        if (elf.text_relocations)
            trial_fail(trial, "its code is not position independent: compile with -fPIC");
        if (elf.run_path)
            trial_fail(trial,
                       "it looks for libraries in '%.200s' (run path): on other machines that is "
                       "somebody else's folder",
                       elf.run_path);
        for (int i = 0; i < elf.needed_count; i++)
            if (strchr(elf.needed[i], '/'))
                trial_fail(trial, "it needs library '%.200s' at just that place", elf.needed[i]);
    }
    elf_file_free(&elf);
}

typedef const struct reeve_provider *(*entry_fn)(const struct reeve_host *host);

static const struct reeve_provider *
call_entry(struct trial *trial)
{
    void *library = dlopen(trial->conform->path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) {
        const char *why = dlerror();
        trial_fail(trial, "it cannot be loaded: %.600s", why ? why : "unknown reason");
        return NULL;
    }
    union {
        void *symbol;
        entry_fn function;
    } entry = { .symbol = dlsym(library, REEVE_PROVIDER_SYMBOL) };
    if (entry.symbol == NULL) {
        trial_fail(trial, "it has no symbol %s", REEVE_PROVIDER_SYMBOL);
        return NULL;
    }
    callback_begin(trial, REEVE_PROVIDER_SYMBOL, trial->conform->limit_ms);
    const struct reeve_provider *provider = entry.function(&rv_host_table);
    callback_end(trial);
    if (provider == NULL)
        trial_fail(trial, "%s returned nothing", REEVE_PROVIDER_SYMBOL);
    return provider;
}

void
check_prologue(struct trial *trial)
{
    const struct reeve_provider *provider = call_entry(trial);
    if (provider == NULL)
        return;
    if (provider->magic != REEVE_ABI_MAGIC)
        trial_fail(trial, "its magic number is 0x%08x, not 0x%08x", (unsigned)provider->magic,
                   (unsigned)REEVE_ABI_MAGIC);
    else if (provider->abi_major != REEVE_ABI_MAJOR)
        trial_fail(trial, "it is made for version %u.%u of the provider interface, this is %d.%d",
                   (unsigned)provider->abi_major, (unsigned)provider->abi_minor, REEVE_ABI_MAJOR,
                   REEVE_ABI_MINOR);
    else if (provider->size < offsetof(struct reeve_provider, close) + sizeof(provider->close) ||
             provider->size > 65536)
        trial_fail(trial, "its size says %llu bytes, this version's is %zu",
                   (unsigned long long)provider->size, sizeof(*provider));
    else if (provider->sdk_version == NULL || provider->sdk_version[0] == '\0')
        trial_fail(trial, "it does not say which SDK it was made with (sdk_version)");
    if (trial_failed(trial))
        trial_advise(trial, "let REEVE_PROVIDER(...) fill the prologue, and build against this "
                            "version's headers");
}

/* The host's own rules: the trial has loaded it already. */
void
check_loads(struct trial *trial)
{
    trial_remark(trial, "%.60s %.60s, SDK %.40s", trial->provider->name,
                 trial->provider->version ? trial->provider->version : "without a version",
                 trial->provider->sdk_version ? trial->provider->sdk_version : "unknown");
}
