/* SPDX-License-Identifier: Apache-2.0
 *
 * reeve-conform: tells the author of a provider what is wrong with it. Its
 * arguments, its help.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "runner.h"
#include "base/text.h"

enum { USAGE = 2, VALUE_BYTES = 1 << 20 };

static const char *const option_names[] = { "--option",   "--group", "--check",   "--verbose",
                                            "--describe", "--list",  "--timeout", "--patience",
                                            "--version",  "--help",  NULL };
/* Those that take a value. */
static const char *const valued[] = { "--option",  "--group",    "--check",
                                      "--timeout", "--patience", NULL };

static void
print_help(void)
{
    printf("usage: reeve-conform [--option NAME=VALUE]... [--group GROUP]... MODULE.so\n"
           "       reeve-conform --describe MODULE.so\n"
           "       reeve-conform --list\n"
           "\n"
           "Loads a provider module as a worker of Reeve would, calls it in every way that the\n"
           "interface allows, lets everything around it fail, and says what is wrong, where, and\n"
           "what to do. Each check runs in a process of its own: a crash or a hang is a finding.\n"
           "\n"
           "  --option NAME=VALUE   an option of the provider; NAME=@FILE reads the value from a\n"
           "                        file (secrets and certificates do not belong on a command\n"
           "                        line). Some checks need a system to talk to: without the\n"
           "                        options that name it they are skipped\n"
           "  --group GROUP         only this group of checks, may be repeated\n"
           "  --check WORDS         only checks whose title has these words, may be repeated\n"
           "  --list                print the groups and their checks\n"
           "  --describe            print what the module declares, as JSON\n"
           "  --verbose             also print what the module writes in checks that pass\n"
           "  --timeout SECONDS     how long one callback may take (30)\n"
           "  --patience FACTOR     multiply all limits of time, for valgrind and slow machines\n"
           "  --version, --help\n"
           "\n"
           "The groups:\n");
    for (const struct group *group = conform_groups; group->name; group++)
        printf("  %-21s %s\n", group->name, group->help);
    printf(
        "\n"
        "The output is TAP (testanything.org). The exit status is 0 when no check failed, 1\n"
        "when one did, 2 when nothing could be run.\n"
        "\n"
        "examples:\n"
        "  reeve-conform build/acme.so\n"
        "  reeve-conform build/acme.so --option hostname=acme.example --option password=@secret\n"
        "  reeve-conform build/acme.so --check links --option hostname=acme.example\n"
        "  valgrind reeve-conform --patience 20 --group life build/acme.so\n"
        "\n"
        "The manual: reeve-conform(1); how to write a provider: writing-a-provider.md.\n");
}

