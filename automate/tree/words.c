/* SPDX-License-Identifier: Apache-2.0
 *
 * The words that files, tables and documents use for what tree.h numbers.
 */
#include "tree.h"

#include <strings.h>

static const char *const aetypes[] = { "attribute", "assertion", "method", "relationship",
                                       "state" };
static const char *const sources[] = { "user", "user_locked", "remote", "system" };
static const char *const datatypes[] = { "string", "symbol",   "integer",
                                         "float",  "boolean",  "time",
                                         "array",  "password", "null coalescing" };

static const char *
name_of(const char *const *words, size_t count, int number)
{
    return number >= 0 && (size_t)number < count ? words[number] : NULL;
}

static int
number_of(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; word && i < count; i++)
        if (strcasecmp(words[i], word) == 0)
            return (int)i;
    return -1;
}

const char *
rv_ae_aetype_name(int aetype)
{
    return name_of(aetypes, RV_COUNT(aetypes), aetype);
}

const char *
rv_ae_source_name(int source_of)
{
    return name_of(sources, RV_COUNT(sources), source_of);
}

const char *
rv_ae_datatype_name(int datatype)
{
    return name_of(datatypes, RV_COUNT(datatypes), datatype);
}

int
rv_ae_aetype(const char *word)
{
    return number_of(aetypes, RV_COUNT(aetypes), word);
}

int
rv_ae_source_of(const char *word)
{
    return number_of(sources, RV_COUNT(sources), word);
}

int
rv_ae_datatype(const char *word)
{
    if (!word || !word[0])
        return RV_AE_DATA_STRING;
    int found = number_of(datatypes, RV_COUNT(datatypes), word);
    return found < 0 ? RV_AE_DATA_OBJECT : found;
}
