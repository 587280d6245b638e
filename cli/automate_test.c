/* SPDX-License-Identifier: Apache-2.0
 *
 * reevectl automate test: runs NAME_test.lua on the method NAME.lua beside it.
 */
#include <string.h>
#include "automate_files.h"
#include "script/test.h"

struct testing {
    struct rv_script *script;
    struct cli_domains domains;
    const struct cli_domain *domain;
    const struct rv_ae_method *method;
    int count, failed;
};

static void
show(const char *format, const char *text, int64_t took_us)
{
    RV_AUTO_BUF rv_buf clean = rv_buf_limited(256 << 10);
    cli_clean_line(&clean, text);
    if (took_us >= 0)
        printf("%s%s (%.1f ms)\n", format, rv_buf_text(&clean), (double)took_us / 1000);
    else
        printf("%s%s\n", format, rv_buf_text(&clean));
}

static void
report(void *arg, const char *name, const char *error, int64_t took_us)
{
    (void)arg;
    show(error ? "FAIL  " : "ok    ", name, took_us);
    if (error)
        show("      ", error, -1);
}

static int
find_library(void *arg, const char *path, const struct rv_ae_method **out, rv_err *err)
{
    const struct testing *t = arg;
    *out = t->domain ? cli_find_method(t->domain, t->method->class, path) : NULL;
    if (*out)
        return 0;
    return rv_fail(err, RV_E_NOT_FOUND, "no method '%s' in the domain of this file", path);
}

/* What the domain says of the method, or as much as the file alone does; *own holds that. */
static int
find_method(struct testing *t, const char *file, struct rv_ae_method *own, rv_buf *text,
            rv_err *err)
{
    if (cli_domains_of(&t->domains, file, &t->domain, err))
        return err->code;
    t->method = t->domain ? cli_method_of(t->domain, file) : NULL;
    if (t->method && t->method->data)
        return 0;
    if (rv_buf_read_file(text, file, err))
        return rv_wrap(err, "the method of the test");
    *own = (struct rv_ae_method){ .name = file,
                                  .data = rv_buf_text(text),
                                  .data_len = text->len,
                                  .class = t->method ? t->method->class : NULL };
    t->method = own;
    return 0;
}

static char *
object_path(const struct rv_ae_method *method)
{
    const struct rv_ae_class *class = method->class;
    if (!class || !class->domain)
        return NULL;
    return rv_format("/%s/%s/test", class->domain->name, class->path);
}

static int
run_file(struct testing *t, const char *file, rv_err *err)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(RV_AE_FILE_MAX),
                       tested = rv_buf_limited(RV_AE_FILE_MAX);
    RV_AUTO_FREE char *method_file =
        rv_format("%.*s.lua", (int)(strlen(file) - strlen("_test.lua")), file);
    struct rv_ae_method own;
    if (rv_buf_read_file(&text, file, err) || find_method(t, method_file, &own, &tested, err))
        return err->code;
    RV_AUTO_FREE char *path = object_path(t->method);
    const struct rv_ae_method test = { .name = file,
                                       .data = rv_buf_text(&text),
                                       .data_len = text.len };
    struct rv_script_tests tests = { .file = &test,
                                     .method = t->method,
                                     .path = path,
                                     .library = find_library,
                                     .library_arg = t,
                                     .report = report };
    rv_err wrong = RV_ERR_INIT;
    if (rv_script_test(t->script, &tests, &wrong)) {
        tests.count++;
        tests.failed++;
        report(NULL, file, wrong.text, 0);
    }
    t->count += tests.count;
    t->failed += tests.failed;
    return 0;
}

/* NAME.lua is tested by NAME_test.lua. */
static int
find_files(struct cli_paths *out, const char *word, rv_err *err)
{
    if (!cli_ends_with(word, ".lua") || cli_ends_with(word, "_test.lua"))
        return cli_paths_find(out, word, "_test.lua", err);
    RV_AUTO_FREE char *beside = rv_format("%.*s_test.lua", (int)(strlen(word) - 4), word);
    int code = cli_paths_find(out, beside, "_test.lua", err);
    return code == RV_E_NOT_FOUND
               ? rv_hint(err, "the test of method NAME.lua is NAME_test.lua beside it")
               : code;
}

int
cmd_automate_test(struct cli *cli)
{
    struct testing t = { 0 };
    struct cli_paths files = { 0 };
    rv_err err = RV_ERR_INIT;
    cli_script_open(&t.script, &err);
    for (int i = 0; i < cli->word_count && !err.code; i++)
        find_files(&files, cli->words[i], &err);
    if (!err.code && files.count == 0) {
        rv_fail(&err, RV_E_NOT_FOUND, "no file *_test.lua in '%s'", cli->words[0]);
        rv_hint(&err, "the test of method NAME.lua is NAME_test.lua beside it");
    }
    for (size_t i = 0; i < files.count && !err.code; i++)
        run_file(&t, files.paths[i], &err);
    cli_paths_free(&files);
    cli_domains_free(&t.domains);
    rv_script_close(t.script);
    if (err.code)
        return cli_failed(&err);
    cli_say("%d test%s, %d failed", t.count, t.count == 1 ? "" : "s", t.failed);
    return t.failed ? CLI_FAILURE : CLI_OK;
}
