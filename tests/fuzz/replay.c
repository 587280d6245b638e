/* SPDX-License-Identifier: Apache-2.0
 *
 * main() of a fuzz target where there is no libFuzzer: runs every file of the
 * given directories (or the given files) through it. Each input is copied to a
 * block of its exact size, so that the address sanitizer sees a read beyond it.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_INPUT_BYTES = 16 << 20 };

static int
run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    if (file == NULL || fstat(fileno(file), &st) != 0 || st.st_size > MAX_INPUT_BYTES) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    size_t size = (size_t)st.st_size;
    uint8_t *bytes = malloc(size ? size : 1);
    if (bytes == NULL || fread(bytes, 1, size, file) != size) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return 1;
}

static int
run_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        return run_file(path);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        char *name = NULL;
        if (asprintf(&name, "%s/%s", path, entry->d_name) < 0)
            exit(1);
        count += run_file(name);
        free(name);
    }
    closedir(directory);
    return count;
}

int
main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++)
        count += run_directory(argv[i]);
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
