/* SPDX-License-Identifier: Apache-2.0
 *
 * From a command line that is not whole to what may stand next, by the table of commands. Shells'
 * scripts (completion.c) only ask and show.
 */
#include "complete.h"

#include <string.h>
#include "base/log.h"
#include "model/model.h"

/* What an option's value may be, by the word that the help uses for it. */
static const struct {
    const char *value;
    const char *const *words;
} values[] = {
    { "FORMAT",
      (const char *const[]){ "table", "wide", "json", "yaml", "csv", "name", "jsonl", NULL } },
    { "WHEN", (const char *const[]){ "auto", "always", "never", NULL } },
    { "TYPE", (const char *const[]){ "kubernetes", "demo", NULL } },
};

/* Options whose value is the name of an object. */
static const struct {
    const char *option, *kind;
} named[] = {
    { "namespace", "namespaces" },
    { "provider", "providers" },
    { "zone", "zones" },
};

/* What the words of a command are, by its name or the group's. */
static const struct {
    const char *command;
    int position; /* from 0; -1: any */
    const char *kind;
} positions[] = {
    { "provider", 0, "providers" }, { "task", 0, "tasks" },        { "queue", 0, "messages" },
    { "worker", 0, "workers" },     { "role", 0, "server_roles" }, { "zone", 0, "zones" },
};
/* Commands of these groups whose words are new, or of no kind. */
static const char *const no_objects[] = { "provider add", "provider types", "provider list" };

/* Where we are on the line. */
struct place {
    const struct cli_command *command; /* NULL: it is not whole yet */
    char group[64];                    /* its first word when that is a group's; "" */
    const char *words[CLI_MAX_VALUES]; /* of the command, before the one that is wanted */
    int word_count;
    const struct cli_option *option; /* whose value is wanted */
    int no_options;                  /* behind "--" */
    int lost;                        /* there is no such command */
};

void
cli_candidate(const struct cli_candidates *candidates, const char *word, const char *means)
{
    size_t len = strlen(candidates->given);
    if (strncmp(word, candidates->given, len) != 0 || strpbrk(word, "\n\t"))
        return;
    rv_buf_addf(candidates->out, "%s%s", candidates->before, word);
    if (means)
        rv_buf_addf(candidates->out, "\t%.*s", (int)strcspn(means, "\n\t"), means);
    rv_buf_add_char(candidates->out, '\n');
}

static void
offer_words(const struct cli_candidates *candidates, const char *const *words)
{
    for (; *words; words++)
        cli_candidate(candidates, *words, NULL);
}

static const struct cli_option *
find_long(const struct cli_option *options, const char *name, size_t len)
{
    for (; options && options->name; options++)
        if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
            return options;
    return NULL;
}

static const struct cli_option *
find_letter(const struct cli_option *options, char letter)
{
    for (; options && options->name; options++)
        if (options->letter == letter)
            return options;
    return NULL;
}

/* The option whose value the next word is; NULL when it takes none, or has it. */
static const struct cli_option *
waits_for_value(const struct cli_command *command, const char *word)
{
    const struct cli_option *own = command ? command->options : NULL, *found;
    size_t len = strlen(word);
    if (len < 2 || word[0] != '-' || strcmp(word, "--") == 0 || strchr(word, '='))
        return NULL;
    if (word[1] == '-') {
        found = find_long(own, word + 2, len - 2);
        found = found ? found : find_long(cli_common_options, word + 2, len - 2);
    } else {
        found = find_letter(own, word[len - 1]);
        found = found ? found : find_letter(cli_common_options, word[len - 1]);
    }
    return found && found->value ? found : NULL;
}

