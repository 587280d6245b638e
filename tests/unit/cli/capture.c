/* SPDX-License-Identifier: Apache-2.0
 *
 * glibc lets a program assign stdout and stderr.
 */
#include "capture.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "cli.h"
#include "model/model.h"

void
capture_begin(struct capture *capture)
{
    memset(capture, 0, sizeof(*capture));
    capture->out = stdout;
    capture->err = stderr;
    stdout = open_memstream(&capture->out_text, &capture->out_len);
    stderr = open_memstream(&capture->err_text, &capture->err_len);
}

void
capture_end(struct capture *capture)
{
    fclose(stdout);
    fclose(stderr);
    stdout = capture->out;
    stderr = capture->err;
}

void
capture_free(struct capture *capture)
{
    free(capture->out_text);
    free(capture->err_text);
}

int
run_captured(struct capture *capture, const char *const *words)
{
    char *argv[64] = { (char *)(uintptr_t) "reevectl" };
    int argc = 1, code;

    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    capture_begin(capture);
    code = cli_run(argc, argv);
    capture_end(capture);
    return code;
}

cJSON *
json(const char *text)
{
    RV_AUTO_FREE char *copy = rv_strdup(text);
    rv_err err = RV_ERR_INIT;
    cJSON *out = NULL;

    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    if (rv_json_parse(&out, copy, strlen(copy), 1u << 20, 0, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return out;
}

int
learn_dictionary(void **state)
{
    rv_err err = RV_ERR_INIT;

    (void)state;
    return rv_model_init(&err);
}

int
forget_dictionary(void **state)
{
    (void)state;
    rv_model_reset();
    return 0;
}

char *
make_folder(void)
{
    char *folder = rv_format("%s/reeve-cli-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");

    assert_non_null(mkdtemp(folder));
    return folder;
}

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

void
remove_folder(char *folder)
{
    assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(folder);
}

const char *
put_file(const char *folder, const char *name, const char *text)
{
    static char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static int saved_stdout;

int
terminal_begin(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
    struct termios plain;

    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    assert_int_equal(tcgetattr(slave, &plain), 0);
    cfmakeraw(&plain);
    assert_int_equal(tcsetattr(slave, TCSANOW, &plain), 0);
    fflush(stdout);
    saved_stdout = dup(STDOUT_FILENO);
    assert_true(dup2(slave, STDOUT_FILENO) >= 0);
    close(slave);
    return master;
}

char *
terminal_end(int terminal)
{
    RV_AUTO_BUF rv_buf text = rv_buf_limited(1u << 20);
    struct pollfd ready = { .fd = terminal, .events = POLLIN };
    char bytes[4096];
    ssize_t got;

    fflush(stdout);
    while (poll(&ready, 1, 100) > 0 && (got = read(terminal, bytes, sizeof(bytes))) > 0)
        rv_buf_add(&text, bytes, (size_t)got);
    dup2(saved_stdout, STDOUT_FILENO);
    close(saved_stdout);
    close(terminal);
    return rv_buf_take_string(&text);
}
