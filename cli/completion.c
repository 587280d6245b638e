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
    fputs("_reevectl_valued=' ", out);
    for (const struct cli_command *command = cli_commands; command; command++) {
        const struct cli_option *option = command->name ? command->options : cli_common_options;

        for (; option && option->name; option++) {
            if (!option->value)
                continue;
            fprintf(out, "--%s ", option->name);
            if (option->letter)
                fprintf(out, "-%c ", option->letter);
        }
        if (!command->name)
            break;
    }
    fputs("'\n\n", out);
}

/* -o|--output) ... for every option of any command that takes this sort of value. */
static void
print_value_case(FILE *out, const char *value, const char *action)
{
    char seen[1024] = "|";

    fputs("\t", out);
    for (const struct cli_command *command = cli_commands; command; command++) {
        const struct cli_option *option = command->name ? command->options : cli_common_options;

        for (; option && option->name; option++) {
            RV_AUTO_FREE char *names = option->letter
                                           ? rv_format("-%c|--%s", option->letter, option->name)
                                           : rv_format("--%s", option->name);
            RV_AUTO_FREE char *mark = rv_format("|%s|", names);

            if (!rv_streq(option->value, value) || strstr(seen, mark))
                continue;
            fprintf(out, "%s%s", strlen(seen) > 1 ? "|" : "", names);
            snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s|", names);
        }
        if (!command->name)
            break;
    }
    fprintf(out, ") %s; return ;;\n", action);
}

static void
print_values(FILE *out)
{
    fputs("\tcase $prev in\n", out);
    for (size_t i = 0; i < RV_COUNT(values); i++) {
        RV_AUTO_FREE char *action =
            values[i].words ? rv_format("_reevectl_offer '%s'", values[i].words)
                            : rv_strdup("mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");

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

void
cli_print_bash_completion(FILE *out)
{
    fputs("# bash completion of reevectl, made by: reevectl completion bash\n"
          "# shellcheck shell=bash\n\n",
          out);
    print_kinds(out);
    print_valued(out);
    fputs("_reevectl_offer() {\n"
          "\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
          "}\n\n"
          "_reevectl_names() {\n"
          "\t_reevectl_offer \"$(timeout 2 reevectl get \"$1\" -o name --limit 500 2>/dev/null "
          "| cut -d/ -f2-)\"\n"
          "}\n\n"
          "_reevectl_options() {\n",
          out);
    print_options(out);
    fputs("}\n\n"
          "_reevectl_words() {\n",
          out);
    print_commands(out);
    fputs("\t[ -n \"$1\" ] || verbs=$commands\n"
          "}\n\n"
          "_reevectl() {\n"
          "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "\tlocal words=() verbs='' options='' word before='' command\n"
          "\tCOMPREPLY=()\n"
          "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
          "\t\t[[ $word == -* || $_reevectl_valued == *\" $before \"* ]] || words+=(\"$word\")\n"
          "\t\tbefore=$word\n"
          "\tdone\n",
          out);
    print_values(out);
    fputs("\t_reevectl_words \"${words[0]-}\"\n"
          "\tcommand=${words[0]-}\n"
          "\tif [ -n \"$command\" ] && [ -n \"$verbs\" ]; then\n"
          "\t\t[ ${#words[@]} -gt 1 ] || { _reevectl_offer \"$verbs\"; return; }\n"
          "\t\tcommand+=\" ${words[1]}\"\n"
          "\tfi\n"
          "\tif [[ $cur == -* ]]; then\n"
          "\t\t_reevectl_options \"$command\"\n"
          "\t\t_reevectl_offer \"$options\"\n"
          "\telif [ -z \"$command\" ]; then\n"
          "\t\t_reevectl_offer \"$verbs\"\n"
          "\telse\n"
          "\t\tcase $command:${#words[@]} in\n"
          "\t\tget:1 | describe:1) _reevectl_offer \"$_reevectl_kinds\" ;;\n"
          "\t\tget:* | describe:*) _reevectl_names \"${words[1]}\" ;;\n"
          "\t\tcompletion:1) _reevectl_offer bash ;;\n"
          "\t\t'provider add':* | 'provider list':* | 'provider types':*) ;;\n"
          "\t\tprovider*:2) _reevectl_names providers ;;\n"
          "\t\tesac\n"
          "\tfi\n"
          "}\n\n"
          "complete -F _reevectl reevectl\n",
          out);
}

int
cmd_completion(struct cli *cli)
{
    static const char *const shells[] = { "bash", NULL };

    if (strcmp(cli->words[0], "bash") != 0)
        return cli_usage(cli, "no completion for '%s'%s: there is one for bash", cli->words[0],
                         cli_did_you_mean(cli->words[0], shells, ""));
    cli_print_bash_completion(stdout);
    return CLI_OK;
}
