/* SPDX-License-Identifier: Apache-2.0
 *
 * "${#a} || ${/#b} || 'none'": the first alternative that is not blank. One that cannot be looked
 * up is passed over with a warning, but not since the database does not answer.
 */
#include "resolve/resolve_internal.h"

#include <ctype.h>
#include <string.h>
#include "base/mem.h"

/* The "||" that ends this alternative, or the end of the text; not within ${...}, nor within the
 * quotes that it begins with. last: the last '}' of the whole text. */
static const char *
end_of(const char *text, const char *last)
{
    const char *from = text + strspn(text, " \t\r\n");
    const char *quote = *from == '"' || *from == '\'' ? strchr(from + 1, *from) : NULL;
    if (quote)
        text = quote + 1;
    while (*text && strncmp(text, "||", 2) != 0) {
        size_t len = ws_substitution_length(text, last);
        text += len ? len : 1;
    }
    return text;
}

/* Without blanks around it, and without one pair of quotes. */
static char *
trimmed(const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (from < to && isspace((unsigned char)to[-1]))
        to--;
    if (to - from >= 2 && (*from == '"' || *from == '\'') && to[-1] == *from) {
        from++;
        to--;
    }
    return rv_strndup(from, (size_t)(to - from));
}

int
ws_coalesce(struct rv_ae_value *out, struct rv_ws_object *object, const char *text, rv_err *err)
{
    const char *last = strrchr(text, '}');
    *out = RV_AE_VNIL;
    for (const char *at = text; *at;) {
        const char *end = end_of(at, last);
        RV_AUTO_FREE char *one = trimmed(at, end);
        at = *end ? end + 2 : end;
        if (ws_substitute(out, object, one, err) < 0) {
            if (rv_ws_interrupts(err->code) || rv_ws_check(object->ws, err) < 0)
                return err->code;
            ws_warn(object, "an alternative is passed over: %s", err->text);
            rv_err_clear(err);
        } else if (!rv_ae_is_blank(out)) {
            return 0;
        }
        rv_ae_clear(out);
    }
    return 0;
}
