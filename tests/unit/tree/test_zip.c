/* SPDX-License-Identifier: Apache-2.0
 *
 * Archives that are not what they say.
 */
#include "archives.h"

#include <stdlib.h>
#include "base/mem.h"
#include "support/support.h"
#include "tree/read.h"
#include "tree/zip.h"

/* A program fills `z`; what it calls `patch` changes the bytes. */
static const char maker[] =
    "import sys, zipfile, struct\n"
    "for at, program in enumerate(sys.argv[2:]):\n"
    "    name, given = sys.argv[1] + '/%d' % at, {'zipfile': zipfile, 'struct': struct}\n"
    "    with zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as given['z']:\n"
    "        exec(program, given)\n"
    "    if 'patch' in given:\n"
    "        data = given['patch'](bytearray(open(name, 'rb').read()))\n"
    "        open(name, 'wb').write(data)\n";

static const struct archive_case archives[] = {
    { "z.writestr('a', 'x'); z.writestr('d/', ''); z.writestr('d/b', '')", 0, "a 1\nd/b 0\n" },
    { "pass", 0, "" },
    { "z.writestr('../a', 'x')", RV_E_INVALID, "below the archive's root" },
    { "z.writestr('a/../../b', 'x')", RV_E_INVALID, "below the archive's root" },
    { "z.writestr('a/..', 'x')", RV_E_INVALID, "below the archive's root" },
    { "z.writestr('./a', 'x')", RV_E_INVALID, "below the archive's root" },
    { "z.writestr('a//b', 'x')", RV_E_INVALID, "below the archive's root" },
    { "z.writestr('C:a', 'x')", RV_E_INVALID, "below the archive's root" },
    { "z.writestr('a\\nb', 'x')", RV_E_INVALID, "below the archive's root" },
    { "z.writestr('axb', 'x'); patch = lambda b: b.replace(b'axb', b'a\\\\b')", RV_E_INVALID,
      "below the archive's root" },
    { "z.writestr('xabs', 'x'); patch = lambda b: b.replace(b'xabs', b'/abs')", RV_E_INVALID,
      "below the archive's root" },
    { "z.writestr('a', 'x'); z.writestr('a', 'y')", RV_E_INVALID, "a name twice" },
    { "[z.writestr('f%d' % i, 'x') for i in range(11)]", RV_E_LIMIT, "11 files, more than 10" },
    { "z.writestr('bomb', b'\\0' * (1 << 20))", RV_E_LIMIT, "more than 50 times its size" },
    { "import os; z.writestr('big', os.urandom((2 << 20) + 1))", RV_E_LIMIT,
      "'big' has 2097153 bytes" },
    { "import os; [z.writestr('f%d' % i, os.urandom(2 << 20)) for i in range(2)]", RV_E_LIMIT,
      "bytes unpacked" },
    { "z.writestr('a', 'x' * 100); patch = lambda b: b[:-1]", RV_E_INVALID,
      "its directory is missing" },
    { "z.writestr('a', 'x' * 100); patch = lambda b: b[:10] + b[40:]", RV_E_INVALID,
      "zip archive" },
    { "z.writestr('a', 'hello', zipfile.ZIP_STORED); "
      "patch = lambda b: b.replace(b'hello', b'jello')",
      RV_E_INVALID, "'a': its checksum is wrong" },
    /* More than it says: the ends of both are compared. */
    { "z.writestr('a', 'x' * 100)\n"
      "def patch(b):\n p = b.index(b'PK\\1\\2'); b[p+24:p+28] = struct.pack('<I', 5); return b",
      RV_E_INVALID, "'a': damaged" },
    { "z.writestr('a', 'x' * 100)\n"
      "def patch(b):\n p = b.index(b'PK\\1\\2'); b[p+24:p+28] = struct.pack('<I', 1 << 30); return "
      "b",
      RV_E_LIMIT, "'a' has 1073741824 bytes" },
    { "z.writestr('a', 'x' * 100)\n"
      "def patch(b):\n p = b.index(b'PK\\1\\2'); b[p+42:p+46] = struct.pack('<I', 1 << 30); return "
      "b",
      RV_E_INVALID, "'a': it lies outside of the archive" },
    { "z.writestr('a', 'x' * 100)\n"
      "def patch(b):\n p = b.index(b'PK\\1\\2'); b[p+8] |= 1; return b",
      RV_E_INVALID, "'a': encrypted" },
    { "z.writestr('a', 'x' * 100)\n"
      "def patch(b):\n p = b.index(b'PK\\5\\6'); b[p+10:p+12] = b'\\xff\\xff'; b[p+8:p+10] = "
      "b'\\xff\\xff'; return b",
      RV_E_INVALID, "its directory is damaged" },
    { "z.writestr('a', 'x', zipfile.ZIP_BZIP2)", RV_E_INVALID, "only deflate is read" },
};

