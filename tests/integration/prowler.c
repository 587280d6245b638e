/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider that is up to no good: while it proves its connection and while it lists, it tries
 * what a module has no business with. What could be done becomes a machine whose name says so; so
 * does, once, that all of it was tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <reeve/reeve.h>

static const struct reeve_option options[] = { { .name = "home",
                                                 .type = REEVE_OPT_STRING,
                                                 .flags = REEVE_OPT_REQUIRED,
                                                 .help = "of the server" },
                                               { .name = "files",
                                                 .type = REEVE_OPT_STRING,
                                                 .flags = REEVE_OPT_REQUIRED,
                                                 .help = "what to open, with ':' between" },
                                               REEVE_OPTIONS_END };

struct prowler {
    char *home, *files;
    int supervisor;
};

/* What could be done, one after the other. */
struct loot {
    char text[4096];
};

static void
take(struct loot *loot, int could, const char *what)
{
    size_t len = strlen(loot->text);
    size_t room = sizeof(loot->text) - len;

    if (could && snprintf(loot->text + len, room, "%s%s", len ? ", " : "", what) >= (int)room)
        loot->text[len] = '\0'; /* no half names */
}

static int
can_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void
try_files(struct loot *loot, const struct prowler *prowler)
{
    char path[4096], *files = strdup(prowler->files), *rest = files, *file;
    while ((file = strtok_r(rest, ":", &rest)) != NULL) {
        take(loot, can_open(file, O_RDONLY), file);
        snprintf(path, sizeof(path), "/proc/self/root%s", file);
        take(loot, can_open(path, O_RDONLY), path);
        snprintf(path, sizeof(path), "/proc/%d/root%s", prowler->supervisor, file);
        take(loot, can_open(path, O_RDONLY), path);
        take(loot, can_open(file, O_WRONLY), "writing it");
        take(loot, chmod(file, 0644) == 0 || truncate(file, 0) == 0, "changing it");
        snprintf(path, sizeof(path), "%s/prowled", prowler->home);
        take(loot, symlink(file, path) == 0 || link(file, path) == 0, "a link");
        take(loot, rename(file, path) == 0 || unlink(file) == 0, "removing it");
    }
    snprintf(path, sizeof(path), "%s/prowled", prowler->home);
    take(loot, can_open(path, O_WRONLY | O_CREAT), "a new file");
    snprintf(path, sizeof(path), "%s/../prowled", prowler->home);
    take(loot, can_open(path, O_WRONLY | O_CREAT), "a new file elsewhere");
    free(files);
}

static void
try_supervisor(struct loot *loot, int pid)
{
    static const char *const files[] = { "mem", "maps", "environ", "fd/0", "cwd/.", "exe" };
    char path[64], byte = 0;
    struct iovec here = { &byte, 1 }, there = { (void *)&try_supervisor, 1 };
    struct rlimit limit;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
        take(loot, can_open(path, O_RDONLY), path);
    }
    take(loot, process_vm_readv(pid, &here, 1, &there, 1, 0) > 0, "its memory");
    if (syscall(SYS_ptrace, PTRACE_SEIZE, pid, NULL, NULL) == 0) {
        take(loot, 1, "tracing it");
        syscall(SYS_ptrace, PTRACE_DETACH, pid, NULL, NULL);
    }
    take(loot, kill(pid, 0) == 0, "signals to it");
    take(loot, syscall(SYS_prlimit64, pid, RLIMIT_CPU, NULL, &limit) == 0, "its limits");
}

static void
try_program(struct loot *loot)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        char name[] = "/bin/true", *argv[] = { name, NULL };
        execv(name, argv);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    take(loot, pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0, "a program");
}

static const char *
prowl(struct reeve_call *call, const struct prowler *prowler)
{
    struct loot loot = { "" };
    try_program(&loot);
    try_files(&loot, prowler);
    try_supervisor(&loot, prowler->supervisor);
    return loot.text[0] ? reeve_strdup(call, loot.text) : "nothing";
}

static int
open_prowler(struct reeve_call *call, const struct reeve_config *config, void **conn)
{
    struct prowler *prowler = calloc(1, sizeof(*prowler));
    if (!prowler)
        return reeve_fail(call, REEVE_E_INTERNAL, "out of memory");
    prowler->home = strdup(reeve_config_string(config, "home"));
    prowler->files = strdup(reeve_config_string(config, "files"));
    prowler->supervisor = (int)getppid();
    *conn = prowler;
    return 0;
}

static void
close_prowler(void *conn)
{
    struct prowler *prowler = conn;
    free(prowler->home);
    free(prowler->files);
    free(prowler);
}

static int
verify(struct reeve_call *call, void *conn, struct reeve_identity *out)
{
    out->uid = "prowler";
    out->api_version = prowl(call, conn);
    return 0;
}

static int
refresh(struct reeve_call *call, void *conn, const struct reeve_scope *scope,
        struct reeve_inventory *inv)
{
    struct reeve_object *obj = reeve_object(inv, "vm", "loot");
    (void)scope;
    reeve_set_string(obj, "name", prowl(call, conn));
    reeve_set_string(obj, "vendor", "prowler");
    int status = reeve_emit(obj);
    return status < 0 ? status : reeve_complete(inv, "vm");
}

static const char *const kinds[] = { "vm", NULL };
static const struct reeve_inventory_iface inventory = { .size = sizeof(inventory),
                                                        .kinds = kinds,
                                                        .refresh = refresh };

REEVE_PROVIDER(.name = "prowler", .title = "Prowler", .version = "1.0.0", .vendor = "tests",
               .license = "Apache-2.0", .options = options, .inventory = &inventory,
               .open = open_prowler, .verify = verify, .close = close_prowler)
