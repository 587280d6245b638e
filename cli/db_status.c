/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl db status of a server elsewhere, over its API.
 */
#include <stdlib.h>
#include <string.h>
#include "client.h"
#include "keeping/status_text.h"
#include "output.h"

enum { TEXT_LIMIT = 1 << 20 };

static int
is_local(const struct cli *cli)
{
    const char *home = getenv("REEVE_HOME");

    return cli_has(cli, "home") || cli_has(cli, "store") || cli_has(cli, "store-file") ||
           (home && *home && !cli_has(cli, "url"));
}

int
cmd_db_status(struct cli *cli)
{
    static const char *const formats[] = { "table", "json", NULL };
    const char *format = cli_value(cli, "output");
    RV_AUTO_JSON cJSON *report = NULL;
    RV_AUTO_BUF rv_buf out = rv_buf_limited(TEXT_LIMIT);
    rv_err err = RV_ERR_INIT;

    if (is_local(cli))
        return cmd_db(cli);
    if (!format)
        format = cli->terminal ? "table" : "json";
    if (strcmp(format, "table") != 0 && strcmp(format, "json") != 0)
        return cli_usage(cli, "unknown format '%s'%s", format,
                         cli_did_you_mean(format, formats, ""));
    int code = cli_connect(cli);
    if (code)
        return code;
    if (cli_get(cli->client, "/api/database", &report, &err) < 0)
        return cli_failed(&err);
    if (strcmp(format, "json") == 0) {
        cli_print_document(CLI_JSON, report);
        return CLI_OK;
    }
    rv_keep_status_text(&out, report);
    cli_emit(&out);
    return CLI_OK;
}
