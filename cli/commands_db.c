/* SPDX-License-Identifier: Apache-2.0
 *
 * Databases and backups: what runs reeved db on the server's machine.
 */
#include "commands.h"

#define HOME                                                                                       \
    {                                                                                              \
        "home", 0, "DIR", "the server's home, which says where its store is; default: REEVE_HOME"  \
    }
#define STORE                                                                                      \
    { "store", 0, "URL", "the store itself, in place of the home's" },                             \
    {                                                                                              \
        "store-file", 0, "FILE",                                                                   \
            "the same, read from a file: no password in the list of processes"                     \
    }
#define DB_OUTPUT                                                                                  \
    {                                                                                              \
        "output", 'o', "FORMAT", "table or json (default: table on a terminal, else json)"         \
    }

static const struct cli_option db_backup_options[] = {
    HOME,
    STORE,
    { "with-key", 0, NULL,
      "put the key in that opens stored credentials; who has the file, has them" },
    { "overwrite", 0, NULL, "an older file of this name may go" },
    DB_OUTPUT,
    END,
};
static const struct cli_option db_inspect_options[] = { DB_OUTPUT, END };
static const struct cli_option db_restore_options[] = {
    HOME,
    STORE,
    { "overwrite", 0, NULL,
      "what the store holds may go; a SQLite file is kept under another name" },
    DB_OUTPUT,
    END,
};
static const struct cli_option db_look_options[] = { HOME, STORE, DB_OUTPUT, END };
static const struct cli_option db_forget_options[] = {
    HOME,      STORE, { "overwrite", 0, NULL, "do it; without, how many there are is said" },
    DB_OUTPUT, END,
};
static const struct cli_option db_copy_options[] = {
    HOME,
    STORE,
    { "to", 0, "URL", "the other database: postgresql://USER@HOST/DATABASE or sqlite:PATH" },
    { "to-file", 0, "FILE", "the same, read from a file" },
    { "switch", 0, NULL, "the home uses the copy from its next start on" },
    { "live", 0, NULL, "while the server runs; what changes meanwhile is not copied" },
    { "overwrite", 0, NULL, "what the other database holds may go" },
    DB_OUTPUT,
    END,
};

const struct cli_command cli_commands_db[] = {
    {
        .name = "db backup",
        .usage = "FILE --home DIR [--with-key] [--overwrite]",
        .summary = "all rows of a server's database into one file",
        .text = "Of one moment, while the server runs or not, and read again before it counts. The "
                "commands of db run on the server's machine: they start reeved db.",
        .examples = EXAMPLES("reevectl db backup /var/backups/reeve-monday --home /var/lib/reeve"),
        .options = db_backup_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_db,
    },
    {
        .name = "db inspect",
        .usage = "FILE",
        .summary = "what a backup is of; all of it is read and checked",
        .examples = EXAMPLES("reevectl db inspect /var/backups/reeve-monday"),
        .options = db_inspect_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_db,
    },
    {
        .name = "db restore",
        .usage = "FILE --home DIR [--store URL] [--overwrite]",
        .summary = "a backup back into a store, of either engine",
        .text = "The server must not run. Readers of changes start over afterwards.",
        .examples = EXAMPLES(
            "reevectl db restore /var/backups/reeve-monday --home /var/lib/reeve --overwrite"),
        .options = db_restore_options,
        .min_words = 1,
        .max_words = 1,
        .run = cmd_db,
    },
    {
        .name = "db copy",
        .usage = "--to URL --home DIR [--switch]",
        .summary = "move a home to another database, compared row by row",
        .text = "The server must not run, unless --live is given. A copy that was broken off is "
                "refused by every server; do it again with --overwrite.",
        .examples = EXAMPLES("reevectl db copy --home /var/lib/reeve --to "
                             "postgresql://reeve@db.example.com/reeve --switch"),
        .options = db_copy_options,
        .run = cmd_db,
    },
    {
        .name = "db check",
        .usage = "--home DIR",
        .summary = "whether a database is as it should be, and what to do where it is not",
        .text =
            "Pages and indexes, the schema, rows that point nowhere, ids, the change feed, what is "
            "held and by whom. While the server runs or not. The exit code is 1 when an error "
            "was found.",
        .examples = EXAMPLES("reevectl db check --home /var/lib/reeve"),
        .options = db_look_options,
        .run = cmd_db,
    },
    {
        .name = "db status",
        .usage = "[--home DIR]",
        .summary = "a database's size, largest tables, users, window of changes, last backup",
        .text = "Of the server that one is logged in to, or with --home, --store or REEVE_HOME on "
                "the server's machine, whether it runs or not.",
        .examples = EXAMPLES("reevectl db status", "reevectl db status --home /var/lib/reeve"),
        .options = db_look_options,
        .run = cmd_db_status,
    },
    {
        .name = "db forget",
        .usage = "--home DIR [--overwrite]",
        .summary = "give up stored secrets whose key is lost, so that the server starts again",
        .text = "The server must not run. Those that the home's key opens stay. The others leave "
                "the database: the credentials of their providers must be given again.",
        .examples = EXAMPLES("reevectl db forget --home /var/lib/reeve --overwrite"),
        .options = db_forget_options,
        .run = cmd_db,
    },
    { .name = NULL },
};
