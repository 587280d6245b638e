/* SPDX-License-Identifier: Apache-2.0
 *
 * Methods as files: lint and test work on what lies in a folder, without a server.
 */
#ifndef CLI_AUTOMATE_FILES_H
#define CLI_AUTOMATE_FILES_H

#include "cli.h"
#include "script/script.h"
#include "tree/read.h"

/* Paths of files, in order; the strings are its own. */
struct cli_paths {
    char **paths;
    size_t count;
};

enum { CLI_PATHS_MAX = 100000 };
void cli_paths_free(struct cli_paths *list);
/* The file, or all files below the folder whose name ends so; hidden ones are passed by. */
int cli_paths_find(struct cli_paths *out, const char *path, const char *suffix, rv_err *err);
int cli_ends_with(const char *text, const char *end);

/* The domains that were read so far, each once. */
struct cli_domains {
    struct cli_domain {
        char *folder; /* the one with __domain__.yaml */
        struct rv_ae_tree *tree;
    } * list;
    size_t count;
    const struct rv_ae_notes *notes; /* told of each domain that is read; NULL: nobody */
};

void cli_domains_free(struct cli_domains *domains);
/* The domain whose folder the file lies in, read if it is new; *out NULL when it lies in none. */
int cli_domains_of(struct cli_domains *domains, const char *file, const struct cli_domain **out,
                   rv_err *err);
/* The method whose text the file is; NULL when the domain has none of that name. */
const struct rv_ae_method *cli_method_of(const struct cli_domain *domain, const char *file);
/* As require finds it: "method" of the class, "Ns/Class/method", "/Domain/Ns/Class/method". */
const struct rv_ae_method *cli_find_method(const struct cli_domain *domain,
                                           const struct rv_ae_class *class, const char *path);

/* The domains that Reeve ships, as they lie beside the program; NULL when they do not. The caller's
 * to free. */
struct rv_ae_tree *cli_shipped(void);
/* Loads the script module. The caller's to close with rv_script_close. */
int cli_script_open(struct rv_script **out, rv_err *err);
/* Do all methods in Lua compile? INVALID with "FILE:LINE: what" of the first that does not; *err is
 * clear when they do, and when there is no script module that could tell. */
int cli_methods_compile(const struct rv_ae_tree *tree, rv_err *err);

#endif
