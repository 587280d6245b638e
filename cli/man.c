/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl man: the manual page in mdoc, from the tables that the help is made from.
 */
#include <string.h>
#include "cli.h"

#define FILL_WIDTH 76

static const char *const head =
    ".\\\" SPDX-License-Identifier: Apache-2.0\n"
    ".\\\" Made by: reevectl man. Do not edit.\n"
    ".Dd November 22, 2026\n"
    ".Dt REEVECTL 1\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm reevectl\n"
    ".Nd ask and tell a Reeve server\n"
    ".Sh SYNOPSIS\n"
    ".Nm\n"
    ".Ar command\n"
    ".Op Ar argument ...\n"
    ".Op Ar option ...\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "speaks to the REST API of\n"
    ".Xr reeved 8 :\n"
    "it lists and watches what is in the clusters and other systems that the\n"
    "server is connected to, and adds, refreshes and deletes these connections.\n"
    "Results go to standard output, messages and progress to standard error.\n"
    ".Pp\n"
    "Options may stand anywhere behind the command, as\n"
    ".Fl -name Ar value ,\n"
    ".Fl -name Ns = Ns Ar value ,\n"
    ".Fl n Ar value\n"
    "or\n"
    ".Fl n Ns Ar value ;\n"
    "letters that take no value may stand together.\n"
    "What follows\n"
    ".Fl -\n"
    "is no option.\n"
    ".Sh COMMANDS\n";

static const char *const tail =
    ".Sh KINDS\n"
    "A kind is named by any word that\n"
    "kubectl\n"
    "takes for it\n"
    ".Pq Cm po , pod , pods , deployment.apps ,\n"
    "by its collection in the API, or by its name in ManageIQ\n"
    ".Pq Cm container_groups , Vm , ext_management_systems .\n"
    "Where both know a word, it means what\n"
    "kubectl\n"
    "means.\n"
    ".Cm reevectl kinds\n"
    "lists them all.\n"
    "Objects of all namespaces are shown, unless\n"
    ".Fl n\n"
    "names one.\n"
    ".Sh FILTER SYNTAX\n"
    "A filter is ATTRIBUTE OPERATOR VALUE with one of the operators\n"
    "= != < <= > >=.\n"
    "In quotes, * and % stand for any text; without quotes, NULL means that there\n"
    "is no value.\n"
    "An attribute of a related object is reached by a dot, as in container_node.name.\n"
    "All filters must hold; one that begins with\n"
    ".Dq or\n"
    "is an alternative to the others.\n"
    ".Sh OUTPUT FORMATS\n"
    ".Bl -tag -width jsonl\n"
    ".It Cm table\n"
    "Columns as\n"
    "kubectl\n"
    "has them; the default on a terminal.\n"
    ".It Cm wide\n"
    "The same with more columns, provider and id among them.\n"
    ".It Cm json\n"
    "An array of the API's documents, or one document when one object was named;\n"
    "the default when standard output is no terminal.\n"
    "With\n"
    ".Fl -watch ,\n"
    "one object a line: its\n"
    ".Cm type\n"
    "is listed, created, updated, archived, restored or deleted, its\n"
    ".Cm object\n"
    "the document.\n"
    ".It Cm jsonl\n"
    "One document a line.\n"
    ".It Cm yaml\n"
    "As json, in YAML.\n"
    ".It Cm csv\n"
    "The table's attributes with values as the API gives them, RFC 4180 with\n"
    "plain newlines.\n"
    "A text that a spreadsheet would take for a formula gets a single quote in front.\n"
    ".It Cm name\n"
    "KIND/NAME, for a kind of Kubernetes exactly as\n"
    "kubectl\n"
    "prints it: pod/web-1, deployment.apps/web.\n"
    ".El\n"
    ".Pp\n"
    "Rows are sorted by namespace and name unless\n"
    ".Fl -sort-by\n"
    "says otherwise.\n"
    "Characters that would drive a terminal are shown as question marks.\n";

