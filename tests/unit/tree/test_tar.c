/* SPDX-License-Identifier: Apache-2.0
 *
 * Tar archives that others made, that are not what they say, and our own.
 */
#include "archives.h"

#include <stdlib.h>
#include <zlib.h>
#include "base/mem.h"
#include "support/support.h"
#include "tree/read.h"
#include "tree/tar.h"
#include "tree/write.h"

/* A program adds to `t`; what it calls `patch` and `end` changes the bytes before and after gzip.
 */
static const char maker[] =
    "import sys, tarfile, io, gzip\n"
    "def add(name, text='', **more):\n"
    "    info = tarfile.TarInfo(name); info.size = len(text)\n"
    "    for key in more: setattr(info, key, more[key])\n"
    "    t.addfile(info, io.BytesIO(text.encode()))\n"
    "for at, program in enumerate(sys.argv[2:]):\n"
    "    out, given = io.BytesIO(), {'add': add, 'tarfile': tarfile}\n"
    "    form = tarfile.GNU_FORMAT if program.startswith('#gnu') else tarfile.PAX_FORMAT\n"
    "    with tarfile.open(fileobj=out, mode='w', format=form) as t: exec(program, given)\n"
    "    data = given.get('patch', lambda b: b)(bytearray(out.getvalue()))\n"
    "    data = given.get('end', lambda b: b)(gzip.compress(bytes(data)))\n"
    "    open(sys.argv[1] + '/%d' % at, 'wb').write(data)\n";

#define LONG "'d/' + 'n' * 200 + '/' + 'm' * 80"
static const struct archive_case archives[] = {
    { "add('a', 'x'); add('d', type=tarfile.DIRTYPE); add('d/b')", 0, "a 1\nd/b 0\n" },
    { "add('./a', 'x' * 512)", 0, "a 512\n" },
    { "add('.', type=tarfile.DIRTYPE); add('./', type=tarfile.DIRTYPE); add('./a')", 0, "a 0\n" },
    { "t = add(" LONG ", 'x'); add('b', 'xy')", 0, "mmmm 1\nb 2\n" },
    { "#gnu\nadd(" LONG ", 'x'); add('b', 'xy')", 0, "mmmm 1\nb 2\n" },
    { "add('e' * 90 + '/' + 'f' * 90, 'x')", 0, "e/ffff" },
    { "add('\\xe4', 'x')", 0, "\xc3\xa4 1\n" },
    { "pass", 0, "" },
    { "add('../a')", RV_E_INVALID, "below the archive's root" },
    { "add('a/../../b')", RV_E_INVALID, "below the archive's root" },
    { "add('../' + 'n' * 200)", RV_E_INVALID, "below the archive's root" },
    { "#gnu\nadd('d/../../' + 'n' * 200)", RV_E_INVALID, "below the archive's root" },
    { "add('/abs')", RV_E_INVALID, "below the archive's root" },
    { "add('.././a')", RV_E_INVALID, "below the archive's root" },
    { "add('a\\nb')", RV_E_INVALID, "below the archive's root" },
    { "add('n' * 1100)", RV_E_LIMIT, "a name of 1100 bytes" },
    { "add('a'); add('b'); add('a')", RV_E_INVALID, "a name twice" },
    { "add('a', type=tarfile.SYMTYPE, linkname='/etc/passwd')", RV_E_INVALID,
      "'a': neither a file nor a folder" },
    { "add('a', type=tarfile.CHRTYPE)", RV_E_INVALID, "'a': neither a file nor a folder" },
    { "[add('f%d' % i) for i in range(11)]", RV_E_LIMIT, "more than 10 files" },
    { "add('big', 'x' * ((2 << 20) + 1))", RV_E_LIMIT, "'big' has 2097153 bytes" },
    { "[add('f%d' % i, 'x' * (2 << 20)) for i in range(2)]", RV_E_LIMIT, "bytes unpacked" },
    { "add('a', 'x' * 600); patch = lambda b: b[:700]", RV_E_INVALID, "ends in the middle" },
    { "add('a', 'x' * 600); patch = lambda b: b[:1536]", RV_E_INVALID, "ends in the middle" },
    { "add('a'); patch = lambda b: b'b' + b[1:]", RV_E_INVALID, "a damaged head" },
    { "add('a', 'x' * 600); end = lambda b: b[:-9]", 0, "a 600" },
    { "import os\nadd('a', os.urandom(400).hex()); end = lambda b: b[:200]", RV_E_INVALID,
      "ends in the middle" },
    { "import os\nadd('a', os.urandom(4000).hex()); "
      "end = lambda b: b[:100] + b'\\xff' * 2000 + b[2100:]",
      RV_E_INVALID, "tar archive: " },
    { "end = lambda b: b[:3]", RV_E_INVALID, "ends in the middle" },
};

