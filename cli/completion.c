/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl completion SHELL: a script that asks "reevectl complete" (complete.c) what may stand
 * next. All that a script knows is its shell: how to quote, and how to offer names of files.
 */
#include <string.h>
#include "cli.h"

/* compgen -W would expand the words, and names come from clusters: lines are compared instead, and
 * quoted for the command line. */
static const char bash[] =
    "# bash completion of reevectl, made by: reevectl completion bash\n"
    "# shellcheck shell=bash\n"
    "\n"
    "_reevectl() {\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} sort='' line quoted\n"
    "\tCOMPREPLY=()\n"
    "\t[ \"$cur\" != = ] || cur=''\n"
    "\twhile IFS= read -r line; do\n"
    "\t\tif [ -z \"$sort\" ]; then\n"
    "\t\t\tsort=$line\n"
    "\t\t\tcontinue\n"
    "\t\tfi\n"
    "\t\tline=${line%%$'\\t'*}\n"
    "\t\t[[ $line == \"$cur\"* ]] || continue\n"
    "\t\tprintf -v quoted %q \"$line\"\n"
    "\t\tCOMPREPLY+=(\"$quoted\")\n"
    "\tdone < <(reevectl complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "\tif [ \"$sort\" = :files ]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "\t\tcompopt -o filenames 2>/dev/null || true\n"
    "\tfi\n"
    "}\n"
    "\n"
    "complete -F _reevectl reevectl\n";

static const char zsh[] =
    "#compdef reevectl\n"
    "# zsh completion of reevectl, made by: reevectl completion zsh\n"
    "\n"
    "_reevectl() {\n"
    "\tlocal -a lines items\n"
    "\tlocal line name means\n"
    "\tlines=(\"${(@f)$(reevectl complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "\tif [[ $lines[1] == :files ]]; then\n"
    "\t\t_files\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tfor line in \"${(@)lines[2,-1]}\"; do\n"
    "\t\tname=${line%%$'\\t'*}\n"
    "\t\tmeans=''\n"
    "\t\t[[ $line != *$'\\t'* ]] || means=${line#*$'\\t'}\n"
    "\t\titems+=(\"${name//:/\\\\:}${means:+:$means}\")\n"
    "\tdone\n"
    "\t_describe -t words reevectl items\n"
    "}\n"
    "\n"
    "if [[ $funcstack[1] == _reevectl ]]; then\n"
    "\t_reevectl \"$@\"\n"
    "elif (( $+functions[compdef] )); then\n"
    "\tcompdef _reevectl reevectl\n"
    "fi\n";

static const char fish[] = "# fish completion of reevectl, made by: reevectl completion fish\n"
                           "\n"
                           "function __reevectl_complete\n"
                           "\tset -l words (commandline -opc) (commandline -ct)\n"
                           "\tset -l lines (reevectl complete -- $words[2..-1] 2>/dev/null)\n"
                           "\tif test \"$lines[1]\" = :files\n"
                           "\t\t__fish_complete_path (commandline -ct)\n"
                           "\t\treturn\n"
                           "\tend\n"
                           "\tif test (count $lines) -gt 1\n"
                           "\t\tprintf '%s\\n' $lines[2..-1]\n"
                           "\tend\n"
                           "end\n"
                           "\n"
                           "complete -c reevectl -f -a '(__reevectl_complete)'\n";

int
cmd_completion(struct cli *cli)
{
    static const char *const shells[] = { "bash", "zsh", "fish", NULL };
    static const char *const scripts[] = { bash, zsh, fish };

    for (int i = 0; shells[i]; i++) {
        if (strcmp(cli->words[0], shells[i]) != 0)
            continue;
        fputs(scripts[i], stdout);
        return CLI_OK;
    }
    return cli_usage(cli, "no completion for '%s'%s: there is one for bash, zsh and fish",
                     cli->words[0], cli_did_you_mean(cli->words[0], shells, ""));
}