/* The command whose name is these words and no more. */
static const struct cli_command *
command_named(const char *group, const char *word)
{
    RV_AUTO_FREE char *name = group[0] ? rv_format("%s %s", group, word) : rv_strdup(word);
    const struct cli_command *command;

    for (int at = 0; (command = cli_command_at(at)) != NULL; at++)
        if (!command->hidden && strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

/* A word that is no option: part of the command's name, or of what it works on. */
static void
take_word(struct place *place, const char *word)
{
    if (place->command) {
        place->words[place->word_count++] = word;
        return;
    }
    place->command = command_named(place->group, word);
    if (place->command)
        return;
    if (place->group[0] == '\0' && cli_is_group(word))
        snprintf(place->group, sizeof(place->group), "%s", word);
    else
        place->lost = 1;
}

static void
find_place(struct place *place, const char *const *words, int count)
{
    for (int i = 0; i + 1 < count; i++) {
        const char *word = words[i];
        if (place->option) {
            place->option = NULL;
            continue;
        }
        if (!place->no_options && strcmp(word, "--") == 0)
            place->no_options = 1;
        else if (!place->no_options && word[0] == '-' && word[1])
            place->option = waits_for_value(place->command, word);
        else
            take_word(place, word);
    }
}

static void
offer_options(const struct cli_candidates *candidates, const struct cli_option *options)
{
    for (; options && options->name; options++) {
        RV_AUTO_FREE char *name = rv_format("--%s", options->name);
        cli_candidate(candidates, name, options->help);
    }
}

/* First words, or the verbs of a group; each once. */
static void
offer_commands(const struct cli_candidates *candidates, const char *group)
{
    size_t skip = group[0] ? strlen(group) + 1 : 0;
    const struct cli_command *command;

    for (int at = 0; (command = cli_command_at(at)) != NULL; at++) {
        const char *before = at ? cli_command_at(at - 1)->name : "";
        if (command->hidden ||
            (skip && (strncmp(command->name, group, skip - 1) || command->name[skip - 1] != ' ')))
            continue;
        size_t len = skip + strcspn(command->name + skip, " ");
        int again =
            strncmp(before, command->name, len) == 0 && (!before[len] || before[len] == ' ');
        RV_AUTO_FREE char *word = rv_strndup(command->name + skip, len - skip);
        if (!again)
            cli_candidate(candidates, word, command->name[len] ? NULL : command->summary);
    }
    if (!skip)
        cli_candidate(candidates, "help", "what commands there are");
}

static void
offer_value(struct cli *cli, const struct cli_candidates *candidates,
            const struct cli_option *option, int *files)
{
    for (size_t i = 0; i < RV_COUNT(values); i++)
        if (strcmp(option->value, values[i].value) == 0)
            offer_words(candidates, values[i].words);
    for (size_t i = 0; i < RV_COUNT(named); i++)
        if (strcmp(option->name, named[i].option) == 0)
            cli_complete_names(cli, candidates, named[i].kind);
    *files = strcmp(option->value, "FILE") == 0 || strcmp(option->value, "DIR") == 0;
}

/* "pods", or "pod/web-1" in one word. */
static void
offer_kinds(struct cli *cli, const struct cli_candidates *candidates)
{
    size_t len = strcspn(candidates->given, "/");
    if (candidates->given[len] == '\0') {
        offer_words(candidates, rv_model_words());
        return;
    }
    RV_AUTO_FREE char *kind = rv_strndup(candidates->given, len);
    RV_AUTO_FREE char *before = rv_strndup(candidates->given, len + 1);
    const struct cli_candidates names = { before, candidates->given + len + 1, candidates->out };
    cli_complete_names(cli, &names, kind);
}

/* Names of the first word's kind; of none when that says the name as well. */
static void
offer_named(struct cli *cli, const struct cli_candidates *candidates, const struct place *place)
{
    int whole = strchr(place->words[0], '/') != NULL;
    if (whole && strcmp(place->command->name, "get") == 0)
        offer_kinds(cli, candidates);
    else if (!whole)
        cli_complete_names(cli, candidates, place->words[0]);
}

static int
is_one_of(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return 1;
    return 0;
}

static void
offer_objects(struct cli *cli, const struct cli_candidates *candidates, const struct place *place)
{
    const char *name = place->command->name;
    size_t len = strcspn(name, " ");
    int more = place->word_count < place->command->max_words;
    if (!more || is_one_of(no_objects, RV_COUNT(no_objects), name))
        return;
    for (size_t i = 0; i < RV_COUNT(positions); i++)
        if (strlen(positions[i].command) == len && strncmp(positions[i].command, name, len) == 0 &&
            (positions[i].position < 0 || positions[i].position == place->word_count))
            cli_complete_names(cli, candidates, positions[i].kind);
}

/* A topic or a level, then a level. */
static void
offer_log(const struct cli_candidates *candidates, int before)
{
    for (int i = 0; i < RV_TOPICS && before == 0; i++)
        cli_candidate(candidates, rv_log_topic_name((enum rv_log_topic)i), "topic");
    for (int i = RV_DEBUG; i <= RV_ERROR && before < 2; i++)
        cli_candidate(candidates, rv_log_level_name((enum rv_log_level)i), "level");
    if (before == 1)
        cli_candidate(candidates, "default", "as log.level says");
}

static void
offer_word(struct cli *cli, const struct cli_candidates *candidates, const struct place *place)
{
    static const char *const shells[] = { "bash", "zsh", "fish", NULL };
    const char *name = place->command->name;
    if (strcmp(name, "get") == 0 || strcmp(name, "describe") == 0) {
        if (place->word_count == 0)
            offer_kinds(cli, candidates);
        else
            offer_named(cli, candidates, place);
    } else if (strcmp(name, "completion") == 0) {
        if (place->word_count == 0)
            offer_words(candidates, shells);
    } else if (strcmp(name, "log level") == 0) {
        offer_log(candidates, place->word_count);
    } else if (strncmp(name, "settings ", 9) == 0) {
        if (place->word_count < place->command->max_words)
            cli_complete_settings(cli, candidates);
    } else {
        offer_objects(cli, candidates, place);
    }
}

static int
is_long_with_value(const char *word)
{
    return strncmp(word, "--", 2) == 0 && strchr(word, '=');
}

/* "--output=js" in one word. */
static void
offer_joined(struct cli *cli, rv_buf *out, const struct cli_command *command, const char *given,
             int *files)
{
    size_t len = strcspn(given, "=");
    RV_AUTO_FREE char *name = rv_strndup(given, len);
    RV_AUTO_FREE char *before = rv_strndup(given, len + 1);
    const struct cli_option *option = waits_for_value(command, name);
    const struct cli_candidates candidates = { before, given + len + 1, out };
    if (option)
        offer_value(cli, &candidates, option, files);
}

/* bash takes "--output=js" apart at the '=': as if it had been a word of its own. */
static int
join(const char **joined, const char *const *words, int count)
{
    int out = 0;
    for (int i = 0; i < count && out < CLI_MAX_VALUES; i++) {
        int bare = strcmp(words[i], "=") == 0 && out > 0 && strncmp(joined[out - 1], "--", 2) == 0;
        if (bare && i + 1 < count)
            continue;
        joined[out++] = bare ? "" : words[i];
    }
    return out;
}

void
cli_complete(struct cli *cli, const char *const *words, int count, rv_buf *out, int *files)
{
    const char *joined[CLI_MAX_VALUES + 1] = { "" };
    struct place place = { .command = NULL };
    count = join(joined, words, count);
    const char *given = count > 0 ? joined[count - 1] : "";
    const struct cli_candidates candidates = { "", given, out };
    *files = 0;
    find_place(&place, joined, count);
    if (!place.option && !place.no_options && is_long_with_value(given)) {
        offer_joined(cli, out, place.command, given, files);
    } else if (place.option) {
        offer_value(cli, &candidates, place.option, files);
    } else if (given[0] == '-' && !place.no_options) {
        if (place.command)
            offer_options(&candidates, place.command->options);
        offer_options(&candidates, cli_common_options);
    } else if (place.command == NULL && !place.lost) {
        offer_commands(&candidates, place.group);
    } else if (place.command) {
        offer_word(cli, &candidates, &place);
    }
}

/* First ":files" or ":words", then the candidates. */
int
cmd_complete(struct cli *cli)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(4u << 20);
    int files = 0;
    cli_complete(cli, cli->words, cli->word_count, &out, &files);
    puts(files ? ":files" : ":words");
    fputs(rv_buf_text(&out), stdout);
    return CLI_OK;
}
