/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate lint: what is wrong with methods and the files around them, with file and line.
 */
#include <string.h>
#include <sys/stat.h>
#include "automate_files.h"
#include "query/expression.h"
#include "resolve/check.h"
#include "tree/check.h"

struct lint {
    struct rv_script *script;
    struct cli_domains domains;
    struct rv_ae_tree *shipped; /* what may be referred to; NULL: it is not there */
    const char *file;           /* that is looked at */
    const struct rv_ae_method *method;
    char *folder; /* that notes are about; NULL: not asked for */
    int mistakes, files;
};

static void
show(const char *file, int line, const char *sort, const char *text)
{
    RV_AUTO_BUF rv_buf out = rv_buf_limited(64 << 10);
    if (line > 0)
        rv_buf_addf(&out, "%s:%d: %s%s", file, line, sort, text);
    else
        rv_buf_addf(&out, "%s: %s%s", file, sort, text);
    RV_AUTO_BUF rv_buf clean = rv_buf_limited(256 << 10);
    cli_clean_line(&clean, rv_buf_text(&out));
    puts(rv_buf_text(&clean));
}

/* Of the reader of domains; its paths are below the domain's folder, or in an archive. A document
 * is called by its own name. */
static void
note(void *arg, enum rv_ae_note_level level, const char *file, int line, const char *text)
{
    struct lint *lint = arg;
    int wrong = level == RV_AE_NOTE_ERROR;
    if (!lint->folder)
        return;
    RV_AUTO_FREE char *path =
        rv_streq(file, lint->folder) ? rv_strdup(file) : rv_format("%s/%s", lint->folder, file);
    lint->mistakes += wrong;
    show(path, line, wrong ? "" : "warning: ", text);
}

static int
is_embedded(const struct rv_ae_method *method, const char *global)
{
    for (size_t i = 0; method && i < method->embedded_count; i++) {
        const char *slash = strrchr(method->embedded[i], '/');
        if (rv_streq(slash ? slash + 1 : method->embedded[i], global))
            return 1;
    }
    return 0;
}

static int
is_of_tests(const char *file, const char *global)
{
    return cli_ends_with(file, "_test.lua") &&
           (rv_streq(global, "test") || rv_streq(global, "expect"));
}

static void
remark(void *arg, int line, const char *global, const char *text)
{
    struct lint *lint = arg;
    if (is_embedded(lint->method, global) || is_of_tests(lint->file, global))
        return;
    lint->mistakes++;
    show(lint->file, line, "", text);
}

/* A text that does not compile is said by the error: it has file and line. */
static int
look_at(struct lint *lint, const char *file, rv_err *err)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_AE_FILE_MAX);
    const struct cli_domain *domain = NULL;
    rv_err wrong = RV_ERR_INIT;
    if (rv_buf_read_file(&text, file, err) || cli_domains_of(&lint->domains, file, &domain, err))
        return err->code;
    lint->file = file;
    lint->method = domain ? cli_method_of(domain, file) : NULL;
    lint->files++;
    if (!rv_script_globals(lint->script, file, rv_buf_text(&text), text.len, remark, lint, &wrong))
        return 0;
    lint->mistakes++;
    RV_AUTO_BUF rv_buf clean = rv_buf_limited(256 << 10);
    cli_clean_line(&clean, wrong.text);
    puts(rv_buf_text(&clean));
    return 0;
}

/* What lies around the methods: the files of each domain in a folder. */
static int
look_at_domain(struct lint *lint, const char *file, rv_err *err)
{
    const struct cli_domain *domain;
    lint->folder = rv_strndup(file, strlen(file) - strlen("/__domain__.yaml"));
    int code = cli_domains_of(&lint->domains, file, &domain, err);
    free(lint->folder);
    lint->folder = NULL;
    return code;
}

static void
check_expression(struct lint *lint, const struct rv_ae_method *method)
{
    struct rv_arena *arena = rv_arena_new(0);
    struct rv_expression *expression = NULL;
    rv_err wrong = RV_ERR_INIT;
    if (method->location && rv_strcaseeq(method->location, "expression") &&
        rv_expression_parse(&expression, arena, method->data ? method->data : "", method->data_len,
                            &wrong) < 0) {
        RV_AUTO_FREE char *text = rv_format("method '%s': %s", method->name, wrong.text);
        note(lint, RV_AE_NOTE_ERROR, method->at.file ? method->at.file : "", method->at.line, text);
    }
    rv_arena_free(arena);
}

