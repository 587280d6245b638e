/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl completion bash: a completion script from the table of commands and the dictionary.
 * Names of objects are asked of the server, for two seconds at most.
 */
#include <string.h>
#include "cli.h"
#include "model/model.h"

/* What an option's value may be, by the word that the help uses for it. */
static const struct {
    const char *value, *words;
} values[] = {
    { "FORMAT", "table wide json yaml csv name jsonl" },
    { "WHEN", "auto always never" },
    { "TYPE", "kubernetes demo" },
    { "FILE", NULL }, /* file names */
};

/* Option tables of all commands, then the common one; NULL behind it. */
static const struct cli_option *
option_table(int index)
{
    for (const struct cli_command *command = cli_commands; command->name; command++)
        if (index-- == 0)
            return command->options;
    return index == 0 ? cli_common_options : NULL;
}

static void
print_commands(FILE *out)
{
    fputs("\tlocal commands='", out);
    for (const struct cli_command *command = cli_commands; command->name; command++) {
        size_t len = strcspn(command->name, " ");
        int again = command != cli_commands && strncmp(command[-1].name, command->name, len) == 0 &&
                    command[-1].name[len] == ' ';

        if (!command->hidden && !again)
            fprintf(out, "%s%.*s", command == cli_commands ? "" : " ", (int)len, command->name);
    }
    fputs(" help'\n\tcase $1 in\n", out);
    for (const struct cli_command *command = cli_commands; command->name; command++) {
        size_t len = strcspn(command->name, " ");
        int again = command != cli_commands && strncmp(command[-1].name, command->name, len) == 0;

        if (!command->name[len])
            continue;
        if (!again)
            fprintf(out, "\t%.*s) verbs='", (int)len, command->name);
        fprintf(out, "%s%s", again ? " " : "", command->name + len + 1);
        if (!command[1].name || strncmp(command[1].name, command->name, len) != 0)
            fputs("' ;;\n", out);
    }
    fputs("\tesac\n", out);
}

static void
print_option_names(FILE *out, const struct cli_option *options)
{
    for (; options && options->name; options++) {
        if (options->letter)
            fprintf(out, " -%c", options->letter);
        fprintf(out, " --%s", options->name);
    }
}

static void
print_options(FILE *out)
{
    fputs("\tcase $1 in\n", out);
    for (const struct cli_command *command = cli_commands; command->name; command++) {
        if (command->hidden)
            continue;
        fprintf(out, "\t'%s') options='", command->name);
        print_option_names(out, command->options);
        print_option_names(out, cli_common_options);
        fputs("' ;;\n", out);
    }
    fputs("\tesac\n", out);
}

/* Options whose next word is their value, blanks around each. */
static void
print_valued(FILE *out)
{
    const struct cli_option *option;

    fputs("_reevectl_valued=' ", out);
    for (int i = 0; (option = option_table(i)) != NULL; i++) {
        for (; option->name; option++) {
            if (option->value)
                fprintf(out, "--%s ", option->name);
            if (option->value && option->letter)
                fprintf(out, "-%c ", option->letter);
        }
    }
    fputs("'\n\n", out);
}

/* "-o|--output|..." of all options that take this sort of value, each once, then what to do. */
static void
print_value_case(FILE *out, const char *value, const char *action)
{
    RV_AUTO_BUF rv_buf names = rv_buf_limited(4096);
    const struct cli_option *option;

    for (int i = 0; (option = option_table(i)) != NULL; i++) {
        for (; option->name; option++) {
            RV_AUTO_FREE char *name = rv_format("--%s | ", option->name);

            if (!rv_streq(option->value, value) || strstr(rv_buf_text(&names), name))
                continue;
            if (option->letter)
                rv_buf_addf(&names, "-%c | ", option->letter);
            rv_buf_add_string(&names, name);
        }
    }
    fprintf(out, "\t%.*s) %s; return ;;\n", (int)names.len - 3, rv_buf_text(&names), action);
}

static void
print_values(FILE *out)
{
    fputs("\tcase $prev in\n", out);
    for (size_t i = 0; i < RV_COUNT(values); i++) {
        RV_AUTO_FREE char *action = values[i].words
                                        ? rv_format("_reevectl_offer_words '%s'", values[i].words)
                                        : rv_strdup("_reevectl_offer_files");

        print_value_case(out, values[i].value, action);
    }
    print_value_case(out, "NAME", ":");
    fputs("\tesac\n", out);
}