static int
usage(const char *text, const char *what, const char *near)
{
    fprintf(stderr, "reeve-conform: %s '%s'%s%s%s (--help explains)\n", text, what,
            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    return USAGE;
}

/* NAME=VALUE or NAME=@FILE. One line end behind the value is not part of it, unless it is PEM. */
static int
add_option(struct conform *conform, const char *given)
{
    const char *equals = strchr(given, '=');
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF
    rv_buf content = rv_buf_limited(VALUE_BYTES);
    if (equals == NULL || equals == given)
        return usage("an option is given as NAME=VALUE, not", given, NULL);
    RV_AUTO_FREE char *name = rv_strndup(given, (size_t)(equals - given));
    if (equals[1] != '@')
        rv_buf_add_string(&content, equals + 1);
    else if (rv_buf_read_file(&content, equals + 2, &err) < 0) {
        fprintf(stderr, "reeve-conform: option '%s': %s\n", name, err.text);
        return USAGE;
    }
    int is_pem = content.len && strstr(content.data, "-----") != NULL;
    while (equals[1] == '@' && !is_pem && content.len &&
           strchr("\r\n", content.data[content.len - 1]))
        content.data[--content.len] = '\0';
    cJSON_DeleteItemFromObjectCaseSensitive(conform->given, name);
    cJSON_AddStringToObject(conform->given, name, rv_buf_text(&content));
    return 0;
}

static int
add_group(struct conform *conform, const char *name)
{
    const char *names[GROUPS_MAX + 1];
    int count = 0;
    for (const struct group *group = conform_groups; group->name; group++) {
        names[count++] = group->name;
        if (strcmp(group->name, name) != 0)
            continue;
        if (conform->group_count < GROUPS_MAX)
            conform->groups[conform->group_count++] = group->name;
        return 0;
    }
    names[count] = NULL;
    return usage("there is no group", name, rv_nearest(name, names));
}

static int
add_check(struct conform *conform, const char *words)
{
    int known = 0;
    for (const struct check *check = conform_checks; check->group; check++)
        known |= strstr(check->title, words) != NULL;
    if (!known || words[0] == '\0')
        return usage("no check has these words in its title (--list prints them):", words, NULL);
    if (conform->check_count == CHECKS_MAX)
        return usage("too many --check, at", words, NULL);
    conform->checks[conform->check_count++] = words;
    return 0;
}

static int
set_time(int64_t *out, const char *option, const char *text, int64_t least, int64_t most)
{
    rv_err err = RV_ERR_INIT;
    if (rv_parse_int(out, text, &err) == 0 && *out >= least && *out <= most)
        return 0;
    RV_AUTO_FREE char *what = rv_format("%s needs a number from %lld to %lld, not", option,
                                        (long long)least, (long long)most);
    return usage(what, text, NULL);
}

static int
print_list(void)
{
    for (const struct group *group = conform_groups; group->name; group++) {
        printf("%s: %s\n", group->name, group->help);
        for (const struct check *check = conform_checks; check->group; check++)
            if (strcmp(check->group, group->name) == 0)
                printf("    %s\n", check->title);
    }
    return 0;
}

struct arguments {
    struct conform conform;
    int64_t timeout_s, patience;
    int done; /* nothing is left to do: help was printed */
};

/* An option that needs a value, which is in text. */
static int
take_value(struct arguments *arguments, const char *option, const char *text)
{
    if (strcmp(option, "--option") == 0)
        return add_option(&arguments->conform, text);
    if (strcmp(option, "--group") == 0)
        return add_group(&arguments->conform, text);
    if (strcmp(option, "--check") == 0)
        return add_check(&arguments->conform, text);
    if (strcmp(option, "--timeout") == 0)
        return set_time(&arguments->timeout_s, option, text, 1, 3600);
    return set_time(&arguments->patience, option, text, 1, 1000);
}

static int
take_word(struct arguments *arguments, const char *word)
{
    if (arguments->conform.path)
        return usage("one module at a time: what is", word, NULL);
    arguments->conform.path = realpath(word, NULL);
    if (arguments->conform.path == NULL) {
        rv_err err = RV_ERR_INIT;
        rv_fail_errno(&err, "module '%s'", word);
        fprintf(stderr, "reeve-conform: %s\n", err.text);
        return USAGE;
    }
    return 0;
}

static int
take_flag(struct arguments *arguments, const char *option)
{
    if (strcmp(option, "--verbose") == 0) {
        arguments->conform.verbose = 1;
        return 0;
    }
    if (strcmp(option, "--describe") == 0) {
        arguments->conform.describe = 1;
        return 0;
    }
    arguments->done = 1;
    if (strcmp(option, "--list") == 0)
        print_list();
    else if (strcmp(option, "--version") == 0)
        printf("reeve-conform %s, provider interface %d.%d\n", REEVE_SDK_VERSION, REEVE_ABI_MAJOR,
               REEVE_ABI_MINOR);
    else
        print_help();
    return 0;
}

static int
is_among(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* --name VALUE, --name=VALUE, --flag or the module; moves *at over a value of its own. */
static int
take_argument(struct arguments *arguments, int argc, char **argv, int *at)
{
    const char *given = argv[*at], *equals = strchr(given, '=');
    if (strcmp(given, "-h") == 0)
        given = "--help";
    if (given[0] != '-' || given[1] == '\0')
        return take_word(arguments, given);
    RV_AUTO_FREE char *name = rv_strndup(given, equals ? (size_t)(equals - given) : strlen(given));
    if (!is_among(option_names, name))
        return usage("unknown option", name, rv_nearest(name, option_names));
    if (!is_among(valued, name))
        return equals ? usage("no value goes with", name, NULL) : take_flag(arguments, name);
    if (equals == NULL && *at + 1 == argc)
        return usage("a value is missing behind", name, NULL);
    return take_value(arguments, name, equals ? equals + 1 : argv[++*at]);
}

int
main(int argc, char **argv)
{
    struct arguments arguments = { .timeout_s = 30, .patience = 1 };
    struct conform *conform = &arguments.conform;
    int status = 0;
    conform->given = cJSON_CreateObject();
    for (int i = 1; i < argc && status == 0 && !arguments.done; i++)
        status = take_argument(&arguments, argc, argv, &i);
    if (status == 0 && !arguments.done && conform->path == NULL)
        status = usage("no module is given; it looks like", "reeve-conform build/acme.so", NULL);
    conform->limit_ms = arguments.timeout_s * 1000 * arguments.patience;
    conform->prompt_ms = 2000 * arguments.patience;
    /* Most of these is waiting for nothing: enough is enough. */
    int64_t waiting = arguments.patience < 3 ? arguments.patience : 3;
    conform->watch_ms = 600 * waiting;
    conform->peer_ms = 2000 * waiting;
    if (status == 0 && !arguments.done)
        status = conform->describe ? runner_describe(conform) : runner_run(conform);
    free(conform->path);
    cJSON_Delete(conform->given);
    return status;
}
