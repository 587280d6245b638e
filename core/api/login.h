/* SPDX-License-Identifier: Apache-2.0
 *
 * Who calls. A token decides when one is given, whatever Basic credentials come beside it.
 */
#ifndef RV_API_LOGIN_H
#define RV_API_LOGIN_H

#include "api/request.h"

struct rv_logins;

struct rv_logins *rv_logins_new(void);
void rv_logins_free(struct rv_logins *logins);

/* 0 with req->who set; 1 when a 401 or 429 was answered; or the store's error. */
int rv_login(struct rv_request *req, rv_err *err);
/* Whether what the caller shows has been right before, in this process: enough to be told what is
 * wrong while the database cannot be asked, and for nothing else. */
int rv_login_was_known(const struct rv_request *req);

/* Of another secret that may be guessed, counted as passwords are (attempts.h); name: what it is,
 * for the log. 1 when a 429 was answered, since too many from there were wrong. */
int rv_login_held_back(struct rv_request *req, const char *name);
void rv_login_guessed_wrong(struct rv_request *req, const char *name);

#endif
