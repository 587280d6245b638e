/* SPDX-License-Identifier: Apache-2.0
 *
 * An ELF reader that trusts nothing: every offset, count and string is checked
 * against the size of the file. It goes by the program headers, as the loader does; section headers
 * may be missing.
 */
#include "elf_file.h"

#include <elf.h>
#include <string.h>
#include "base/mem.h"

enum { MAX_FILE_BYTES = 256 << 20, MAX_SYMBOLS = 1 << 20, MAX_NEEDED = 256, MAX_DYNAMIC = 4096 };

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64 };
#elif defined(__powerpc64__)
enum { MACHINE = EM_PPC64 };
#elif defined(__s390x__)
enum { MACHINE = EM_S390 };
#elif defined(__riscv)
enum { MACHINE = EM_RISCV };
#else
enum { MACHINE = EM_NONE }; /* not known: every machine is taken */
#endif

/* What the dynamic section says; addresses are those of the loaded image. */
struct dynamic {
    uint64_t symbols, strings, strings_size, hash, gnu_hash, run_path;
    int has_run_path, text_relocations;
    uint64_t needed[MAX_NEEDED];
    int needed_count;
};

/* count items of size bytes at offset, copied; NULL when the file does not hold them. */
static const char *
at(const struct elf_file *elf, uint64_t offset, uint64_t count, uint64_t size)
{
    uint64_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || offset > elf->bytes.len ||
        bytes > elf->bytes.len - offset)
        return NULL;
    return elf->bytes.data + offset;
}

static int
copy(const struct elf_file *elf, void *to, uint64_t offset, uint64_t size)
{
    const char *from = at(elf, offset, 1, size);
    if (from)
        memcpy(to, from, size);
    return from != NULL;
}

static int
damaged(rv_err *err, const char *what)
{
    return rv_fail(err, RV_E_INVALID, "the file is damaged: %s", what);
}

/* The place in the file of what is at an address of the image; UINT64_MAX when in none. */
static uint64_t
offset_of(const struct elf_file *elf, const Elf64_Ehdr *head, uint64_t address)
{
    for (int i = 0; i < head->e_phnum; i++) {
        Elf64_Phdr part;
        if (!copy(elf, &part, head->e_phoff + (uint64_t)i * sizeof(part), sizeof(part)))
            break;
        if (part.p_type == PT_LOAD && address >= part.p_vaddr &&
            address - part.p_vaddr < part.p_filesz)
            return part.p_offset + (address - part.p_vaddr);
    }
    return UINT64_MAX;
}

static void
take_entry(struct dynamic *dynamic, const Elf64_Dyn *entry)
{
    switch (entry->d_tag) {
    case DT_SYMTAB:
        dynamic->symbols = entry->d_un.d_ptr;
        break;
    case DT_STRTAB:
        dynamic->strings = entry->d_un.d_ptr;
        break;
    case DT_STRSZ:
        dynamic->strings_size = entry->d_un.d_val;
        break;
    case DT_HASH:
        dynamic->hash = entry->d_un.d_ptr;
        break;
    case DT_GNU_HASH:
        dynamic->gnu_hash = entry->d_un.d_ptr;
        break;
    case DT_NEEDED:
        if (dynamic->needed_count < MAX_NEEDED)
            dynamic->needed[dynamic->needed_count++] = entry->d_un.d_val;
        break;
    case DT_RPATH:
    case DT_RUNPATH:
        dynamic->run_path = entry->d_un.d_val;
        dynamic->has_run_path = 1;
        break;
    case DT_TEXTREL:
        dynamic->text_relocations = 1;
        break;
    case DT_FLAGS:
        dynamic->text_relocations |= (entry->d_un.d_val & DF_TEXTREL) != 0;
        break;
    default:
        break;
    }
}

