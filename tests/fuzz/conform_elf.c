/* SPDX-License-Identifier: Apache-2.0
 *
 * A file that claims to be a shared object: whatever it says about itself, every
 * name that is read out of it lies inside of it and ends there.
 */
#include "fuzz.h"

#include <string.h>
#include "elf_file.h"

static void
check_inside(const struct elf_file *elf, const char *text)
{
    const char *end = elf->bytes.data + elf->bytes.len;
    RV_ASSERT(text >= elf->bytes.data && text < end);
    RV_ASSERT(memchr(text, 0, (size_t)(end - text)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rv_err err = RV_ERR_INIT;
    struct elf_file elf;
    if (elf_file_parse(&elf, data, size, &err) < 0)
        RV_ASSERT(err.code == RV_E_INVALID && err.text[0]);
    for (int i = 0; i < elf.symbol_count; i++)
        check_inside(&elf, elf.symbols[i].name);
    for (int i = 0; i < elf.needed_count; i++)
        check_inside(&elf, elf.needed[i]);
    if (elf.run_path)
        check_inside(&elf, elf.run_path);
    elf_file_free(&elf);
    return 0;
}
