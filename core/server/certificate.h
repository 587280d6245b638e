/* SPDX-License-Identifier: Apache-2.0
 *
 * The certificate of the listening socket, as settings name it: checked at start, and watched for
 * its end, by the supervisor. API workers are told the files and open them themselves.
 */
#ifndef RV_SERVER_CERTIFICATE_H
#define RV_SERVER_CERTIFICATE_H

#include <cjson/cJSON.h>
#include "home/home.h"
#include "tls/tls.h"

struct rv_certificate;

/* *out NULL when none is set. INVALID when only one of the two files is. */
int rv_certificate_open(struct rv_certificate **out, const struct rv_home *home,
                        const char *module_dir, rv_err *err);
void rv_certificate_close(struct rv_certificate *certificate); /* NULL allowed */
/* Put the files into a welcome. */
void rv_certificate_tell(const struct rv_certificate *certificate, cJSON *welcome);
/* Call it now and then: warns once a day when the end is near. */
void rv_certificate_watch(struct rv_certificate *certificate);
/* Log a message with the names and the end of the one in use; a warning when it is over, or soon.
 */
void rv_certificate_say(const struct rv_tls *tls, const char *message);

/* What is to be said about these times; NULL: nothing. */
const char *rv_certificate_trouble(const struct rv_tls_info *info, int64_t now_ms);

#endif
