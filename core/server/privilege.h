/* SPDX-License-Identifier: Apache-2.0
 *
 * What reeved and its workers may do, taken away as early as it is not needed any more.
 */
#ifndef RV_SERVER_PRIVILEGE_H
#define RV_SERVER_PRIVILEGE_H

#include "base/err.h"

/* Before anything secret is read: nobody of the same user may look into our memory, where the key
 * is, and it is in no core file, whatever core_dumps says of workers. */
void rv_privilege_close_memory(void);
/* Become this user for good (NULL or "": stay who we are). The home and what is in it are given to
 * him, but not the key: it has been read, and stays root's. INVALID when there is no such user or
 * we are not root and not him. */
int rv_privilege_drop(const char *home, const char *user, rv_err *err);
/* In a worker, before it begins: nothing that it starts may gain rights. */
void rv_privilege_worker(void);

#endif
