/* SPDX-License-Identifier: Apache-2.0
 *
 * The value of a header Link: what is found is an address between "<" and ">"
 * of it, and what it leads to is of the client's origin, or refused.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include "http_internal.h"
#include "support/sdk_host.h"

static void
resolve(const char *address, size_t len)
{
    struct reeve_call call;
    char origin[] = "http://127.0.0.1:80";
    struct reeve_http http = { .origin = origin };
    char *reference = strndup(address, len), *url = NULL;

    sdk_host_begin(&call);
    if (!reference)
        abort();
    int status = rv_sdk_http_resolve(&call, &http, "http://127.0.0.1/a/b?c=d", reference, &url);
    if (status != 0 && (status != REEVE_E_PROTOCOL || url || call.text[0] == 0))
        abort();
    if (status == 0 && (!rv_sdk_http_has_origin(&http, url) || strchr(url, '#')))
        abort();
    free(url);
    free(reference);
    sdk_host_end(&call);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = 0;
    char *value = malloc(size + 1);

    if (!value)
        abort();
    memcpy(value, data, size);
    value[size] = 0;
    const char *address = rv_sdk_link_find(value, "next", &len);
    if (address && (address[-1] != '<' || address[len] != '>' || memchr(address, '>', len)))
        abort();
    if (address)
        resolve(address, len);
    free(value);
    return 0;
}
