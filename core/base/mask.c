/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets that must never be printed. At each place of a text the longest
 * registered one that stands there is replaced, so that a secret which begins
 * another does not leave the other's tail behind. A secret that others repeat may be escaped, as
 * JSON or as part of an address: what it looks like then is looked for, too.
 */
#include "base/log_internal.h"

#include <stdlib.h>
#include <string.h>
#include "base/json_internal.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"

enum { MAX_SECRETS = 64, SHORTEST = 4, LONGEST_ESCAPED = 64 << 10, FORMS = 3 };

struct form {
    char *bytes;
    size_t len;
};

struct secret {
    struct form forms[FORMS]; /* as it is, then escaped where that differs */
    int count;
};

/* Oldest first. */
static struct secret secrets[MAX_SECRETS];
static size_t secret_count;
/* How many forms begin with a byte: most places of a text are passed by one look. */
static unsigned char begins_with[256];

static void
forget(size_t index)
{
    struct secret *secret = &secrets[index];
    for (int i = 0; i < secret->count; i++) {
        struct form *form = &secret->forms[i];
        begins_with[(unsigned char)form->bytes[0]]--;
        rv_wipe(form->bytes, form->len);
        free(form->bytes);
    }
    secret_count--;
    memmove(secret, secret + 1, (secret_count - index) * sizeof(*secret));
}

static void
add_form(struct secret *secret, const char *bytes, size_t len)
{
    char *copy = rv_realloc(NULL, len, 1);
    memcpy(copy, bytes, len);
    secret->forms[secret->count++] = (struct form){ .bytes = copy, .len = len };
    begins_with[(unsigned char)bytes[0]]++;
}

static void
add_escaped(struct secret *secret, const char *bytes, size_t len)
{
    rv_buf json = rv_buf_limited(8 * LONGEST_ESCAPED),
           percent = rv_buf_limited(8 * LONGEST_ESCAPED);
    rv_json_add_string(&json, bytes, len); /* in quotes */
    rv_percent_encode(&percent, bytes, len, "");
    if (json.len != len + 2)
        add_form(secret, rv_buf_text(&json) + 1, json.len - 2);
    if (percent.len != len)
        add_form(secret, rv_buf_text(&percent), percent.len);
    rv_buf_wipe(&json);
    rv_buf_wipe(&percent);
}

/* Said again, it is young again. */
static int
renew(const char *secret, size_t len)
{
    for (size_t i = 0; i < secret_count; i++) {
        const struct form *plain = &secrets[i].forms[0];
        if (plain->len != len || memcmp(plain->bytes, secret, len) != 0)
            continue;
        struct secret same = secrets[i];
        memmove(&secrets[i], &secrets[i + 1], (secret_count - i - 1) * sizeof(same));
        secrets[secret_count - 1] = same;
        return 1;
    }
    return 0;
}

void
rv_log_mask(const char *secret, size_t len)
{
    if (secret == NULL || len < SHORTEST || renew(secret, len))
        return;
    if (secret_count == MAX_SECRETS)
        forget(0);
    struct secret *made = &secrets[secret_count++];
    *made = (struct secret){ .count = 0 };
    add_form(made, secret, len);
    if (len <= LONGEST_ESCAPED)
        add_escaped(made, secret, len);
}

/* strncmp stops at the text's end; a secret with a zero byte never matches a text. */
static int
stands_at(const char *text, const struct form *form)
{
    return strncmp(text, form->bytes, form->len) == 0 &&
           memchr(form->bytes, '\0', form->len) == NULL;
}

size_t
rv_mask_at(const char *text)
{
    if (begins_with[(unsigned char)text[0]] == 0)
        return 0;
    size_t longest = 0;
    for (size_t i = 0; i < secret_count; i++)
        for (int k = 0; k < secrets[i].count; k++)
            if (secrets[i].forms[k].len > longest && stands_at(text, &secrets[i].forms[k]))
                longest = secrets[i].forms[k].len;
    return longest;
}

void
rv_mask_secrets(char *text)
{
    char *to = text;
    while (*text) {
        size_t len = rv_mask_at(text);
        if (len > 0) {
            memcpy(to, RV_MASK, strlen(RV_MASK));
            to += strlen(RV_MASK);
            text += len;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}
