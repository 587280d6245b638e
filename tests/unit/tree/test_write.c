/* SPDX-License-Identifier: Apache-2.0
 *
 * Trees that are written: every carrier gives back what was put in.
 */
#include "../base/check.h"

#include "base/mem.h"
#include "support/support.h"
#include "tree/emit.h"
#include "tree/node.h"
#include "tree/write.h"
#include "tree/zip.h"

#define ACME REEVE_SOURCE_DIR "/tests/data/automate"

static struct rv_ae_tree *
read_tree(const char *path)
{
    rv_err err = RV_ERR_INIT;
    struct rv_ae_tree *tree;

    if (rv_ae_tree_read(&tree, path, NULL, &err) < 0)
        fail_msg("%s", err.text);
    return tree;
}

static int
add_file(void *arg, const char *path, const char *text, size_t len, rv_err *err)
{
    (void)err;
    rv_buf_addf(arg, "=== %s\n", path);
    rv_buf_add(arg, text, len);
    return 0;
}

/* Everything of a tree as one text, for comparing. */
static char *
everything(const struct rv_ae_tree *tree)
{
    rv_err err = RV_ERR_INIT;
    rv_buf out = rv_buf_limited(1 << 20);

    if (rv_ae_tree_files(tree, add_file, &out, &err) < 0)
        fail_msg("%s", err.text);
    return rv_buf_take_string(&out);
}

static void
what_is_written_is_read_as_the_same(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char *dir = rv_test_dir();
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);
    int64_t changed = 0, again = 0;

    if (rv_ae_tree_write_dir(tree, dir, &changed, &err) < 0 ||
        rv_ae_tree_write_dir(tree, dir, &again, &err) < 0)
        fail_msg("%s", err.text);
    RV_AUTO_AE_TREE struct rv_ae_tree *back = read_tree(dir);
    RV_AUTO_FREE char *before = everything(tree), *after = everything(back);
    rv_test_dir_remove(dir);
    assert_string_equal(before, after);
    assert_int_equal(changed, 18);
    assert_int_equal(again, 0);
    assert_contains(before, "=== Acme/System/Event/EmsEvent/Demo.class/_missing.yaml\n---\n"
                            "object_type: instance\nversion: 1.0\nobject:\n  attributes:\n"
                            "    display_name:\n    name: '.missing'\n");
}

static void
archives_and_single_document_carry_the_same_as_the_directory(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME), *one = NULL, *two = NULL;
    RV_AUTO_AE_TREE struct rv_ae_tree *three = NULL;
    RV_AUTO_BUF rv_buf zip = rv_buf_limited(1 << 20), single = rv_buf_limited(1 << 20);
    RV_AUTO_BUF rv_buf tar = rv_buf_limited(1 << 20);

    if (rv_ae_tree_write_zip(tree, &zip, &err) < 0 ||
        rv_ae_tree_write_single(tree, &single, &err) < 0 ||
        rv_ae_tree_write_tar(tree, &tar, &err) < 0 ||
        rv_ae_tree_parse(&three, rv_buf_text(&tar), tar.len, NULL, &err) < 0 ||
        rv_ae_tree_parse(&one, rv_buf_text(&zip), zip.len, NULL, &err) < 0 ||
        rv_ae_tree_parse(&two, rv_buf_text(&single), single.len, NULL, &err) < 0)
        fail_msg("%s", err.text);
    RV_AUTO_FREE char *from_dir = everything(tree), *from_zip = everything(one),
                      *from_single = everything(two), *from_tar = everything(three);
    assert_string_equal(from_dir, from_tar);
    assert_string_equal(from_dir, from_zip);
    assert_string_equal(from_dir, from_single);
}

static void
pythons_zipfile_reads_our_archives_and_we_read_its(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char *dir = rv_test_dir();
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME), *back = NULL;
    RV_AUTO_BUF rv_buf zip = rv_buf_limited(1 << 20);
    RV_AUTO_FREE char *in = rv_format("%s/in.zip", dir), *out = rv_format("%s/out.zip", dir);
    const char *const argv[] = {
        "/usr/bin/python3",
        "-c",
        "import sys, zipfile\n"
        "i = zipfile.ZipFile(sys.argv[1]); assert i.testzip() is None\n"
        "o = zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED); o.comment = b'a comment'\n"
        "for n in i.namelist(): o.writestr(n, i.read(n))\n"
        "o.close()",
        in,
        out,
        NULL
    };
    FILE *file = fopen(in, "w");

    if (rv_ae_tree_write_zip(tree, &zip, &err) < 0)
        fail_msg("%s", err.text);
    fwrite(zip.data, 1, zip.len, file);
    fclose(file);
    assert_int_equal(rv_test_run(argv, NULL, NULL, NULL), 0);
    back = read_tree(out);
    rv_test_dir_remove(dir);
    RV_AUTO_FREE char *before = everything(tree), *after = everything(back);
    assert_string_equal(before, after);
}

