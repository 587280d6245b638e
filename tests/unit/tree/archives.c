/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of zip and tar share.
 */
#include "archives.h"

#include <stdlib.h>
#include "base/mem.h"
#include "support/support.h"

const struct rv_ae_zip_limits archive_limits = {
    .most_files = 10, .most_bytes = 3 << 20, .most_file_bytes = 2 << 20, .most_ratio = 50
};

void
archives_make(const char *dir, const char *maker, const char *const *programs, size_t count)
{
    const char **argv = rv_alloc((count + 7) * sizeof(*argv));
    const char *const start[] = { "/usr/bin/python3", "-W", "ignore", "-c", maker, dir };

    memcpy(argv, start, sizeof(start));
    memcpy(argv + RV_COUNT(start), programs, count * sizeof(*argv));
    int code = rv_test_run(argv, NULL, NULL, NULL);
    free(argv);
    assert_int_equal(code, 0);
}

void
archive_read(rv_buf *out, const char *dir, size_t index)
{
    rv_err err = RV_ERR_INIT;
    RV_AUTO_FREE char *path = rv_format("%s/%zu", dir, index);

    if (rv_buf_read_file(out, path, &err) < 0)
        fail_msg("%s", err.text);
}

int
archive_note(void *arg, const char *path, const char *data, size_t len, rv_err *err)
{
    (void)err, (void)data;
    rv_buf_addf(arg, "%s %zu\n", path, len);
    return 0;
}

void
archives_are(const struct archive_case *cases, size_t count, const char *maker,
             int (*read)(const rv_buf *archive, rv_buf *names, rv_err *err))
{
    const char **programs = rv_alloc(count * sizeof(*programs));
    char *dir = rv_test_dir();

    for (size_t i = 0; i < count; i++)
        programs[i] = cases[i].program;
    archives_make(dir, maker, programs, count);
    free(programs);
    for (size_t i = 0; i < count; i++) {
        rv_err err = RV_ERR_INIT;
        RV_AUTO_BUF rv_buf archive = rv_buf_limited(16 << 20), names = rv_buf_limited(1 << 16);
        archive_read(&archive, dir, i);
        int rc = read(&archive, &names, &err);
        const char *said = rc == 0 ? rv_buf_text(&names) : err.text;
        if (rc != cases[i].code || !strstr(said, cases[i].said))
            fail_msg("archive %zu: %d '%s'", i, rc, said);
    }
    rv_test_dir_remove(dir);
}
