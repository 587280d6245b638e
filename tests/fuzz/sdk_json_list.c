/* SPDX-License-Identifier: Apache-2.0
 *
 * The SDK's list reader: whole or in chunks, a document gives the same items
 * and the same verdict. The first byte of the input draws the chunks.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "reeve/json.h"
#include "support/sdk_host.h"

struct reading {
    char *text;
    size_t bytes;
    FILE *file;
};

static int
note_item(struct reeve_call *call, void *arg, const struct reeve_json *item)
{
    struct reading *reading = arg;

    fprintf(reading->file, "%s|", reeve_json_text(call, item));
    return 0;
}

static int
note_member(struct reeve_call *call, void *arg, const char *name, const struct reeve_json *value)
{
    struct reading *reading = arg;

    fprintf(reading->file, "%s=%s|", name, reeve_json_text(call, value));
    return 0;
}

static int
feed(struct reeve_json_list *list, const char *text, size_t size, unsigned seed)
{
    int status = 0;

    for (size_t at = 0; at < size && status == 0;) {
        size_t take = seed ? 1 + (size_t)rand_r(&seed) % 40 : size;
        if (take > size - at)
            take = size - at;
        char *copy = malloc(take);
        if (!copy)
            abort();
        memcpy(copy, text + at, take);
        status = reeve_json_list_feed(list, copy, take);
        free(copy);
        at += take;
    }
    return status;
}

static int
read_list(struct reading *reading, struct reeve_call *call, const char *text, size_t size,
          unsigned seed)
{
    const struct reeve_json_list_config config = { .size = sizeof(config),
                                                   .list = "items",
                                                   .max_item_bytes = 64 * 1024,
                                                   .item = note_item,
                                                   .member = note_member,
                                                   .arg = reading };
    struct reeve_json_list *list;

    reading->file = open_memstream(&reading->text, &reading->bytes);
    if (!reading->file || reeve_json_list_open(call, &config, &list) != 0)
        abort();
    int fed = feed(list, text, size, seed);
    int closed = reeve_json_list_close(list);
    if (fed != 0 && closed != fed)
        abort();
    fclose(reading->file);
    return closed;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading whole, cut;
    struct reeve_call call;

    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    sdk_host_begin(&call);
    int first = read_list(&whole, &call, text, size - 1, 0);
    int second = read_list(&cut, &call, text, size - 1, data[0] + 1u);
    if (first != second || strcmp(whole.text, cut.text) != 0)
        abort();
    if (first != 0 && first != REEVE_E_PROTOCOL && first != REEVE_E_LIMIT)
        abort();
    free(whole.text);
    free(cut.text);
    sdk_host_end(&call);
    return 0;
}