static const char *const end = ".Sh SEE ALSO\n"
                               ".Xr reeve.yaml 5 ,\n"
                               ".Xr reeved 8\n";

/* One word of running text; a backslash and a leading dot or quote mean something to mdoc. */
static void
print_word(FILE *out, const char *word, size_t len, int first)
{
    if (first && (*word == '.' || *word == '\''))
        fputs("\\&", out);
    for (size_t i = 0; i < len; i++)
        if (word[i] == '\\')
            fputs("\\e", out);
        else
            fputc(word[i], out);
}

/* Running text: short lines, each sentence on its own. */
static void
fill(FILE *out, const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t len = strcspn(text, " \n");

        if (column > 0 && column + len + 1 > FILL_WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        if (column > 0)
            fputc(' ', out);
        print_word(out, text, len, column == 0);
        column += len + 1;
        if (len > 0 && strchr(".?!", text[len - 1]) && text[len]) {
            fputc('\n', out);
            column = 0;
        }
        text += len + strspn(text + len, " \n");
    }
    if (column > 0)
        fputc('\n', out);
}

static void
print_options(FILE *out, const struct cli_option *options)
{
    if (!options || !options->name)
        return;
    fputs(".Bl -tag -width Ds\n", out);
    for (; options->name; options++) {
        fputs(".It", out);
        if (options->letter)
            fprintf(out, " Fl %c%s%s ,", options->letter, options->value ? " Ar " : "",
                    options->value ? options->value : "");
        fprintf(out, " Fl -%s%s%s\n", options->name, options->value ? " Ar " : "",
                options->value ? options->value : "");
        fill(out, options->help);
    }
    fputs(".El\n", out);
}

static void
print_literal(FILE *out, const char *const *lines)
{
    fputs(".Bd -literal -offset indent\n", out);
    for (; *lines; lines++) {
        print_word(out, *lines, strlen(*lines), 1);
        fputc('\n', out);
    }
    fputs(".Ed\n", out);
}

static void
print_command(FILE *out, const struct cli_command *command)
{
    RV_AUTO_FREE char *usage =
        rv_format("reevectl %s%s%s", command->name, *command->usage ? " " : "", command->usage);
    RV_AUTO_FREE char *summary =
        rv_format("%c%s.", command->summary[0] & ~0x20, command->summary + 1);

    fprintf(out, ".Ss %s\n", command->name);
    print_literal(out, (const char *const[]){ usage, NULL });
    fputs(".Pp\n", out);
    fill(out, summary);
    if (command->text)
        fill(out, command->text);
    print_options(out, command->options);
    if (command->examples) {
        fputs(".Pp\nExamples:\n", out);
        print_literal(out, command->examples);
    }
}

static void
print_manual(FILE *out)
{
    fputs(head, out);
    const struct cli_command *command;

    for (int at = 0; (command = cli_command_at(at)) != NULL; at++)
        if (!command->hidden)
            print_command(out, command);
    fputs(".Ss Options of all commands\n", out);
    print_options(out, cli_common_options);
    fputs(tail, out);
    fputs(".Sh ENVIRONMENT\n.Bl -tag -width XDG_CONFIG_HOME\n", out);
    for (const struct cli_variable *variable = cli_variables; variable->name; variable++) {
        fprintf(out, ".It Ev %s\n", variable->name);
        fill(out, variable->means);
    }
    fputs(".El\n.Sh FILES\n.Bl -tag -width Ds\n.It Pa ~/.config/reeve/config.yaml\n"
          "Servers that were logged in to, with tokens; mode 0600.\n.El\n"
          ".Sh EXIT STATUS\n.Bl -tag -width 130\n",
          out);
    for (const struct cli_exit_code *code = cli_exit_codes; code->means; code++) {
        fprintf(out, ".It %d\n", code->code);
        fill(out, code->means);
    }
    fputs(".El\n", out);
    fputs(end, out);
}

int
cmd_man(struct cli *cli)
{
    (void)cli;
    print_manual(stdout);
    return CLI_OK;
}
