/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs tests/fakes/http_fault_server.py beside a test. What it can be told is
 * described there. Needs neither core nor the SDK. What fails here ends the
 * test program with a text.
 */
#ifndef RV_TEST_FAULT_SERVER_H
#define RV_TEST_FAULT_SERVER_H

#include <sys/types.h>

struct fault_server {
    pid_t pid;
    int input; /* the server ends when this closes, even if the test crashes */
    int port;
    char url[64]; /* http://127.0.0.1:PORT, or https://localhost:PORT */
};

/* Further options of the server, ends with NULL; NULL for none. With --cert it speaks TLS. */
void fault_server_start(struct fault_server *server, const char *const *options);
/* Another program of the same manners: script is below tests/. */
void fault_server_start_script(struct fault_server *server, const char *script,
                               const char *const *options);
void fault_server_stop(struct fault_server *server);
/* Run a program to its end; ends the test program when it fails. argv ends with NULL. */
void fault_server_run(const char *const *argv);
/* A new folder with the certificates of tests/fakes/make_certs.sh; the caller's to free, by
 * fault_server_certs_remove, which removes it. */
char *fault_server_certs(void);
void fault_server_certs_remove(char *dir);
/* A file of that folder as text, the caller's to free. */
char *fault_server_read(const char *dir, const char *name);

#endif
