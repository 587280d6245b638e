/* SPDX-License-Identifier: Apache-2.0
 *
 * Kubeconfig files: options, or an error with a text.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include "kubernetes/kubeconfig.h"
#include "support/sdk_host.h"

static void
take(void *arg, const char *name, const char *value)
{
    if (!name[0] || !value)
        abort();
    *(size_t *)arg += strlen(value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reeve_call call;
    size_t bytes = 0;
    char *text = malloc(size ? size : 1);

    if (!text)
        abort();
    memcpy(text, data, size);
    sdk_host_begin(&call);
    for (int i = 0; i < 2; i++) {
        int status = kube_kubeconfig_read(&call, text, size, i ? "other" : NULL, take, &bytes);

        if (status != 0 && status != REEVE_E_INVALID && status != REEVE_E_LIMIT)
            abort();
        if (status != 0 && call.text[0] == 0)
            abort();
    }
    if (bytes > 64 * size + 4096)
        abort();
    free(text);
    sdk_host_end(&call);
    return 0;
}
