/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl db: the work is done by the server's own program, which knows the stores; it takes this
 * process over, with the same words and options.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"

enum { MOST_ARGUMENTS = 2 * CLI_MAX_VALUES * 2 };

/* reeved beside this program, else that of PATH. The caller's. */
static char *
program(void)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (len > 0) {
        self[len] = '\0';
        char *slash = strrchr(self, '/');
        RV_AUTO_FREE char *beside =
            slash ? rv_format("%.*s/reeved", (int)(slash - self), self) : NULL;
        if (beside && access(beside, X_OK) == 0)
            return rv_strdup(beside);
    }
    return rv_strdup("reeved");
}

static int
is_common(const struct cli_option *option)
{
    for (const struct cli_option *o = cli_common_options; o->name; o++)
        if (o == option)
            return 1;
    return 0;
}

int
cmd_db(struct cli *cli)
{
    char *argv[MOST_ARGUMENTS + 4] = { NULL };
    int count = 0;

    argv[count++] = program();
    argv[count++] = rv_strdup("db");
    argv[count++] = rv_strdup(strchr(cli->command->name, ' ') + 1);
    for (int i = 0; i < cli->given_count; i++) {
        const struct cli_given *given = &cli->given[i];
        if (is_common(given->option) && !rv_streq(given->option->name, "quiet"))
            continue;
        argv[count++] = rv_format("--%s", given->option->name);
        if (given->option->value)
            argv[count++] = rv_strdup(given->value);
    }
    for (int i = 0; i < cli->word_count; i++)
        argv[count++] = rv_strdup(cli->words[i]);
    execvp(argv[0], argv);
    cli_warn("cannot start '%s': %s\n(run this on the server's machine, where reeved is installed)",
             argv[0], strerror(errno));
    for (int i = 0; i < count; i++)
        free(argv[i]);
    return CLI_FAILURE;
}
