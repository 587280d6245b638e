/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole program: find the command, parse its options, run it.
 */
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "client.h"
#include "model/model.h"
#include "reeve/version.h"

/* "provider" "add" ...: how many words of argv name the command; 0 when they do not. */
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
    const struct cli_command *command;

    for (int at = 0; (command = cli_command_at(at)) != NULL; at++) {
        *used = matches(command, argc, argv);
        if (*used > 0)
            return command;
    }
    return NULL;
}

static int
is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* The command that is nearest to "provder add"; else the first word that is nearest to "provder".
 */
static const char *
nearest_command(const char *first, const char *both)
{
    const struct cli_command *command;
    const char *meant;
    int count = 0;

    while (cli_command_at(count))
        count++;
    RV_AUTO_FREE const char **names = rv_alloc((size_t)(count + 1) * sizeof(*names));
    RV_AUTO_FREE char **words = rv_alloc((size_t)(count + 1) * sizeof(*words));
    count = 0;
    for (int at = 0; (command = cli_command_at(at)) != NULL; at++) {
        if (command->hidden)
            continue;
        names[count] = command->name;
        words[count++] = rv_strndup(command->name, strcspn(command->name, " "));
    }
    meant = cli_did_you_mean(both, names, "");
    if (!*meant)
        meant = cli_did_you_mean(first, (const char *const *)words, "");
    for (int i = 0; i < count; i++)
        free(words[i]);
    return meant;
}

/* "reevectl provider": a group without its verb, or a word that is no command. */
static int
no_command(int argc, char **argv)
{
    RV_AUTO_FREE char *two = argc > 1 ? rv_format("%s %s", argv[0], argv[1]) : rv_strdup(argv[0]);
    int in_group = cli_is_group(argv[0]);

    if (in_group && argc > 1 && is_help(argv[1])) {
        cli_help_group(argv[0], stdout);
        return CLI_OK;
    }
    if (in_group && argc == 1) {
        cli_help_group(argv[0], stderr);
        return CLI_USAGE;
    }
    cli_warn("no command '%s'%s\n(reevectl --help lists them)", in_group ? two : argv[0],
             nearest_command(argv[0], two));
    return CLI_USAGE;
}

static int
decide_color(struct cli *cli)
{
    const char *when = cli_value(cli, "color"), *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (when && strcmp(when, "always") == 0)
        cli->color = 1;
    else if (!when || strcmp(when, "auto") == 0)
        cli->color = cli->terminal && !(no_color && *no_color) && !(term && !strcmp(term, "dumb"));
    else if (strcmp(when, "never") != 0)
        return cli_usage(cli, "option '--color' takes auto, always or never, not '%s'", when);
    return 0;
}

static int
run_command(struct cli *cli, int argc, char **argv)
{
    int code = cli_parse(cli, argc, argv);

    if (code == 0)
        code = decide_color(cli);
    if (code)
        return code;
    if (cli_has(cli, "help")) {
        cli_help(cli->command, stdout);
        return CLI_OK;
    }
    cli_set_quiet(cli_has(cli, "quiet"));
    cli_on_interrupt(STDERR_FILENO, NULL);
    code = cli->command->run(cli);
    cli_client_close(cli->client);
    return code;
}

/* "help provider add" */
static int
help_about(int argc, char **argv)
{
    int used;
    const struct cli_command *command = find_command(argc, argv, &used);

    if (command)
        cli_help(command, stdout);
    else if (argc > 0 && cli_is_group(argv[0]))
        cli_help_group(argv[0], stdout);
    else if (argc > 0)
        return no_command(argc, argv);
    else
        cli_help_all(stdout);
    return CLI_OK;
}

/* Options of all commands may also stand in front of the command: how many arguments they are. */
static int
count_leading(int argc, char **argv)
{
    int at = 0;

    while (at < argc && argv[at][0] == '-' && argv[at][1]) {
        const char *name = argv[at] + strspn(argv[at], "-");
        size_t len = strcspn(name, "=");
        const struct cli_option *option = cli_common_options;

        while (option->name && !(argv[at][1] == '-' ? strlen(option->name) == len &&
                                                          strncmp(option->name, name, len) == 0
                                                    : len == 1 && option->letter == name[0]))
            option++;
        if (!option->name)
            break;
        at += 1 + (option->value && !name[len]);
    }
    return at < argc ? at : argc;
}

/* Move the first `count` of argv behind the others. */
static void
rotate(int argc, char **argv, int count)
{
    char *first;

    for (; count > 0; count--) {
        first = argv[0];
        memmove(argv, argv + 1, (size_t)(argc - 1) * sizeof(*argv));
        argv[argc - 1] = first;
    }
}

static int
dispatch(int argc, char **argv)
{
    struct cli cli = { .terminal = isatty(STDOUT_FILENO), .messages = isatty(STDERR_FILENO) };
    int used, leading;

    if (argc == 0) {
        cli_help_all(stderr);
        return CLI_USAGE;
    }
    if (is_help(argv[0]))
        return help_about(argc - 1, argv + 1);
    if (strcmp(argv[0], "--version") == 0)
        return cmd_version(&cli);
    leading = count_leading(argc, argv);
    cli.command = find_command(argc - leading, argv + leading, &used);
    if (!cli.command)
        return no_command(argc - (leading < argc ? leading : 0),
                          argv + (leading < argc ? leading : 0));
    rotate(leading + used, argv, leading); /* behind the command's words */
    return run_command(&cli, argc - used, argv + used);
}

int
cmd_version(struct cli *cli)
{
    (void)cli;
    printf("reevectl %s\n", REEVE_SDK_VERSION);
    return CLI_OK;
}

int
cli_run(int argc, char **argv)
{
    rv_err err = RV_ERR_INIT;
    int code;

    setlocale(LC_CTYPE, "C.UTF-8"); /* for the widths of characters; numbers stay as they are */
    if (rv_model_init(&err) < 0)
        return cli_failed(&err);
    code = dispatch(argc - 1, argv + 1);
    rv_model_reset();
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (errno != EPIPE) /* a reader that has seen enough is no mishap */
            cli_warn("write the result: %s", strerror(errno));
        return code ? code : CLI_FAILURE;
    }
    return code;
}
