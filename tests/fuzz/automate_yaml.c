/* SPDX-License-Identifier: Apache-2.0
 *
 * A document of domains: what is read of it is written and read as the same. The first byte says
 * whether mistakes end it or are told and passed over.
 */
#include "fuzz.h"

#include <string.h>
#include "base/buf.h"
#include "tree/write.h"

enum { MAX_BYTES = 1 << 17 };

static void
note(void *arg, enum rv_ae_note_level level, const char *file, int line, const char *text)
{
    int *count = arg;

    RV_ASSERT(file && line >= 0 && *text);
    *count += level == RV_AE_NOTE_ERROR;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rv_err err = RV_ERR_INIT;
    int mistakes = 0;
    const struct rv_ae_notes notes = { .note = note, .arg = &mistakes };
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL, *back = NULL;
    RV_AUTO_BUF rv_buf first = rv_buf_limited(32 << 20), second = rv_buf_limited(32 << 20);

    if (size < 1 || size > MAX_BYTES || (size > 2 && data[1] == 'P' && data[2] == 'K'))
        return 0;
    int rc = rv_ae_tree_parse(&tree, (const char *)data + 1, size - 1, data[0] & 1 ? &notes : NULL,
                              &err);
    RV_ASSERT((rc == 0) == (tree != NULL) && rc == err.code);
    if (rc < 0 || rv_ae_tree_write_single(tree, &first, &err) < 0)
        return 0;
    if (rv_ae_tree_parse(&back, first.data, first.len, NULL, &err) < 0)
        rv_assert_failed(err.text, __FILE__, __LINE__);
    RV_ASSERT(rv_ae_tree_write_single(back, &second, &err) == 0);
    RV_ASSERT(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    return 0;
}
