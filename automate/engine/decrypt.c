/* SPDX-License-Identifier: Apache-2.0
 *
 * Passwords of the datastore, opened for a method that asks in so many words.
 */
#include "automate/live.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/secret.h"
#include "datastore/secret.h"

/* Once it is known, no line of the log shows it. */
int
rv_live_decrypt(struct rv_live *live, const struct rv_ae_value *secret, struct rv_ae_value *out,
                rv_err *err)
{
    char *text = NULL;
    if (rv_ae_secret_open(&text, live->vault, secret->v.text, err) < 0)
        return rv_wrap(err, "decrypt");
    rv_log_mask(text, strlen(text));
    *out = rv_ae_vtext(text);
    rv_wipe(text, strlen(text));
    free(text);
    return 0;
}
