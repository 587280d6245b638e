/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading /proc/PID/stat and smaps_rollup.
 */
#include "server/figures.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/mem.h"

enum { TEXT_BYTES = 4096 };

static int
read_proc(char *out, size_t size, pid_t pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    RV_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, out, size - 1);
    out[len > 0 ? len : 0] = '\0';
    return len > 0;
}

/* kB of a line "Name:   123 kB", in bytes. */
static int64_t
line_bytes(const char *text, const char *name)
{
    long long kilobytes = 0;
    const char *line = strstr(text, name);
    if (line == NULL || sscanf(line + strlen(name), " %lld", &kilobytes) != 1)
        return 0;
    return (int64_t)kilobytes * 1024;
}

/* What /proc/PID/stat says; 0 when there is no such process. */
static int
read_stat(struct rv_figures *out, pid_t pid)
{
    char text[TEXT_BYTES];
    unsigned long long user = 0, system = 0, size = 0;
    long long resident = 0;
    memset(out, 0, sizeof(*out));
    if (!read_proc(text, sizeof(text), pid, "stat"))
        return 0;
    /* The name stands in parentheses and may hold anything, parentheses too. */
    const char *rest = strrchr(text, ')');
    if (rest == NULL ||
        sscanf(rest + 1,
               " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %d %*d %*d"
               " %*u %llu %lld",
               &user, &system, &out->nice, &size, &resident) != 5)
        return 0;
    out->cpu_seconds = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    out->virtual_bytes = (int64_t)size;
    out->resident_bytes = (int64_t)resident * sysconf(_SC_PAGESIZE);
    return 1;
}

int
rv_figures_read(struct rv_figures *out, pid_t pid)
{
    char text[TEXT_BYTES];
    if (!read_stat(out, pid))
        return 0;
    if (read_proc(text, sizeof(text), pid, "smaps_rollup")) {
        out->proportional_bytes = line_bytes(text, "\nPss:");
        out->unique_bytes =
            line_bytes(text, "\nPrivate_Clean:") + line_bytes(text, "\nPrivate_Dirty:");
    }
    return 1;
}

double
rv_figures_cpu(pid_t pid)
{
    struct rv_figures figures;
    return read_stat(&figures, pid) ? figures.cpu_seconds : 0;
}

double
rv_figures_cpu_percent(struct rv_cpu_look *look, double cpu_seconds)
{
    const struct rv_cpu_look before = *look;
    *look = (struct rv_cpu_look){ .cpu_seconds = cpu_seconds, .at_ms = rv_monotonic_ms() };
    if (before.at_ms == 0 || look->at_ms <= before.at_ms || cpu_seconds < before.cpu_seconds)
        return 0;
    return 100000 * (cpu_seconds - before.cpu_seconds) / (double)(look->at_ms - before.at_ms);
}
