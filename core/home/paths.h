/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the program's own files are, found from where the program is.
 */
#ifndef RV_HOME_PATHS_H
#define RV_HOME_PATHS_H

#include "base/err.h"

/* The folder of the store's drivers, with providers/ in it: wanted when not NULL, else beside the
 * program (build tree or installed). The caller's to free. NOT_FOUND says where was looked. */
int rv_paths_modules(char **out, const char *wanted, rv_err *err);
/* Where provider modules are looked for: the folders of the setting modules.path, and then that in
 * module_dir, with ':' between. The caller's to free. INVALID for a folder that is not absolute. */
int rv_paths_providers(char **out, const char *module_dir, const char *setting, rv_err *err);

#endif
