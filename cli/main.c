/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl: find the command, parse its options, run it.
 */
#include <string.h>
#include <unistd.h>
#include "cli.h"

/* "provider" "add" ... : how many words of argv name the command; 0 when none fits. */
static int
matches(const struct cli_command *command, int argc, char **argv)
{
    const char *rest = command->name;
    int used = 0;

    while (*rest) {
        size_t len = strcspn(rest, " ");

        if (used == argc || strlen(argv[used]) != len || strncmp(rest, argv[used], len) != 0)
            return 0;
        used++;
        rest += len + (rest[len] == ' ');
    }
    return used;
}

static const struct cli_command *
find_command(int argc, char **argv, int *used)
{
    for (const struct cli_command *command = cli_commands; command->name; command++) {
        *used = matches(command, argc, argv);
        if (*used > 0)
            return command;
    }
    return NULL;
}

/* "reevectl provider": a group without its verb, or a word that is none. */
static int
no_command(int argc, char **argv)
{
    const char *names[CLI_MAX_VALUES];
    int count = 0, in_group = 0;
    size_t len = strlen(argv[0]);
    RV_AUTO_FREE char *two = argc > 1 ? rv_format("%s %s", argv[0], argv[1]) : rv_strdup(argv[0]);
    const char *near;

    for (const struct cli_command *command = cli_commands; command->name; command++) {
        names[count++] = command->name;
        if (strncmp(command->name, argv[0], len) == 0 && command->name[len] == ' ') {
            if (!in_group++)
                fprintf(stderr, "reevectl %s ...\n", argv[0]);
            fprintf(stderr, "  %-18s %s\n", command->name, command->summary);
        }
    }
    names[count] = NULL;
    if (in_group && (argc == 1 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return argc == 1 ? CLI_USAGE : CLI_OK;
    near = rv_nearest(two, names);
    if (!near)
        near = rv_nearest(argv[0], names);
    fprintf(stderr, "reevectl: no command '%s'%s%s%s (reevectl --help lists them)\n", two,
            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    return CLI_USAGE;
}

static int
decide_color(struct cli *cli)
{
    const char *when = cli_value(cli, "color"), *no_color = getenv("NO_COLOR");

    if (when && strcmp(when, "always") == 0)
        cli->color = 1;
    else if (!when || strcmp(when, "auto") == 0)
        cli->color = cli->terminal && !(no_color && *no_color);
    else if (strcmp(when, "never") != 0)
        return cli_usage(cli, "option '--color' takes auto, always or never, not '%s'", when);
    return 0;
}

static int
run(struct cli *cli, int argc, char **argv)
{
    int code = cli_parse(cli, argc, argv);

    if (code == 0)
        code = decide_color(cli);
    if (code)
        return code;
    if (cli_has(cli, "help")) {
        cli_help(cli, stdout);
        return CLI_OK;
    }
    return cli->command->run(cli);
}

int
main(int argc, char **argv)
{
    struct cli cli = { .terminal = isatty(STDOUT_FILENO), .messages = isatty(STDERR_FILENO) };
    rv_err err = RV_ERR_INIT;
    int used = 0, code;

    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        cli_help_all(argc < 2 ? stderr : stdout);
        return argc < 2 ? CLI_USAGE : CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0)
        return cmd_version(&cli);
    if (rv_model_init(&err) < 0)
        return cli_failed(&err);
    cli.command = find_command(argc - 1, argv + 1, &used);
    code =
        cli.command ? run(&cli, argc - 1 - used, argv + 1 + used) : no_command(argc - 1, argv + 1);
    cli_client_close(cli.client);
    rv_model_reset();
    if (fflush(stdout) != 0 && code == 0)
        code = CLI_FAILURE;
    return code;
}
