/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines: options by table, and a suggestion for what was mistyped.
 */
#include <stdarg.h>
#include <string.h>
#include "cli.h"

const struct cli_option cli_common_options[] = {
    { "help", 'h', NULL, "show this help" },
    { "url", 0, "URL", "the server, instead of the one that was logged in to" },
    { "ca", 0, "FILE",
      "certificates (PEM) to trust instead of the system's; login keeps the name" },
    { "insecure", 0, NULL, "do not verify the server's certificate; login keeps that too" },
    { "color", 0, "WHEN", "auto (default), always or never" },
    { "request-timeout", 0, "DURATION",
      "wait no longer for each answer of the server; default 45s, 2m for what writes" },
    { "quiet", 'q', NULL, "no messages but errors" },
    { "verbose", 'v', NULL, "show each request to the server and how it went, on stderr" },
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

const char *
cli_did_you_mean(const char *given, const char *const *candidates, const char *before)
{
    static char text[160];
    const char *near = rv_nearest(given, candidates);

    if (near)
        snprintf(text, sizeof(text), ", did you mean '%s%s'?", before, near);
    return near ? text : "";
}

static int
unknown_option(const struct cli *cli, const char *given)
{
    const char *names[CLI_MAX_VALUES];
    RV_AUTO_FREE char *name = rv_strndup(given, strcspn(given, "="));
    int count = 0;

    for (const struct cli_option *o = cli->command->options; o && o->name; o++)
        names[count++] = o->name;
    for (const struct cli_option *o = cli_common_options; o->name; o++)
        names[count++] = o->name;
    names[count] = NULL;
    return cli_usage(cli, "unknown option '%s'%s", name,
                     cli_did_you_mean(name + strspn(name, "-"), names, "--"));
}

static int
keep(struct cli *cli, const struct cli_option *option, const char *value)
{
    if (cli->given_count == CLI_MAX_VALUES)
        return cli_usage(cli, "more than %d options", CLI_MAX_VALUES);
    cli->given[cli->given_count++] = (struct cli_given){ option, value };
    return 0;
}

/* The value that belongs to the option: attached (may be NULL), or the next argument. */
static int
keep_value(struct cli *cli, const struct cli_option *option, const char *attached, int argc,
           char **argv, int *at)
{
    if (!attached && *at + 1 >= argc)
        return cli_usage(cli, "option '--%s' needs %s", option->name, option->value);
    return keep(cli, option, attached ? attached : argv[++*at]);
}

/* --name, --name=value, --name value */
static int
parse_long(struct cli *cli, int argc, char **argv, int *at)
{
    const char *text = argv[*at] + 2;
    size_t len = strcspn(text, "=");
    const char *attached = text[len] ? text + len + 1 : NULL;
    const struct cli_option *option = find_option(cli, text, len, 0);

    if (!option)
        return unknown_option(cli, argv[*at]);
    if (option->value)
        return keep_value(cli, option, attached, argc, argv, at);
    return attached ? cli_usage(cli, "option '--%s' takes no value", option->name)
                    : keep(cli, option, "");
}

/* -w, -o value, -ovalue, -o=value, and several that take none together: -Aw */
static int
parse_letters(struct cli *cli, int argc, char **argv, int *at)
{
    for (const char *text = argv[*at] + 1; *text; text++) {
        const struct cli_option *option = find_option(cli, NULL, 0, *text);
        const char *attached = text[1] == '=' ? text + 2 : text[1] ? text + 1 : NULL;
        char named[3] = { '-', *text, '\0' };

        if (!option)
            return cli_usage(cli, "unknown option '%s'", named);
        if (option->value)
            return keep_value(cli, option, attached, argc, argv, at);
        if (text[1] == '=')
            return cli_usage(cli, "option '%s' takes no value", named);
        if (keep(cli, option, ""))
            return CLI_USAGE;
    }
    return 0;
}

static int
parse_argument(struct cli *cli, int argc, char **argv, int *at)
{
    const char *text = argv[*at];

    if (text[0] == '-' && text[1] == '-')
        return parse_long(cli, argc, argv, at);
    if (text[0] == '-' && text[1])
        return parse_letters(cli, argc, argv, at);
    if (cli->word_count == CLI_MAX_VALUES)
        return cli_usage(cli, "more than %d arguments", CLI_MAX_VALUES);
    cli->words[cli->word_count++] = text;
    return 0;
}

int
cli_parse(struct cli *cli, int argc, char **argv)
{
    int i = 0;

    for (; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (parse_argument(cli, argc, argv, &i))
            return CLI_USAGE;
    for (i++; i < argc; i++) { /* behind "--" there are words only */
        if (cli->word_count == CLI_MAX_VALUES)
            return cli_usage(cli, "more than %d arguments", CLI_MAX_VALUES);
        cli->words[cli->word_count++] = argv[i];
    }
    if (cli_has(cli, "help"))
        return 0;
    if (cli->word_count < cli->command->min_words)
        return cli_usage(cli, "an argument is missing");
    if (cli->word_count > cli->command->max_words)
        return cli_usage(cli, "'%s' is one argument too many", cli->words[cli->command->max_words]);
    return 0;
}

const struct cli_option *
cli_option_of(const struct cli *cli, const char *name)
{
    const struct cli_option *option = cli->command ? cli->command->options : NULL;

    while (option && option->name && strcmp(option->name, name) != 0)
        option++;
    return option && option->name ? option : NULL;
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

int64_t
cli_duration(const struct cli *cli, const char *name, int64_t fallback_ms)
{
    const char *text = cli_value(cli, name);
    rv_err err = RV_ERR_INIT;
    int64_t ms;

    if (!text)
        return fallback_ms;
    if (rv_parse_duration(&ms, text, &err) == 0)
        return ms;
    cli_usage(cli, "option '--%s' takes a duration such as 30s or 5m, not '%s'", name, text);
    return -1;
}

int
cli_usage(const struct cli *cli, const char *format, ...)
{
    const struct cli_command *command = cli->command;
    RV_AUTO_FREE char *text = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    cli_warn("%s\nusage: reevectl %s%s%s\n(reevectl %s --help explains)", text ? text : "",
             command->name, *command->usage ? " " : "", command->usage, command->name);
    return CLI_USAGE;
}