static void
check_expressions(struct lint *lint, const struct rv_ae_tree *tree)
{
    for (size_t i = 0; i < tree->domain_count; i++)
        for (size_t j = 0; j < tree->domains[i].class_count; j++) {
            const struct rv_ae_tree_class *class = &tree->domains[i].classes[j];
            for (size_t k = 0; k < class->method_count; k++)
                check_expression(lint, &class->methods[k]);
        }
}

static void
check_tree(struct lint *lint, const struct rv_ae_tree *tree, const struct rv_ae_tree **others,
           size_t count)
{
    const struct rv_ae_notes notes = { .note = note, .arg = lint };
    rv_ae_tree_check(tree, others, count, &notes);
    rv_ws_check_tree(tree, &notes);
    check_expressions(lint, tree);
}

/* What it says that cannot be right, knowing all other domains that were read. */
static int
check_domain(struct lint *lint, const char *file, rv_err *err)
{
    const struct rv_ae_tree **others = rv_alloc((lint->domains.count + 2) * sizeof(*others));
    const struct cli_domain *domain = NULL;
    size_t count = 0;
    int code = cli_domains_of(&lint->domains, file, &domain, err);
    for (size_t i = 0; domain && i < lint->domains.count; i++)
        if (lint->domains.list[i].tree != domain->tree)
            others[count++] = lint->domains.list[i].tree;
    if (lint->shipped)
        others[count++] = lint->shipped;
    lint->folder = rv_strndup(file, strlen(file) - strlen("/__domain__.yaml"));
    if (domain && domain->tree)
        check_tree(lint, domain->tree, others, count);
    free(lint->folder);
    lint->folder = NULL;
    free(others);
    return code;
}

/* An archive or a document, as import takes them; of texts that do not compile the first is told.
 */
static int
look_into(struct lint *lint, const char *file, rv_err *err)
{
    const struct rv_ae_notes notes = { .note = note, .arg = lint };
    const struct rv_ae_tree *others[] = { lint->shipped };
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    rv_err wrong = RV_ERR_INIT;
    lint->folder = rv_strdup(file);
    if (rv_ae_tree_read(&tree, file, &notes, err) == 0) {
        check_tree(lint, tree, others, lint->shipped != NULL);
        if (cli_methods_compile(tree, &wrong) < 0) {
            lint->mistakes++;
            show(file, 0, "", wrong.text);
        }
    }
    free(lint->folder);
    lint->folder = NULL;
    lint->files++;
    return err->code;
}

static int
look_below(struct lint *lint, const char *word, rv_err *err)
{
    struct stat info;
    if (!cli_ends_with(word, ".lua") && stat(word, &info) == 0 && S_ISREG(info.st_mode))
        return look_into(lint, word, err);
    struct cli_paths domains = { 0 }, files = { 0 };
    if (!cli_ends_with(word, ".lua"))
        cli_paths_find(&domains, word, "/__domain__.yaml", err);
    for (size_t i = 0; i < domains.count && !err->code; i++)
        look_at_domain(lint, domains.paths[i], err);
    for (size_t i = 0; i < domains.count && !err->code; i++)
        check_domain(lint, domains.paths[i], err);
    if (!err->code)
        cli_paths_find(&files, word, ".lua", err);
    for (size_t i = 0; i < files.count && !err->code; i++)
        look_at(lint, files.paths[i], err);
    cli_paths_free(&domains);
    cli_paths_free(&files);
    return err->code;
}

int
cmd_automate_lint(struct cli *cli)
{
    struct lint lint = { 0 };
    const struct rv_ae_notes notes = { .note = note, .arg = &lint };
    rv_err err = RV_ERR_INIT;
    lint.domains.notes = &notes;
    cli_script_open(&lint.script, &err);
    lint.shipped = cli_shipped();
    for (int i = 0; i < cli->word_count && !err.code; i++)
        look_below(&lint, cli->words[i], &err);
    cli_domains_free(&lint.domains);
    rv_script_close(lint.script);
    rv_ae_tree_free(lint.shipped);
    if (err.code)
        return cli_failed(&err);
    if (lint.mistakes)
        cli_warn("%d mistake%s in %d file%s", lint.mistakes, lint.mistakes == 1 ? "" : "s",
                 lint.files, lint.files == 1 ? "" : "s");
    else
        cli_say("no mistakes in %d file%s", lint.files, lint.files == 1 ? "" : "s");
    return lint.mistakes ? CLI_FAILURE : CLI_OK;
}
