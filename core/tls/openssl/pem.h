/* SPDX-License-Identifier: Apache-2.0
 *
 * The two files: read under a ceiling, the key only when it is private, and recognised when they
 * were changed.
 */
#ifndef RV_TLS_PEM_H
#define RV_TLS_PEM_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include "base/buf.h"

#define RV_PEM_MAX (1 << 20)

/* What a file looked like; all 0: it could not be seen. */
struct rv_pem_stamp {
    uint64_t device, inode;
    int64_t size, modified_s, modified_ns, changed_s, changed_ns;
};

enum { RV_PEM_PRIVATE = 1 };

/* what: "certificate", "key", for errors. RV_PEM_PRIVATE: PERMISSION when others can read it; as in
 * PostgreSQL its group may when it is root's. */
int rv_pem_read(rv_buf *out, struct rv_pem_stamp *stamp, const char *what, const char *path,
                int flags, rv_err *err);
void rv_pem_look(struct rv_pem_stamp *out, const char *path);
int rv_pem_same(const struct rv_pem_stamp *a, const struct rv_pem_stamp *b);

#endif