static void
print_kinds(FILE *out)
{
    fputs("_reevectl_kinds='", out);
    for (const char *const *word = rv_model_words(); *word; word++)
        fprintf(out, "%s%s", word == rv_model_words() ? "" : " ", *word);
    fputs("'\n\n", out);
}

/* compgen -W would expand the words, and names come from clusters: lines are compared instead, and
 * quoted for the command line. */
static const char functions[] =
    "_reevectl_offer() { # lines of standard input\n"
    "\tlocal line quoted\n"
    "\twhile IFS= read -r line; do\n"
    "\t\t[[ $line == \"$cur\"* ]] || continue\n"
    "\t\tprintf -v quoted %q \"$line\"\n"
    "\t\tCOMPREPLY+=(\"$quoted\")\n"
    "\tdone\n"
    "}\n\n"
    "_reevectl_offer_words() {\n"
    "\t_reevectl_offer <<<\"${1// /$'\\n'}\"\n"
    "}\n\n"
    "_reevectl_offer_files() {\n"
    "\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "\tcompopt -o filenames 2>/dev/null || true\n"
    "}\n\n"
    "_reevectl_offer_names() {\n"
    "\t_reevectl_offer < <(timeout 2 reevectl get \"$1\" -o name --limit 500 2>/dev/null |\n"
    "\t\tcut -d/ -f2-)\n"
    "}\n\n";

static const char main_function_head[] =
    "_reevectl() {\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "\tlocal words=() verbs='' options='' word before='' command\n"
    "\tCOMPREPLY=()\n"
    "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
    "\t\t[[ $word == -* || $_reevectl_valued == *\" $before \"* ]] || words+=(\"$word\")\n"
    "\t\tbefore=$word\n"
    "\tdone\n";

static const char main_function_tail[] =
    "\t_reevectl_words \"${words[0]-}\"\n"
    "\tcommand=${words[0]-}\n"
    "\tif [ -n \"$command\" ] && [ -n \"$verbs\" ]; then\n"
    "\t\t[ ${#words[@]} -gt 1 ] || { _reevectl_offer_words \"$verbs\"; return; }\n"
    "\t\tcommand+=\" ${words[1]}\"\n"
    "\tfi\n"
    "\tif [[ $cur == -* ]]; then\n"
    "\t\t_reevectl_options \"$command\"\n"
    "\t\t_reevectl_offer_words \"$options\"\n"
    "\telif [ -z \"$command\" ]; then\n"
    "\t\t_reevectl_offer_words \"$verbs\"\n"
    "\telse\n"
    "\t\tcase $command:${#words[@]} in\n"
    "\t\tget:1 | describe:1) _reevectl_offer_words \"$_reevectl_kinds\" ;;\n"
    "\t\tget:* | describe:*) _reevectl_offer_names \"${words[1]}\" ;;\n"
    "\t\tcompletion:1) _reevectl_offer_words bash ;;\n"
    "\t\t'provider add':* | 'provider list':* | 'provider types':*) ;;\n"
    "\t\tprovider*:2) _reevectl_offer_names providers ;;\n"
    "\t\tesac\n"
    "\tfi\n"
    "}\n\n"
    "complete -F _reevectl reevectl\n";

static void
print_bash(FILE *out)
{
    fputs("# bash completion of reevectl, made by: reevectl completion bash\n"
          "# shellcheck shell=bash\n\n",
          out);
    print_kinds(out);
    print_valued(out);
    fputs(functions, out);
    fputs("_reevectl_options() {\n", out);
    print_options(out);
    fputs("}\n\n_reevectl_words() {\n", out);
    print_commands(out);
    fputs("\t[ -n \"$1\" ] || verbs=$commands\n}\n\n", out);
    fputs(main_function_head, out);
    print_values(out);
    fputs(main_function_tail, out);
}

int
cmd_completion(struct cli *cli)
{
    static const char *const shells[] = { "bash", NULL };

    if (strcmp(cli->words[0], "bash") != 0)
        return cli_usage(cli, "no completion for '%s'%s: there is one for bash", cli->words[0],
                         cli_did_you_mean(cli->words[0], shells, ""));
    print_bash(stdout);
    return CLI_OK;
}
