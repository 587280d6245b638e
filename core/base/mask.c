/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets that must never be printed. At each place of a text the longest
 * registered one that stands there is replaced, so that a secret which begins
 * another does not leave the other's tail behind. A secret that others repeat may be escaped, as
 * JSON or as part of an address: what it looks like then is registered beside it.
 */
#include "base/log_internal.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/json_internal.h"
#include "base/mem.h"
#include "base/secret.h"

enum { MAX_SECRETS = 192, SHORTEST = 4, LONGEST_ESCAPED = 64 << 10 };

struct secret {
    char *bytes;
    size_t len;
};

/* Oldest first. */
static struct secret secrets[MAX_SECRETS];
static size_t secret_count;
/* How many secrets begin with a byte: most places of a text are passed by one look. */
static unsigned char begins_with[256];

static void
forget(size_t index)
{
    struct secret *secret = &secrets[index];
    begins_with[(unsigned char)secret->bytes[0]]--;
    rv_wipe(secret->bytes, secret->len);
    free(secret->bytes);
    secret_count--;
    memmove(secret, secret + 1, (secret_count - index) * sizeof(*secret));
}

static void
add(const char *secret, size_t len)
{
    for (size_t i = 0; i < secret_count; i++) {
        if (secrets[i].len == len && memcmp(secrets[i].bytes, secret, len) == 0) {
            struct secret same = secrets[i];
            memmove(&secrets[i], &secrets[i + 1], (secret_count - i - 1) * sizeof(same));
            secrets[secret_count - 1] = same;
            return;
        }
    }
    if (secret_count == MAX_SECRETS)
        forget(0);
    char *copy = rv_realloc(NULL, len, 1);
    memcpy(copy, secret, len);
    secrets[secret_count++] = (struct secret){ .bytes = copy, .len = len };
    begins_with[(unsigned char)secret[0]]++;
}

static int
is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

static void
add_percent_encoded(rv_buf *out, const char *secret, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)secret[i];
        const char escape[3] = { '%', "0123456789ABCDEF"[c >> 4], "0123456789ABCDEF"[c & 15] };
        if (is_unreserved(secret[i]))
            rv_buf_add(out, &secret[i], 1);
        else
            rv_buf_add(out, escape, sizeof(escape));
    }
}

/* Its escaped forms, where they differ from it. */
static void
add_escaped(const char *secret, size_t len)
{
    rv_buf json = rv_buf_limited(8 * LONGEST_ESCAPED),
           percent = rv_buf_limited(8 * LONGEST_ESCAPED);
    rv_json_add_string(&json, secret, len); /* in quotes */
    add_percent_encoded(&percent, secret, len);
    if (json.len != len + 2)
        add(rv_buf_text(&json) + 1, json.len - 2);
    if (percent.len != len)
        add(rv_buf_text(&percent), percent.len);
    rv_buf_wipe(&json);
    rv_buf_wipe(&percent);
}

void
rv_log_mask(const char *secret, size_t len)
{
    if (secret == NULL || len < SHORTEST)
        return;
    add(secret, len);
    if (len <= LONGEST_ESCAPED)
        add_escaped(secret, len);
}

size_t
rv_mask_at(const char *text)
{
    if (begins_with[(unsigned char)text[0]] == 0)
        return 0;
    size_t longest = 0;
    for (size_t i = 0; i < secret_count; i++) {
        /* strncmp stops at the text's end; a secret with a zero byte never matches a text. */
        if (secrets[i].len > longest && strncmp(text, secrets[i].bytes, secrets[i].len) == 0 &&
            memchr(secrets[i].bytes, '\0', secrets[i].len) == NULL)
            longest = secrets[i].len;
    }
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