static int
read_dynamic(const struct elf_file *elf, const Elf64_Phdr *part, struct dynamic *dynamic,
             rv_err *err)
{
    uint64_t count = part->p_filesz / sizeof(Elf64_Dyn);
    for (uint64_t i = 0; i < count && i < MAX_DYNAMIC; i++) {
        Elf64_Dyn entry;
        if (!copy(elf, &entry, part->p_offset + i * sizeof(entry), sizeof(entry)))
            return damaged(err, "its dynamic section is cut off");
        if (entry.d_tag == DT_NULL)
            break;
        take_entry(dynamic, &entry);
    }
    return 0;
}

/* How many dynamic symbols there are: DT_HASH says it, DT_GNU_HASH implies it. -1 when damaged. */
static int64_t
count_symbols(const struct elf_file *elf, const Elf64_Ehdr *head, const struct dynamic *dynamic)
{
    uint32_t words[4];
    uint64_t hash = dynamic->hash ? offset_of(elf, head, dynamic->hash) : UINT64_MAX;
    if (hash != UINT64_MAX && copy(elf, words, hash, 2 * sizeof(uint32_t)))
        return words[1];
    uint64_t gnu = dynamic->gnu_hash ? offset_of(elf, head, dynamic->gnu_hash) : UINT64_MAX;
    if (gnu == UINT64_MAX || !copy(elf, words, gnu, sizeof(words)))
        return -1;
    uint64_t buckets = gnu + sizeof(words) + (uint64_t)words[2] * sizeof(uint64_t);
    uint64_t chains = buckets + (uint64_t)words[0] * sizeof(uint32_t);
    uint32_t last = 0, bucket, link = 0;
    for (uint32_t i = 0; i < words[0]; i++) {
        if (!copy(elf, &bucket, buckets + (uint64_t)i * sizeof(bucket), sizeof(bucket)))
            return -1;
        last = bucket > last ? bucket : last;
    }
    if (last < words[1])
        return words[1]; /* nothing is exported: those before words[1] are all */
    while ((link & 1) == 0) {
        if (!copy(elf, &link, chains + (uint64_t)(last - words[1]) * sizeof(link), sizeof(link)))
            return -1;
        last++;
    }
    return last;
}

/* A string of the string table, NULL when it does not end inside of it. */
static const char *
string_at(const struct elf_file *elf, uint64_t strings, uint64_t size, uint64_t offset)
{
    const char *table = at(elf, strings, size, 1);
    if (table == NULL || offset >= size || memchr(table + offset, 0, size - offset) == NULL)
        return NULL;
    return table + offset;
}

static int
take_symbol(struct elf_file *elf, const Elf64_Sym *symbol, const char *name)
{
    int binding = ELF64_ST_BIND(symbol->st_info), seen = ELF64_ST_VISIBILITY(symbol->st_other);
    if (name == NULL)
        return -1;
    if (name[0] == '\0' || binding == STB_LOCAL || seen == STV_HIDDEN || seen == STV_INTERNAL)
        return 0;
    elf->symbols[elf->symbol_count++] = (struct elf_symbol){
        .name = name, .defined = symbol->st_shndx != SHN_UNDEF, .weak = binding == STB_WEAK
    };
    return 0;
}

static int
read_symbols(struct elf_file *elf, const Elf64_Ehdr *head, const struct dynamic *dynamic,
             uint64_t strings, rv_err *err)
{
    int64_t count = count_symbols(elf, head, dynamic);
    uint64_t symbols = offset_of(elf, head, dynamic->symbols);
    if (count < 0 || count > MAX_SYMBOLS || symbols == UINT64_MAX ||
        at(elf, symbols, (uint64_t)count, sizeof(Elf64_Sym)) == NULL)
        return damaged(err, "its table of dynamic symbols is cut off");
    elf->symbols = rv_alloc(((size_t)count + 1) * sizeof(*elf->symbols));
    for (int64_t i = 0; i < count; i++) {
        Elf64_Sym symbol;
        copy(elf, &symbol, symbols + (uint64_t)i * sizeof(symbol), sizeof(symbol));
        if (take_symbol(elf, &symbol,
                        string_at(elf, strings, dynamic->strings_size, symbol.st_name)) < 0)
            return damaged(err, "the name of a dynamic symbol is outside of its strings");
    }
    return 0;
}

