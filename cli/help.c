/* SPDX-License-Identifier: Apache-2.0
 *
 * Help, from the table of commands: examples first.
 */
#include <string.h>
#include "cli.h"

const struct cli_exit_code cli_exit_codes[] = {
    { CLI_OK, "all went well" },
    { CLI_FAILURE, "failure" },
    { CLI_USAGE, "wrong usage: unknown command, option or value" },
    { CLI_NOT_FOUND, "not found: no such object, kind or task" },
    { CLI_DENIED, "not logged in, or not allowed" },
    { CLI_CONFLICT, "conflict: the name is taken, or is not unique" },
    { CLI_WAIT_TIMED_OUT, "what was waited for has not happened in time" },
    { CLI_UNREACHABLE, "the server cannot be reached, or cannot answer now" },
    { CLI_SOME_FAILED, "some of several objects failed" },
    { CLI_INTERRUPTED, "interrupted" },
    { 0, NULL }
};

const struct cli_variable cli_variables[] = {
    { "REEVE_URL", "the server, as --url" },
    { "REEVE_TOKEN", "token of the API, instead of the one that login keeps" },
    { "REEVE_CONFIG", "file that login writes; default ~/.config/reeve/config.yaml" },
    { "XDG_CONFIG_HOME", "directory instead of ~/.config" },
    { "REEVE_HOME",
      "home of the server, as --home, for doctor, log recent, support-bundle and db" },
    { "REEVE_CA", "file with certificates to trust, as --ca" },
    { "NO_COLOR", "not empty: no colors, unless --color says otherwise" },
    { NULL, NULL }
};

static void
print_options(FILE *out, const struct cli_option *options)
{
    for (; options && options->name; options++) {
        RV_AUTO_FREE char *left = rv_format(
            "%s%c%s--%s%s%s", options->letter ? "-" : " ", options->letter ? options->letter : ' ',
            options->letter ? ", " : "  ", options->name, options->value ? " " : "",
            options->value ? options->value : "");

        fprintf(out, "  %-30s %s\n", left, options->help);
    }
}

void
cli_help(const struct cli_command *command, FILE *out)
{
    if (command->examples)
        fprintf(out, "Examples:\n");
    for (const char *const *example = command->examples; example && *example; example++)
        fprintf(out, "  %s\n", *example);
    fprintf(out, "%s%c%s.\n", command->examples ? "\n" : "", command->summary[0] & ~0x20,
            command->summary + 1);
    if (command->text)
        fprintf(out, "%s\n", command->text);
    fprintf(out, "\nusage: reevectl %s%s%s\n\nOptions:\n", command->name,
            *command->usage ? " " : "", command->usage);
    print_options(out, command->options);
    print_options(out, cli_common_options);
}

static int
in_group(const struct cli_command *command, const char *group)
{
    size_t len = strlen(group);

    return strncmp(command->name, group, len) == 0 && command->name[len] == ' ';
}

int
cli_is_group(const char *word)
{
    const struct cli_command *command;

    for (int at = 0; (command = cli_command_at(at)) != NULL; at++)
        if (in_group(command, word))
            return 1;
    return 0;
}

static void
print_summary(FILE *out, const struct cli_command *command)
{
    if (!command->hidden)
        fprintf(out, "  %-18s %s\n", command->name, command->summary);
}

void
cli_help_group(const char *group, FILE *out)
{
    fprintf(out, "usage: reevectl %s COMMAND [options]\n\nCommands:\n", group);
    const struct cli_command *command;

    for (int at = 0; (command = cli_command_at(at)) != NULL; at++)
        if (in_group(command, group))
            print_summary(out, command);
    fputs("\nEach explains itself: --help\n", out);
}

void
cli_help_all(FILE *out)
{
    fputs("Examples:\n"
          "  reevectl login --url http://127.0.0.1:7400 --user admin --password-file FILE\n"
          "  reevectl provider add prod --type kubernetes --kubeconfig ~/.kube/config --wait\n"
          "  reevectl get pods --filter 'phase=Running' -o wide\n"
          "\nAsks and tells a Reeve server.\n"
          "\nusage: reevectl COMMAND [arguments] [options]\n\nCommands:\n",
          out);
    const struct cli_command *command;

    for (int at = 0; (command = cli_command_at(at)) != NULL; at++)
        print_summary(out, command);
    fputs("\nEach explains itself: reevectl COMMAND --help\n\nEnvironment:\n", out);
    for (const struct cli_variable *variable = cli_variables; variable->name; variable++)
        fprintf(out, "  %-18s %s\n", variable->name, variable->means);
    fputs("\nExit codes:\n", out);
    for (const struct cli_exit_code *code = cli_exit_codes; code->means; code++)
        fprintf(out, "  %-18d %s\n", code->code, code->means);
}
