/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the dynamic symbols of a 64-bit ELF file without loading it.
 */
#ifndef CONFORM_ELF_FILE_H
#define CONFORM_ELF_FILE_H

#include "base/buf.h"

struct elf_symbol {
    const char *name; /* borrowed from the file */
    int defined, weak;
};

struct elf_file {
    rv_buf bytes;
    int shared_object, this_machine;
    int executable_stack, text_relocations;
    const char *run_path; /* NULL when there is none */
    const char **needed;  /* libraries; ends with NULL */
    int needed_count;
    struct elf_symbol *symbols; /* of global or weak binding and not hidden */
    int symbol_count;
};

/* INVALID when the file is no ELF file, or a damaged one; the text says in what way. */
int elf_file_read(struct elf_file *elf, const char *path, rv_err *err);
/* The same of bytes in memory, which are copied. */
int elf_file_parse(struct elf_file *elf, const void *bytes, size_t len, rv_err *err);
void elf_file_free(struct elf_file *elf);

#endif
