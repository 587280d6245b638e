/* SPDX-License-Identifier: Apache-2.0
 *
 * Overwriting what was secret.
 */
#include <string.h>
#include "base/secret.h"
#include "cli.h"

void
cli_wipe_text(char *text)
{
    if (text)
        rv_wipe(text, strlen(text));
}
