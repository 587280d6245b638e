/* SPDX-License-Identifier: Apache-2.0
 *
 * The names under which methods ask for kinds: ours, and those of ManageIQ's classes.
 */
#include "query/kinds.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "base/text.h"

enum { NAME_BYTES = 128 };

/* "ContainerGroup" to "container_group"; 0 when it is too long. */
static int
to_snake(char out[NAME_BYTES], const char *name)
{
    size_t len = 0;
    for (const char *at = name; *at; at++) {
        if (len + 3 > NAME_BYTES)
            return 0;
        if (isupper((unsigned char)*at) && at > name && at[-1] != '_' &&
            !isupper((unsigned char)at[-1]))
            out[len++] = '_';
        out[len++] = (char)tolower((unsigned char)*at);
    }
    out[len] = '\0';
    return 1;
}

static const struct rv_kind *
of_words(const char *name)
{
    char snake[NAME_BYTES], plural[NAME_BYTES + 2];
    const struct rv_kind *kind = rv_model_kind(name);
    if (kind || (kind = rv_model_lookup(name)) != NULL || !to_snake(snake, name))
        return kind;
    if ((kind = rv_model_kind(snake)) != NULL || (kind = rv_model_table(snake)) != NULL)
        return kind;
    snprintf(plural, sizeof(plural), "%ss", snake);
    return rv_model_table(plural);
}

const struct rv_kind *
rv_query_kind(const char *name)
{
    static const char prefix[] = "MiqAeService";
    if (name == NULL || *name == '\0')
        return NULL;
    if (strncmp(name, prefix, sizeof(prefix) - 1) == 0 && name[sizeof(prefix) - 1])
        name += sizeof(prefix) - 1;
    const struct rv_kind *kind = rv_model_class(name);
    if (kind == NULL)
        kind = of_words(name);
    const char *last = strrchr(name, ':');
    return kind || last == NULL ? kind : rv_query_kind(last + 1);
}
