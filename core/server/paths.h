/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the program's own files are, found from where the program is.
 */
#ifndef RV_SERVER_PATHS_H
#define RV_SERVER_PATHS_H

#include "base/err.h"

/* The folder of the store's drivers, with providers/ in it: wanted when not NULL, else beside the
 * program (build tree or installed). The caller's to free. NOT_FOUND says where was looked. */
int rv_paths_modules(char **out, const char *wanted, rv_err *err);

#endif
