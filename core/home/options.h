/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of reeved.
 */
#ifndef RV_HOME_OPTIONS_H
#define RV_HOME_OPTIONS_H

#include <cjson/cJSON.h>
#include "base/err.h"

enum { RV_RUN_SERVER, RV_RUN_WORKER, RV_SHOW_HELP, RV_SHOW_VERSION, RV_SHOW_SETTINGS };

struct rv_options {
    int action;
    const char *home, *store, *store_file, *module_dir, *user, *worker; /* NULL: not given */
    cJSON *settings; /* --listen, --set and the like, as an overlay of settings */
};

/* INVALID, with the nearest name, for what is unknown. */
int rv_options_parse(struct rv_options *out, int argc, char **argv, rv_err *err);
void rv_options_free(struct rv_options *options);
const char *rv_options_help(void);
/* A --store with a password must not be read from the list of processes: blank it in argv. Call it
 * when the value has been copied. */
void rv_options_hide_store(int argc, char **argv);

#endif
