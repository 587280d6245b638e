/* SPDX-License-Identifier: Apache-2.0
 *
 * Sees that provider modules came, went or were replaced while the server runs.
 */
#ifndef RV_SERVER_MODULE_WATCH_H
#define RV_SERVER_MODULE_WATCH_H

#include <stdint.h>

struct rv_module_watch {
    uint64_t known, seen; /* what was there when it was told last, and at the last look */
    int64_t looked_ms;
};

/* Look into the folders of this path, once a second at most; the first look notes what there
 * is. 1 when that is something else than it was when this was last said, and the same at two looks:
 * a file that is being written is left alone. */
int rv_module_watch(struct rv_module_watch *watch, const char *path, int64_t now_ms);

#endif
