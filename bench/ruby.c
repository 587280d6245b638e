/* SPDX-License-Identifier: Apache-2.0
 *
 * See ruby.h.
 */
#include "ruby.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

static void
spawn(pid_t *pid, const char *program, int input, int output)
{
    *pid = fork();
    if (*pid > 0)
        return;
    if (*pid == 0) {
        dup2(input, STDIN_FILENO);
        dup2(output, STDOUT_FILENO);
        execlp("ruby", "ruby", "-e", program, (char *)NULL);
        _exit(127);
    }
    fprintf(stderr, "bench: fork failed\n");
    _exit(2);
}

int
bench_ruby_call(const char *program, const char *(*answer)(void *arg, const char *name), void *arg)
{
    int in[2], out[2], status = 0, asked = 0;
    char line[256];
    pid_t pid;

    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0) {
        perror("bench: pipe");
        _exit(2);
    }
    spawn(&pid, program, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    FILE *from = fdopen(out[0], "r"), *to = fdopen(in[1], "w");
    while (from && to && fgets(line, sizeof(line), from)) {
        line[strcspn(line, "\n")] = '\0';
        fprintf(to, "%s\n", answer(arg, line));
        fflush(to);
        asked++;
    }
    if (from)
        fclose(from);
    if (to)
        fclose(to);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "bench: Ruby did not run the method (is the package ruby installed?)\n");
        _exit(2);
    }
    return asked;
}
