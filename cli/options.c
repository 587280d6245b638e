/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines: options by table, help made from the same table, and a
 * suggestion for what was mistyped.
 */
#include <stdarg.h>
#include <string.h>
#include "cli.h"

const struct cli_option cli_common_options[] = {
    { "help", 'h', NULL, "show this help" },
    { "url", 0, "URL", "the server, instead of the one that was logged in to" },
    { "color", 0, "WHEN", "auto (default), always or never" },
    { NULL, 0, NULL, NULL }
};

static const struct cli_option *
find_in(const struct cli_option *options, const char *name, size_t len, char letter)
{
    for (; options && options->name; options++)
        if (letter ? options->letter == letter
                   : strlen(options->name) == len && strncmp(options->name, name, len) == 0)
            return options;
    return NULL;
}

static const struct cli_option *
find_option(const struct cli *cli, const char *name, size_t len, char letter)
{
    const struct cli_option *option = find_in(cli->command->options, name, len, letter);

    return option ? option : find_in(cli_common_options, name, len, letter);
}

static int
unknown_option(const struct cli *cli, const char *given)
{
    const char *names[CLI_MAX_VALUES];
    int count = 0;
    const char *near;

    for (const struct cli_option *o = cli->command->options; o && o->name; o++)
        names[count++] = o->name;
    for (const struct cli_option *o = cli_common_options; o->name; o++)
        names[count++] = o->name;
    names[count] = NULL;
    near = rv_nearest(given + strspn(given, "-"), names);
    return cli_usage(cli, "unknown option '%s'%s%s%s", given, near ? ", did you mean '--" : "",
                     near ? near : "", near ? "'?" : "");
}

static int
keep(struct cli *cli, const struct cli_option *option, const char *value)
{
    if (cli->given_count == CLI_MAX_VALUES)
        return cli_usage(cli, "more than %d options", CLI_MAX_VALUES);
    cli->given[cli->given_count++] = (struct cli_given){ option, value };
    return 0;
}

/* --name, --name=value, --name value, -o value, -ovalue. Moves *at over a value of its own. */
static int
parse_option(struct cli *cli, int argc, char **argv, int *at)
{
    char *text = argv[*at], *value = NULL;
    const struct cli_option *option;

    if (text[1] == '-') {
        size_t len = strcspn(text + 2, "=");

        option = find_option(cli, text + 2, len, 0);
        if (text[2 + len] == '=')
            value = text + 3 + len;
    } else {
        option = find_option(cli, NULL, 0, text[1]);
        if (text[2])
            value = text + 2;
    }
    if (!option)
        return unknown_option(cli, text);
    if (!option->value)
        return value ? cli_usage(cli, "option '--%s' takes no value", option->name)
                     : keep(cli, option, "");
    if (!value && ++*at >= argc)
        return cli_usage(cli, "option '--%s' needs %s", option->name, option->value);
    return keep(cli, option, value ? value : argv[*at]);
}

int
cli_parse(struct cli *cli, int argc, char **argv)
{
    int only_words = 0;

    for (int i = 0; i < argc; i++) {
        int status = 0;

        if (!only_words && strcmp(argv[i], "--") == 0)
            only_words = 1;
        else if (!only_words && argv[i][0] == '-' && argv[i][1])
            status = parse_option(cli, argc, argv, &i);
        else if (cli->word_count == CLI_MAX_VALUES)
            status = cli_usage(cli, "more than %d arguments", CLI_MAX_VALUES);
        else
            cli->words[cli->word_count++] = argv[i];
        if (status)
            return status;
    }
    if (cli_has(cli, "help"))
        return 0;
    if (cli->word_count < cli->command->min_words)
        return cli_usage(cli, "something is missing");
    if (cli->word_count > cli->command->max_words)
        return cli_usage(cli, "'%s' is one argument too many", cli->words[cli->command->max_words]);
    return 0;
}

const char *
cli_value(const struct cli *cli, const char *name)
{
    for (int i = cli->given_count - 1; i >= 0; i--)
        if (strcmp(cli->given[i].option->name, name) == 0)
            return cli->given[i].value;
    return NULL;
}

int
cli_has(const struct cli *cli, const char *name)
{
    return cli_value(cli, name) != NULL;
}

int64_t
cli_int(const struct cli *cli, const char *name, int64_t fallback, int64_t min, int64_t max)
{
    const char *text = cli_value(cli, name);
    rv_err err = RV_ERR_INIT;
    int64_t value;

    if (!text)
        return fallback;
    if (rv_parse_int(&value, text, &err) == 0 && value >= min && value <= max)
        return value;
    cli_usage(cli, "option '--%s' takes a number from %lld to %lld, not '%s'", name, (long long)min,
              (long long)max, text);
    return -1;
}

int
cli_usage(const struct cli *cli, const char *format, ...)
{
    va_list args;

    fputs("reevectl: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nusage: reevectl %s %s\n(reevectl %s --help explains)\n", cli->command->name,
            cli->command->usage, cli->command->name);
    return CLI_USAGE;
}

static void
print_options(FILE *out, const struct cli_option *options)
{
    for (; options && options->name; options++) {
        char left[64];

        snprintf(left, sizeof(left), "%s%c%s --%s%s%s", options->letter ? "-" : " ",
                 options->letter ? options->letter : ' ', options->letter ? "," : " ",
                 options->name, options->value ? " " : "", options->value ? options->value : "");
        fprintf(out, "  %-30s %s\n", left, options->help);
    }
}

void
cli_help(const struct cli *cli, FILE *out)
{
    const struct cli_command *command = cli->command;

    if (command->examples)
        fprintf(out, "Examples:\n%s\n", command->examples);
    fprintf(out, "%s\n", command->summary);
    if (command->text)
        fprintf(out, "%s\n", command->text);
    fprintf(out, "\nusage: reevectl %s %s\n\nOptions:\n", command->name, command->usage);
    print_options(out, command->options);
    print_options(out, cli_common_options);
}

void
cli_help_all(FILE *out)
{
    fputs("reevectl asks and tells a Reeve server.\n\n"
          "  reevectl login --url http://127.0.0.1:7400 --user admin --password-file FILE\n"
          "  reevectl provider add prod --type kubernetes --kubeconfig ~/.kube/config --wait\n"
          "  reevectl get pods --filter 'phase=Running' -o wide\n\nCommands:\n",
          out);
    for (const struct cli_command *command = cli_commands; command->name; command++)
        fprintf(out, "  %-18s %s\n", command->name, command->summary);
    fputs("\nEvery command explains itself: reevectl COMMAND --help\n"
          "Environment: REEVE_URL, REEVE_TOKEN, REEVE_CONFIG, NO_COLOR\n"
          "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 not logged in or denied, 5 "
          "conflict,\n"
          "  6 wait timed out, 7 cannot reach the server, 8 some items failed, 130 interrupted\n",
          out);
}

void
cli_say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

int
cli_failed(const rv_err *err)
{
    fprintf(stderr, "reevectl: %s\n", err->text);
    if (err->hint[0])
        fprintf(stderr, "  hint: %s\n", err->hint);
    switch (err->code) {
    case RV_E_NOT_FOUND:
        return CLI_NOT_FOUND;
    case RV_E_AUTH:
    case RV_E_PERMISSION:
        return CLI_DENIED;
    case RV_E_CONFLICT:
        return CLI_CONFLICT;
    case RV_E_TIMEOUT:
        return CLI_WAIT_TIMED_OUT;
    case RV_E_UNAVAILABLE:
        return CLI_UNREACHABLE;
    default:
        return CLI_FAILURE;
    }
}
