/* SPDX-License-Identifier: Apache-2.0
 *
 * What a process that runs foreign code gives up for good, before that code is loaded: files by
 * Landlock, system calls by a filter, capabilities. Only its own process and those that it starts
 * are bound.
 */
#ifndef RV_SERVER_FENCE_H
#define RV_SERVER_FENCE_H

#include <stdint.h>
#include "base/err.h"

enum { RV_FENCE_NEVER_MAX = 4 };
enum { RV_FENCE_LIST, RV_FENCE_READ, RV_FENCE_WRITE };

/* Files that may be opened still, while it is being made. */
struct rv_fence {
    int fd;           /* of the kernel's rules; -1: it has none */
    int failed;       /* errno of what went wrong */
    uint64_t handled; /* rights that this kernel knows */
    uint64_t scoped;
    char *never[RV_FENCE_NEVER_MAX];
};

/* The kernel is asked what it can do. */
void rv_fence_begin(struct rv_fence *out);
/* A file or folder that is left out, with all in it, when a folder over it is allowed. What lies
 * in it can be allowed by itself. Before the first rv_fence_allow. */
void rv_fence_never(struct rv_fence *fence, const char *path);
/* A file, or a folder with everything below it; links are followed to what they mean now. What is
 * not there is passed over. RV_FENCE_WRITE: files that are there; nothing can be made or removed.
 */
void rv_fence_allow(struct rv_fence *fence, const char *path, int rights);
/* From now on all other files are refused (EACCES), and processes outside can be neither traced
 * nor, where the kernel knows that, be sent signals (EPERM). Ends the making of it either way.
 * UNSUPPORTED: the kernel cannot. */
int rv_fence_raise(struct rv_fence *fence, rv_err *err);

/* From now on no program can be started, no file's mode, owner or attributes changed, and calls
 * that only look into or change other processes or the system are refused (EPERM); so are
 * capabilities, but for those over files. UNSUPPORTED: the kernel cannot. */
int rv_fence_calls(rv_err *err);

#endif