static void
a_definition_that_is_gone_takes_its_file_along_and_other_files_stay(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    char *dir = rv_test_dir();
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = read_tree(ACME);
    RV_AUTO_FREE char *notes = rv_format("%s/Acme/Integration/Mail.class/notes.txt", dir);
    RV_AUTO_FREE char *method = rv_format("%s/Acme/Integration/Mail.class/__methods__", dir);
    int64_t changed = 0;

    if (rv_ae_tree_write_dir(tree, dir, NULL, &err) < 0)
        fail_msg("%s", err.text);
    rv_test_write_file(dir, "Acme/Integration/Mail.class/notes.txt", "mine");
    rv_ae_tree_class(rv_ae_tree_domain(tree, "Acme"), "Integration/Mail")->method_count = 0;
    if (rv_ae_tree_write_dir(tree, dir, &changed, &err) < 0)
        fail_msg("%s", err.text);
    int notes_stay = access(notes, F_OK) == 0, method_stays = access(method, F_OK) == 0;
    rv_test_dir_remove(dir);
    assert_int_equal(changed, 2);
    assert_true(notes_stay);
    assert_false(method_stays);
}

static const char *const texts[] = {
    "plain",
    "",
    "~",
    "null",
    "NULL",
    "true",
    "No",
    "on",
    "y",
    "1",
    "1.5",
    "-3",
    "+4",
    "0x1f",
    "1_000",
    "12:30",
    "2026-11-22",
    "2026-11-22 10:00:00",
    ":symbol",
    "- dash",
    "? what",
    "key: value",
    "trailing:",
    " leading",
    "trailing ",
    "#comment",
    "a #comment",
    "it's",
    "\"quoted\"",
    "'",
    "\\",
    "{a: b}",
    "[1]",
    "*alias",
    "&anchor",
    "!tag",
    "%percent",
    "@at",
    "`tick",
    "|",
    ">",
    "=",
    "<<",
    "---",
    "...",
    "two\nlines",
    "two\nlines\n",
    "end\n\n",
    "\nstart",
    "\n",
    "\n\n",
    " indent\nline",
    "line\n  indent\n",
    "trailing \nspace",
    "tab\there",
    "\ttab",
    "\ttab\nline",
    "cr\rhere",
    "a\r\nb",
    "ünïcode ☃ 😀",
    "\xef\xbb\xbf bom",
    "\xc2\x85next",
    "\xe2\x80\xa8sep",
    "bell\a",
    "del\x7f",
    "a: b\n# no comment\n- x\n",
    "${/#vm.name}",
    "/System/x?a=b&c=d#msg",
    "METHOD::ask",
    "puts \"a\"\n# comment\n\n\nputs 'b'\n",
    ",",
    "a, b",
    "}",
    "x\n---\ny",
    "x\n...\n",
    "\xf0\x90\x80\x80\n",
};

static void
every_text_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < RV_COUNT(texts); i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_BUF rv_buf out = rv_buf_limited(10000);
        struct rv_arena *arena = rv_arena_new(0);
        struct rv_ae_node *node = NULL;
        struct rv_ae_emit *emit = rv_ae_emit_begin(&out);
        rv_ae_emit_map(emit);
        rv_ae_emit_text(emit, "list");
        rv_ae_emit_list(emit);
        rv_ae_emit_text(emit, texts[i]);
        rv_ae_emit_text(emit, NULL);
        rv_ae_emit_end_list(emit);
        rv_ae_emit_pair(emit, "value", texts[i]);
        rv_ae_emit_pair(emit, "none", NULL);
        rv_ae_emit_end_map(emit);
        if (rv_ae_emit_end(emit, &err) < 0 ||
            rv_ae_node_parse(&node, arena, rv_buf_text(&out), out.len, 10000, &err) < 0)
            fail_msg("'%s': %s\n%s", texts[i], err.text, rv_buf_text(&out));
        const struct rv_ae_node *value = rv_ae_node_get(node, "value");
        const struct rv_ae_node *list = rv_ae_node_get(node, "list");
        if (value->type != RV_AE_NODE_TEXT || strcmp(value->text, texts[i]) != 0 ||
            strcmp(list->first->text, texts[i]) != 0)
            fail_msg("'%s' came back as '%s'\n%s", texts[i], value->text, rv_buf_text(&out));
        assert_int_equal(list->last->type, RV_AE_NODE_NULL);
        assert_int_equal(rv_ae_node_get(node, "none")->type, RV_AE_NODE_NULL);
        rv_arena_free(arena);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_as_the_same),
        cmocka_unit_test(archives_and_single_document_carry_the_same_as_the_directory),
        cmocka_unit_test(pythons_zipfile_reads_our_archives_and_we_read_its),
        cmocka_unit_test(a_definition_that_is_gone_takes_its_file_along_and_other_files_stay),
        cmocka_unit_test(every_text_is_read_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