static int
read_tar(const rv_buf *archive, rv_buf *names, rv_err *err)
{
    assert_true(rv_ae_tar_is(archive->data, archive->len));
    return rv_ae_tar_read(archive->data, archive->len, &archive_limits, archive_note, names, err);
}

static void
an_archive_is_read_whoever_made_it_and_refused_with_the_reason_when_it_lies(void **state)
{
    (void)state;
    archives_are(archives, RV_COUNT(archives), maker, read_tar);
}

static void
what_we_pack_is_read_by_tar_and_by_us_whatever_the_length_of_its_names(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf packed = rv_buf_limited(1 << 20), names = rv_buf_limited(1 << 20),
                       wanted = rv_buf_limited(1 << 20), listed = rv_buf_limited(1 << 20);
    struct rv_ae_tar *tar = rv_ae_tar_begin(&packed);
    char name[1025], *dir = rv_test_dir(), *said = NULL;

    for (size_t len = 1; len <= 1024; len += len < 90 || len > 110 ? 31 : 1) {
        for (size_t i = 0; i < len; i++)
            name[i] = i % 60 == 59 && i + 1 < len ? '/' : (char)('a' + len % 26);
        name[len] = '\0';
        rv_buf_addf(&wanted, "%s %zu\n", name, len);
        rv_buf_addf(&listed, "%s\n", name);
        if (rv_ae_tar_add(tar, name, name, len, &err) < 0)
            fail_msg("%s", err.text);
    }
    assert_int_equal(rv_ae_tar_end(tar, &err), 0);
    if (rv_ae_tar_read(rv_buf_text(&packed), packed.len, &rv_ae_zip_default_limits, archive_note,
                       &names, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(rv_buf_text(&names), rv_buf_text(&wanted));
    RV_AUTO_FREE char *path = rv_format("%s/a.tar.gz", dir);
    const char *const argv[] = { "/usr/bin/tar", "tzf", path, NULL };
    FILE *file = fopen(path, "w");
    assert_int_equal(fwrite(packed.data, 1, packed.len, file), packed.len);
    fclose(file);
    assert_int_equal(rv_test_run(argv, NULL, &said, NULL), 0);
    assert_string_equal(said, rv_buf_text(&listed));
    free(said);
    rv_test_dir_remove(dir);
}

static void
a_name_that_is_too_long_is_not_packed(void **state)
{
    (void)state;
    rv_err err = RV_ERR_INIT;
    RV_AUTO_BUF rv_buf packed = rv_buf_limited(1 << 20);
    struct rv_ae_tar *tar = rv_ae_tar_begin(&packed);
    char name[1026];

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(rv_ae_tar_add(tar, name, "", 0, &err), RV_E_LIMIT);
    rv_ae_tar_drop(tar);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            an_archive_is_read_whoever_made_it_and_refused_with_the_reason_when_it_lies),
        cmocka_unit_test(what_we_pack_is_read_by_tar_and_by_us_whatever_the_length_of_its_names),
        cmocka_unit_test(a_name_that_is_too_long_is_not_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
