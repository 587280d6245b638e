/* SPDX-License-Identifier: Apache-2.0
 *
 * Passwords of the datastore, opened for a method that asks in so many words.
 */
#include "automate/live.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"

/* What the datastore gives is "PLACE|ENVELOPE". Once it is known, no line of the log shows it. */
int
rv_live_decrypt(struct rv_live *live, const struct rv_ae_value *secret, struct rv_ae_value *out,
                rv_err *err)
{
    char *text = NULL;
    const char *bar = strchr(secret->v.text, '|');
    if (bar == NULL)
        return rv_fail(err, RV_E_INVALID, "this password is not one of the datastore");
    if (live->vault == NULL)
        return rv_fail(err, RV_E_UNSUPPORTED, "passwords are not opened here");
    RV_AUTO_FREE char *place = rv_strndup(secret->v.text, (size_t)(bar - secret->v.text));
    if (live->vault->open(live->vault->arg, &text, place, bar + 1, err))
        return rv_wrap(err, "decrypt");
    rv_log_mask(text, strlen(text));
    *out = rv_ae_vtext(text);
    rv_wipe(text, strlen(text));
    free(text);
    return 0;
}
