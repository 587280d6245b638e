/* SPDX-License-Identifier: Apache-2.0
 *
 * See fault_server.h.
 */
#include "support/fault_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_OPTIONS = 16, MAX_FILE_BYTES = 1 << 20 };

static void
give_up(const char *what)
{
    perror(what);
    exit(2);
}

static pid_t
spawn(const char *const *argv, int input, int output)
{
    pid_t pid = fork();

    if (pid < 0)
        give_up("fork");
    if (pid > 0)
        return pid;
    if (input >= 0)
        dup2(input, STDIN_FILENO);
    if (output >= 0)
        dup2(output, STDOUT_FILENO);
    execvp(argv[0], (char *const *)(const void *)argv);
    perror(argv[0]);
    _exit(127);
}

/* "ready PORT\n" */
static int
read_port(int fd)
{
    char line[64];
    size_t len = 0;
    int port = 0;

    while (len + 1 < sizeof(line) && read(fd, line + len, 1) == 1 && line[len] != '\n')
        len++;
    line[len] = 0;
    if (sscanf(line, "ready %d", &port) != 1 || port <= 0) {
        fprintf(stderr, "the fault server did not start: '%s'\n", line);
        exit(2);
    }
    return port;
}

static int
speaks_tls(const char *const *options)
{
    for (; options && *options; options++) {
        if (strcmp(*options, "--cert") == 0)
            return 1;
    }
    return 0;
}

void
fault_server_start_script(struct fault_server *server, const char *script,
                          const char *const *options)
{
    char path[4096];
    const char *argv[MAX_OPTIONS + 3] = { "/usr/bin/python3", path };
    int in[2], out[2];

    snprintf(path, sizeof(path), "%s/tests/%s", REEVE_SOURCE_DIR, script);

    for (int i = 0; options && options[i] && i < MAX_OPTIONS; i++)
        argv[i + 2] = options[i];
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        give_up("pipe");
    server->pid = spawn(argv, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    server->input = in[1];
    server->port = read_port(out[0]);
    close(out[0]);
    snprintf(server->url, sizeof(server->url), "%s:%d",
             speaks_tls(options) ? "https://localhost" : "http://127.0.0.1", server->port);
}

void
fault_server_start(struct fault_server *server, const char *const *options)
{
    fault_server_start_script(server, "fakes/http_fault_server.py", options);
}

void
fault_server_stop(struct fault_server *server)
{
    close(server->input);
    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
}

void
fault_server_run(const char *const *argv)
{
    int status = 0;
    pid_t pid = spawn(argv, -1, -1);

    if (waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "%s failed with status %d\n", argv[0], status);
        exit(2);
    }
}

char *
fault_server_certs(void)
{
    const char *base = getenv("TMPDIR");
    char path[4096];

    snprintf(path, sizeof(path), "%s/reeve-certs-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(path))
        give_up(path);
    fault_server_run(
        (const char *const[]){ "bash", REEVE_SOURCE_DIR "/tests/fakes/make_certs.sh", path, NULL });
    return strdup(path);
}

void
fault_server_certs_remove(char *dir)
{
    fault_server_run((const char *const[]){ "rm", "-r", "--", dir, NULL });
    free(dir);
}

char *
fault_server_read(const char *dir, const char *name)
{
    char path[4096];
    char *text = calloc(1, MAX_FILE_BYTES);

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "re");
    if (!file || !text)
        give_up(path);
    size_t len = fread(text, 1, MAX_FILE_BYTES - 1, file);
    text[len] = 0;
    fclose(file);
    return text;
}