static int
read_names(struct elf_file *elf, const Elf64_Ehdr *head, const struct dynamic *dynamic, rv_err *err)
{
    uint64_t strings = offset_of(elf, head, dynamic->strings);
    elf->needed = rv_alloc(((size_t)dynamic->needed_count + 1) * sizeof(*elf->needed));
    for (int i = 0; i < dynamic->needed_count; i++) {
        const char *name = string_at(elf, strings, dynamic->strings_size, dynamic->needed[i]);
        if (name == NULL)
            return damaged(err, "the name of a library is outside of its strings");
        elf->needed[elf->needed_count++] = name;
    }
    if (dynamic->has_run_path)
        elf->run_path = string_at(elf, strings, dynamic->strings_size, dynamic->run_path);
    elf->text_relocations = dynamic->text_relocations;
    return read_symbols(elf, head, dynamic, strings, err);
}

static int
read_parts(struct elf_file *elf, const Elf64_Ehdr *head, rv_err *err)
{
    struct dynamic dynamic = { 0 };
    int has_dynamic = 0;
    for (int i = 0; i < head->e_phnum; i++) {
        Elf64_Phdr part;
        if (!copy(elf, &part, head->e_phoff + (uint64_t)i * sizeof(part), sizeof(part)))
            return damaged(err, "its program headers are cut off");
        if (part.p_type == PT_GNU_STACK && (part.p_flags & PF_X))
            elf->executable_stack = 1;
        if (part.p_type != PT_DYNAMIC)
            continue;
        has_dynamic = 1;
        if (read_dynamic(elf, &part, &dynamic, err) < 0)
            return err->code;
    }
    if (!has_dynamic)
        return rv_fail(err, RV_E_INVALID, "it has no dynamic section, so it is no shared object");
    return read_names(elf, head, &dynamic, err);
}

static int
parse(struct elf_file *elf, rv_err *err)
{
    Elf64_Ehdr head;
    if (elf->bytes.len < SELFMAG || memcmp(elf->bytes.data, ELFMAG, SELFMAG) != 0)
        return rv_fail(err, RV_E_INVALID, "it is no ELF file");
    if (!copy(elf, &head, 0, sizeof(head)))
        return damaged(err, "it is shorter than its header");
    if (head.e_ident[EI_CLASS] != ELFCLASS64)
        return rv_fail(err, RV_E_INVALID, "it is not a 64-bit file");
    elf->shared_object = head.e_type == ET_DYN;
    elf->this_machine = MACHINE == EM_NONE || head.e_machine == MACHINE;
    if (!elf->this_machine || !elf->shared_object)
        return 0;
    if (head.e_phentsize != sizeof(Elf64_Phdr))
        return damaged(err, "its program headers have an unknown size");
    return read_parts(elf, &head, err);
}

int
elf_file_read(struct elf_file *elf, const char *path, rv_err *err)
{
    *elf = (struct elf_file){ .bytes = rv_buf_limited(MAX_FILE_BYTES) };
    int rc = rv_buf_read_file(&elf->bytes, path, err);
    return rc < 0 ? rc : parse(elf, err);
}

int
elf_file_parse(struct elf_file *elf, const void *bytes, size_t len, rv_err *err)
{
    *elf = (struct elf_file){ .bytes = rv_buf_limited(MAX_FILE_BYTES) };
    rv_buf_add(&elf->bytes, bytes, len);
    int rc = rv_buf_check(&elf->bytes, err);
    return rc < 0 ? rc : parse(elf, err);
}

void
elf_file_free(struct elf_file *elf)
{
    rv_buf_free(&elf->bytes);
    free(elf->needed);
    free(elf->symbols);
}
