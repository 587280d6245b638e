/* SPDX-License-Identifier: Apache-2.0
 *
 * Image references: the parts put together again are the same reference.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kubernetes/image.h"

static void
check_again(const struct kube_image_name *image)
{
    struct kube_image_name again;
    char registry[264], text[2048];

    kube_image_registry(registry, sizeof(registry), image);
    snprintf(text, sizeof(text), "%s%s%s%s%s%s%s", registry, registry[0] ? "/" : "", image->name,
             image->tag[0] ? ":" : "", image->tag, image->digest[0] ? "@" : "", image->digest);
    if (kube_image_parse(&again, text) != 0 || memcmp(&again, image, sizeof(again)) != 0)
        abort();
}

/* The input is the image id, or "IMAGE\nID". */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kube_image_name image;
    char *text = malloc(size + 1), *id;

    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = 0;
    id = strchr(text, '\n');
    if (id)
        *id++ = 0;
    if (kube_image_parse(&image, text) == 0)
        check_again(&image);
    if (kube_image_running(&image, text, id ? id : text) == 0)
        check_again(&image);
    free(text);
    return 0;
}
