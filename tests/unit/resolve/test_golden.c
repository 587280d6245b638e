/* SPDX-License-Identifier: Apache-2.0
 *
 * Each file of golden/ is a test: a sentence that names it, definitions, and paths with what
 * resolving them does. REEVE_GOLDEN=write puts in what it does now, for a person to read.
 *
 *   # the sentence
 *   == definitions
 *   ...                          (table.h, run.h)
 *   == run /A/B/C/x?y=1#message  the trace is behind it
 *   == again 60                  the same path goes on from what was kept, so many seconds later
 *   == simulate /A/B/C/x         without running methods
 *   == disable Domain / == enable Domain
 */
#include "run.h"

#include "../base/check.h"
#include <dirent.h>
#include "base/mem.h"
#include "base/text.h"

enum { FILES_MAX = 200 };

struct section {
    char *title, *text;
};

static char *
next_section(char **rest, struct section *out)
{
    char *at = *rest;
    if (at == NULL)
        return NULL;
    char *end_of_title = strchr(at, '\n');
    char *next = strstr(at, "\n== ");
    out->title = at;
    if (end_of_title)
        *end_of_title = '\0';
    out->text = end_of_title && end_of_title != next ? end_of_title + 1 : at + strlen(at);
    if (next)
        *next = '\0';
    *rest = next ? next + 4 : NULL;
    return at;
}

static void
compare(const char *path, const char *title, const char *expected, const rv_buf *trace)
{
    size_t len = trace->len;
    while (len && trace->data[len - 1] == '\n')
        len--;
    size_t expected_len = strlen(expected);
    while (expected_len && expected[expected_len - 1] == '\n')
        expected_len--;
    if (len != expected_len || memcmp(expected, rv_buf_text(trace), len) != 0)
        fail_msg("%s, %s:\n%.*s\n--- but it was ---\n%.*s", path, title, (int)expected_len,
                 expected, (int)len, rv_buf_text(trace));
}

struct walk {
    const char *path;
    struct run run;
    char *uri;
    rv_buf out; /* the file anew */
    int writes;
};

static void
check(struct walk *walk, const struct section *section)
{
    rv_buf_addf(&walk->out, "== %s\n%s\n", section->title, rv_buf_text(&walk->run.trace));
    if (!walk->writes)
        compare(walk->path, section->title, section->text, &walk->run.trace);
}

static void
run_section(struct walk *walk, struct section *section)
{
    const char *title = section->title;
    if (strncmp(title, "disable ", 8) == 0 || strncmp(title, "enable ", 7) == 0) {
        table_enable(walk->run.table, strchr(title, ' ') + 1, *title == 'e');
        rv_buf_addf(&walk->out, "== %s\n", title);
        return;
    }
    walk->run.simulates = strncmp(title, "simulate ", 9) == 0;
    if (strncmp(title, "again ", 6) == 0) {
        rv_err err = RV_ERR_INIT;
        int64_t seconds;
        assert_int_equal(rv_parse_int(&seconds, title + 6, &err), 0);
        walk->run.now_ms += seconds * 1000;
        run_path(&walk->run, walk->uri, 0);
    } else {
        free(walk->uri);
        walk->uri = rv_strdup(strchr(title, ' ') + 1);
        run_path(&walk->run, walk->uri, 1);
    }
    check(walk, section);
}

static void
file_says_what_happens(void **state)
{
    const char *path = *state;
    const char *mode = getenv("REEVE_GOLDEN");
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1 << 20);
    rv_err err = RV_ERR_INIT;
    assert_int_equal(rv_buf_read_file(&text, path, &err), 0);
    char *rest = text.data;
    struct section section;
    struct walk walk = { .path = path,
                         .out = rv_buf_limited(1 << 20),
                         .writes = mode && strcmp(mode, "write") == 0 };
    next_section(&rest, &section);
    rv_buf_addf(&walk.out, "%s\n", section.title);
    assert_non_null(next_section(&rest, &section));
    assert_string_equal(section.title, "definitions");
    rv_buf_addf(&walk.out, "== definitions\n%s\n", section.text);
    run_init(&walk.run, section.text);
    while (next_section(&rest, &section))
        run_section(&walk, &section);
    if (walk.writes) {
        RV_AUTO_FILE FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(rv_buf_text(&walk.out), file);
    }
    run_free(&walk.run);
    rv_buf_free(&walk.out);
    free(walk.uri);
}

/* The sentence of a file, without its "# ". */
static char *
sentence_of(const char *path)
{
    char line[256];
    RV_AUTO_FILE FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof(line), file) == NULL || line[0] != '#')
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return rv_strdup(line + 2);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int
main(void)
{
    static struct CMUnitTest tests[FILES_MAX];
    char *paths[FILES_MAX];
    size_t count = 0;
    DIR *folder = opendir(REEVE_SOURCE_DIR "/tests/unit/resolve/golden");
    if (folder == NULL)
        return 1;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && count < FILES_MAX;)
        if (entry->d_name[0] != '.')
            paths[count++] =
                rv_format(REEVE_SOURCE_DIR "/tests/unit/resolve/golden/%s", entry->d_name);
    closedir(folder);
    qsort(paths, count, sizeof(paths[0]), by_name);
    for (size_t i = 0; i < count; i++) {
        char *sentence = sentence_of(paths[i]);
        tests[i] = (struct CMUnitTest){ .name = sentence ? sentence : paths[i],
                                        .test_func = file_says_what_happens,
                                        .initial_state = paths[i] };
    }
    int failed = count == 0 ? 1 : _cmocka_run_group_tests("golden", tests, count, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        if (tests[i].name != paths[i])
            free((void *)(uintptr_t)tests[i].name);
        free(paths[i]);
    }
    return failed;
}
