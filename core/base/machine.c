/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading /proc/meminfo and statvfs.
 */
#include "base/machine.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "base/mem.h"

enum { TEXT_BYTES = 4096 };

static int64_t
line_bytes(const char *text, const char *name)
{
    long long kib = 0;
    const char *line = strstr(text, name);
    if (line == NULL || sscanf(line + strlen(name), " %lld", &kib) != 1 || kib < 0)
        return 0;
    return (int64_t)kib * 1024;
}

void
rv_machine_parse(struct rv_machine *out, const char *text)
{
    *out = (struct rv_machine){ .memory_total = line_bytes(text, "MemTotal:"),
                                .memory_free = line_bytes(text, "MemFree:"),
                                .memory_available = line_bytes(text, "MemAvailable:"),
                                .swap_total = line_bytes(text, "SwapTotal:"),
                                .swap_free = line_bytes(text, "SwapFree:") };
}

void
rv_machine_read(struct rv_machine *out, const char *path)
{
    char text[TEXT_BYTES];
    struct stat about;
    /* A person says which file: nothing that would be waited for, or that reading it would change.
     */
    RV_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t len = fd < 0 || fstat(fd, &about) || !S_ISREG(about.st_mode)
                      ? -1
                      : read(fd, text, sizeof(text) - 1);
    text[len > 0 ? len : 0] = '\0';
    rv_machine_parse(out, text);
}

static int
percent(int64_t part, int64_t whole)
{
    if (whole <= 0 || part <= 0)
        return 0;
    return (int)(100 * (part / 1024) / (whole / 1024));
}

int
rv_machine_swap_used(const struct rv_machine *machine)
{
    return percent(machine->swap_total - machine->swap_free, machine->swap_total);
}

int
rv_machine_swap_short(const struct rv_machine *machine)
{
    /* Old kernels and the files of some containers do not tell what is available. */
    int64_t left = machine->memory_available ? machine->memory_available : machine->memory_free;
    return percent(machine->swap_total - machine->swap_free - left, machine->swap_total);
}

int
rv_machine_is_short(const struct rv_machine *machine, int swap_most, int memory_least)
{
    if (rv_machine_swap_used(machine) <= swap_most)
        return 0;
    return machine->memory_available == 0 ||
           percent(machine->memory_available, machine->memory_total) < memory_least;
}

int
rv_machine_disk(struct rv_disk *out, const char *path)
{
    struct statvfs disk;
    *out = (struct rv_disk){ 0 };
    if (statvfs(path, &disk) || disk.f_blocks == 0)
        return 0;
    uint64_t used = disk.f_blocks - disk.f_bfree, usable = used + disk.f_bavail;
    out->size_bytes = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
    out->free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    out->files = (int64_t)disk.f_files;
    out->free_files = (int64_t)disk.f_favail;
    out->used_percent = usable ? (int)(100 * used / usable) : 100;
    return 1;
}

int
rv_machine_disk_used(const char *path)
{
    struct rv_disk disk;
    return rv_machine_disk(&disk, path) ? disk.used_percent : -1;
}

int
rv_machine_mount_used(const char *path)
{
    char parent[4096];
    struct stat self, above;
    snprintf(parent, sizeof(parent), "%s/..", path);
    if (stat(path, &self) || stat(parent, &above))
        return -1;
    if (self.st_dev == above.st_dev && self.st_ino != above.st_ino)
        return -1;
    return rv_machine_disk_used(path);
}
