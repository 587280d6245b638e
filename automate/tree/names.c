/* SPDX-License-Identifier: Apache-2.0
 *
 * Names and the names of their files.
 */
#include "tree/names.h"

#include <string.h>
#include "base/text.h"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static const struct {
    const char *word, *allowed, *others;
} kinds[] = {
    [RV_AE_NAMED_DOMAIN] = { "domain", WORD ".-$", ", '.', '-' and '$'" },
    [RV_AE_NAMED_NAMESPACE] = { "namespace", WORD ".-$", ", '.', '-' and '$'" },
    [RV_AE_NAMED_CLASS] = { "class", WORD ".-", ", '.' and '-'" },
    [RV_AE_NAMED_INSTANCE] = { "instance", WORD ".-", ", '.' and '-'" },
    [RV_AE_NAMED_METHOD] = { "method", WORD ".-", ", '.' and '-'" },
    [RV_AE_NAMED_FIELD] = { "field", WORD, "" },
};

static const struct {
    const char *language, *suffix;
} languages[] = { { "lua", "lua" }, { "ruby", "rb" }, { "perl", "pl" } };

static int
ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);

    return len >= end_len && rv_strcaseeq(name + len - end_len, end);
}

const char *
rv_ae_named_word(enum rv_ae_named what)
{
    return kinds[what].word;
}

int
rv_ae_name_check(enum rv_ae_named what, const char *name, rv_err *err)
{
    const char *word = kinds[what].word;
    size_t len = name ? strlen(name) : 0;

    if (len == 0)
        return rv_fail(err, RV_E_INVALID, "a %s without a name", word);
    if (len > RV_AE_NAME_MAX)
        return rv_fail(err, RV_E_INVALID, "the name of a %s has at most %d bytes: '%.40s...'", word,
                       RV_AE_NAME_MAX, name);
    if (name[strspn(name, kinds[what].allowed)] != '\0')
        return rv_fail(err, RV_E_INVALID,
                       "'%s' is no name for a %s: letters, digits, '_'%s may be "
                       "in it",
                       name, word, kinds[what].others);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return rv_fail(err, RV_E_INVALID, "'%s' is no name for a %s", name, word);
    if (what == RV_AE_NAMED_DOMAIN && ends_with(name, RV_AE_IMPORTING))
        return rv_fail(err, RV_E_INVALID,
                       "'%s': a name with '" RV_AE_IMPORTING "' is that of a domain while it is "
                       "imported",
                       name);
    if (what <= RV_AE_NAMED_CLASS && *name == '.') /* it names a folder, which would be hidden */
        return rv_fail(err, RV_E_INVALID, "'%s': the name of a %s does not begin with '.'", name,
                       word);
    return 0;
}

void
rv_ae_name_to_file(rv_buf *out, const char *name)
{
    rv_buf_add_char(out, *name == '.' ? '_' : *name);
    if (*name)
        rv_buf_add_string(out, name + 1);
}

void
rv_ae_name_from_file(rv_buf *out, const char *file, size_t len)
{
    if (len == 0)
        return;
    rv_buf_add_char(out, *file == '_' ? '.' : *file);
    rv_buf_add(out, file + 1, len - 1);
}

const char *
rv_ae_language_suffix(const char *language)
{
    for (size_t i = 0; language && i < RV_COUNT(languages); i++)
        if (rv_strcaseeq(languages[i].language, language))
            return languages[i].suffix;
    return NULL;
}

const char *
rv_ae_suffix_language(const char *suffix)
{
    for (size_t i = 0; suffix && i < RV_COUNT(languages); i++)
        if (strcmp(languages[i].suffix, suffix) == 0)
            return languages[i].language;
    return NULL;
}