static int
read_zip(const rv_buf *archive, rv_buf *names, rv_err *err)
{
    return rv_ae_zip_read(archive->data, archive->len, &archive_limits, archive_note, names, err);
}

static void
an_archive_that_lies_or_leads_elsewhere_is_refused_with_the_reason(void **state)
{
    (void)state;
    archives_are(archives, RV_COUNT(archives), maker, read_zip);
}

static void
nothing_is_handed_over_of_an_archive_whose_directory_is_wrong(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf zip = rv_buf_limited(1 << 20), names = rv_buf_limited(1 << 16);
    static const char *const program = "z.writestr('good', 'x'); z.writestr('../bad', 'x')";
    char *dir = rv_test_dir();

    archives_make(dir, maker, &program, 1);
    archive_read(&zip, dir, 0);
    rv_test_dir_remove(dir);
    assert_int_equal(read_zip(&zip, &names, &err), RV_E_INVALID);
    assert_string_equal(rv_buf_text(&names), "");
}

static int
count(void *arg, const char *path, const char *data, size_t len, rv_err *err)
{
    (void)err, (void)data, (void)path;
    RV_ASSERT(len == 1);
    ++*(size_t *)arg;
    return 0;
}

static void
more_files_than_sixteen_bits_can_count_are_written_and_read(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf packed = rv_buf_limited(64 << 20);
    struct rv_ae_zip *zip = rv_ae_zip_begin(&packed);
    size_t counted = 0;
    char name[16];

    for (int i = 0; i < 70000; i++) {
        snprintf(name, sizeof(name), "%d", i);
        if (rv_ae_zip_add(zip, name, "x", 1, &err) < 0)
            fail_msg("%s", err.text);
    }
    assert_int_equal(rv_ae_zip_end(zip, &err), 0);
    if (rv_ae_zip_read(rv_buf_text(&packed), packed.len, &rv_ae_zip_default_limits, count, &counted,
                       &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(counted, 70000);
    if (getenv("REEVE_TEST_DEEP") == NULL)
        return;
    char *dir = rv_test_dir();
    RV_AUTO_FREE char *path = rv_format("%s/many.zip", dir);
    const char *const argv[] = { "/usr/bin/python3", "-c",
                                 "import sys, zipfile\n"
                                 "assert len(zipfile.ZipFile(sys.argv[1]).namelist()) == 70000",
                                 path, NULL };
    FILE *file = fopen(path, "w");
    fwrite(packed.data, 1, packed.len, file);
    fclose(file);
    int code = rv_test_run(argv, NULL, NULL, NULL);
    rv_test_dir_remove(dir);
    assert_int_equal(code, 0);
}

static void
a_document_of_aliases_does_not_grow(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    static const char bomb[] = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\n"
                               "c: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n";

    assert_int_equal(rv_ae_tree_parse(&tree, bomb, strlen(bomb), NULL, &err), RV_E_INVALID);
    assert_contains(err.text, "anchors and aliases are not allowed");
}

static void
a_document_that_is_nested_deep_is_refused(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_AE_TREE struct rv_ae_tree *tree = NULL;
    char deep[1000];

    memset(deep, '[', sizeof(deep));
    assert_int_equal(rv_ae_tree_parse(&tree, deep, sizeof(deep), NULL, &err), RV_E_LIMIT);
    assert_contains(err.text, "nested deeper than 64 levels");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_archive_that_lies_or_leads_elsewhere_is_refused_with_the_reason),
        cmocka_unit_test(nothing_is_handed_over_of_an_archive_whose_directory_is_wrong),
        cmocka_unit_test(more_files_than_sixteen_bits_can_count_are_written_and_read),
        cmocka_unit_test(a_document_of_aliases_does_not_grow),
        cmocka_unit_test(a_document_that_is_nested_deep_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
