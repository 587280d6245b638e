/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder of one reeved: made on first start, held by one at a time.
 */
#ifndef RV_HOME_H
#define RV_HOME_H

#include "base/err.h"
#include "home/options.h"
#include "settings/settings.h"

struct rv_home {
    char *dir;       /* absolute */
    char *guid;      /* of this server, for ever */
    char *store_url; /* may hold a password: never log it */
    struct rv_settings *settings;
    cJSON *overlay; /* the command line's settings */
    int lock_fd;
};

/* CONFLICT while another reeved runs in it. */
int rv_home_open(struct rv_home *out, const struct rv_options *options, rv_err *err);
/* Of a home that is there, also while a reeved runs in it: folder, settings and store_url only.
 * Nothing is made or changed. */
int rv_home_look(struct rv_home *out, const char *dir, rv_err *err);
/* Makes the folder, unless it is there. */
int rv_home_make(const char *dir, rv_err *err);
/* After rv_home_look: nobody else starts in it until rv_home_close. CONFLICT while one runs. */
int rv_home_hold(struct rv_home *home, rv_err *err);
/* The store that it uses from its next start on. */
int rv_home_set_store(struct rv_home *home, const char *url, rv_err *err);
void rv_home_close(struct rv_home *home);
/* Read reeve.yaml again. What is wrong with it leaves the settings as they were. */
int rv_home_reload(struct rv_home *home, rv_err *err);
/* Path of a file in it; the caller's to free. */
char *rv_home_path(const char *dir, const char *name);
/* Write a file whole: it has the old or the new content, never a part, also after a power cut. */
int rv_home_write(const char *dir, const char *name, const char *text, unsigned mode, rv_err *err);
void rv_home_remove(const char *dir, const char *name);
/* Content without its last line end, the caller's to free. NOT_FOUND, LIMIT (64 KiB). */
int rv_home_read(char **out, const char *dir, const char *name, rv_err *err);

#endif
