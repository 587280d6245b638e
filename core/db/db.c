/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of `reeved db`, and what its commands begin with.
 */
#include "db/db.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "db/db_internal.h"
#include "home/paths.h"
#include "model/model.h"
#include "store/url.h"

static const char help[] =
    "usage: reeved db COMMAND [FILE] [--home DIR | --store URL] [options]\n"
    "\n"
    "What is done with a server's database. `reevectl db` is the same.\n"
    "\n"
    "  backup FILE      all rows into one file, while the server runs or not\n"
    "  inspect FILE     what a backup is of; all of it is read and checked\n"
    "  restore FILE     a backup into the home's store; no server may run on it\n"
    "  copy --to URL    all rows into another database, compared row by row\n"
    "  check            pages, indexes, schema, links, ids, feed; says what to do\n"
    "  status           size, largest tables, connections, locks, last backup\n"
    "  forget           stored secrets whose key is lost; no server may run on it\n"
    "\n"
    "  --home DIR       the server's home, which says where its store is; default: what\n"
    "                   REEVE_HOME says\n"
    "  --store URL      the store itself, in place of the home's\n"
    "  --store-file FILE, --to-file FILE\n"
    "                   the same, read from a file, so that no password is seen in ps\n"
    "  --overwrite      an older backup of this name, what the target holds, or the secrets that\n"
    "                   are to be forgotten, may go\n"
    "  --with-key       backup: put the key in that opens the stored credentials\n"
    "  --live           copy: from a server that runs; what changes meanwhile is not copied\n"
    "  --switch         copy: the home uses the copy from its next start on\n"
    "  --output FORMAT  table (on a terminal) or json\n"
    "  --quiet          no messages but errors\n";

struct option {
    const char *name;
    size_t text, flag, url; /* where it goes; one of them, plus 1 */
    int from_file;
};

#define TEXT(field) .text = offsetof(struct rv_db_args, field) + 1
#define FLAG(field) .flag = offsetof(struct rv_db_args, field) + 1
#define URL(field) .url = offsetof(struct rv_db_args, field) + 1

static const struct option options[] = {
    { "--home", TEXT(home) },
    { "--module-dir", TEXT(module_dir) },
    { "--output", TEXT(output) },
    { "--store", URL(store) },
    { "--store-file", URL(store), .from_file = 1 },
    { "--to", URL(to) },
    { "--to-file", URL(to), .from_file = 1 },
    { "--overwrite", FLAG(overwrite) },
    { "--with-key", FLAG(with_key) },
    { "--live", FLAG(live) },
    { "--switch", FLAG(switch_home) },
    { "--quiet", FLAG(quiet) },
};

static const struct command {
    const char *word;
    int (*run)(struct rv_db *db, rv_err *err);
    int needs_file, needs_store, needs_to;
} commands[] = {
    { "backup", rv_db_backup, 1, 1, 0 },   { "inspect", rv_db_inspect, 1, 0, 0 },
    { "restore", rv_db_restore, 1, 1, 0 }, { "copy", rv_db_copy, 0, 1, 1 },
    { "check", rv_db_check, 0, 1, 0 },     { "status", rv_db_status, 0, 1, 0 },
    { "forget", rv_db_forget, 0, 1, 0 },
};

static int
fail_unknown(const char *what, const char *given, const char *const *names, rv_err *err)
{
    const char *near = rv_nearest(given, names);

    rv_fail(err, RV_E_INVALID, "unknown %s '%s'%s%s%s", what, given, near ? ", did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    return rv_hint(err, "reeved db --help lists them");
}

static const struct option *
find_option(const char *name, rv_err *err)
{
    const char *names[RV_COUNT(options) + 1] = { NULL };

    for (size_t i = 0; i < RV_COUNT(options); i++) {
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
        names[i] = options[i].name;
    }
    fail_unknown("option", name, names, err);
    return NULL;
}

static const struct command *
find_command(const char *word, rv_err *err)
{
    const char *names[RV_COUNT(commands) + 1] = { NULL };

    for (size_t i = 0; i < RV_COUNT(commands); i++) {
        if (strcmp(commands[i].word, word) == 0)
            return &commands[i];
        names[i] = commands[i].word;
    }
    fail_unknown("command", word, names, err);
    return NULL;
}

static int
take_url(char **out, char *value, int from_file, rv_err *err)
{
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(65536);

    if (from_file) {
        if (rv_buf_read_file(&text, value, err) < 0)
            return err->code;
        while (text.len && strchr("\r\n ", text.data[text.len - 1]))
            text.data[--text.len] = '\0';
        value = text.data ? text.data : (char[]){ "" };
    }
    free(*out);
    *out = rv_store_url_absolute(value);
    /* A password must not be read from the list of processes. */
    if (!from_file && !rv_store_url_file(value))
        memset(value, '*', strlen(value));
    return rv_store_url_check(*out, err);
}

static int
take_value(struct rv_db_args *args, const struct option *option, char *value, rv_err *err)
{
    if (option->url)
        return take_url((char **)(void *)((char *)args + option->url - 1), value, option->from_file,
                        err);
    *(const char **)(void *)((char *)args + option->text - 1) = value;
    return 0;
}

static int
parse_option(struct rv_db_args *args, int argc, char **argv, int *at, rv_err *err)
{
    char *equals = strchr(argv[*at], '=');
    RV_AUTO_FREE char *name =
        equals ? rv_strndup(argv[*at], (size_t)(equals - argv[*at])) : rv_strdup(argv[*at]);
    const struct option *option = find_option(name, err);

    if (!option)
        return err->code;
    if (option->flag && equals)
        return rv_fail(err, RV_E_INVALID, "option '%s' takes no value", name);
    if (option->flag) {
        *(int *)(void *)((char *)args + option->flag - 1) = 1;
        return 0;
    }
    if (equals)
        return take_value(args, option, equals + 1, err);
    if (*at + 1 >= argc)
        return rv_fail(err, RV_E_INVALID, "option '%s' needs a value", name);
    return take_value(args, option, argv[++*at], err);
}

static int
parse(struct rv_db_args *args, int argc, char **argv, rv_err *err)
{
    for (int i = 2; i < argc; i++) {
        const char *before = args->word ? args->file : NULL;
        if (argv[i][0] == '-' && argv[i][1]) {
            if (parse_option(args, argc, argv, &i, err) < 0)
                return err->code;
        } else if (!args->word) {
            args->word = argv[i];
        } else if (!before) {
            args->file = argv[i];
        } else {
            return rv_fail(err, RV_E_INVALID, "unexpected '%s'", argv[i]);
        }
    }
    if (!args->word)
        return rv_fail(err, RV_E_INVALID, "no command");
    return 0;
}

static int
check(const struct rv_db_args *args, const struct command *command, rv_err *err)
{
    static const char *const outputs[] = { "table", "json", NULL };

    if (command->needs_file && !args->file)
        return rv_fail(err, RV_E_INVALID, "db %s: which FILE?", command->word);
    if (!command->needs_file && args->file)
        return rv_fail(err, RV_E_INVALID, "db %s: unexpected '%s'", command->word, args->file);
    if (command->needs_to && !args->to)
        return rv_fail(err, RV_E_INVALID, "db %s: --to URL is missing", command->word);
    if (args->output && strcmp(args->output, "table") != 0 && strcmp(args->output, "json") != 0)
        return fail_unknown("format", args->output, outputs, err);
    if (!command->needs_store || args->home || args->store)
        return 0;
    rv_fail(err, RV_E_INVALID, "db %s: of which server? --home DIR is missing", command->word);
    return rv_hint(err,
                   "give the folder that reeved --home names, also as REEVE_HOME, or --store URL");
}

/* What root makes beside the files of another user, that user's server cannot open; and what he has
 * put there, root must not follow. */
static int
check_owner(const char *what, const char *path, rv_err *err)
{
    struct stat about;

    if (stat(path, &about) != 0)
        return errno == ENOENT ? 0 : rv_fail_errno(err, "%s '%s'", what, path);
    if (about.st_uid == geteuid())
        return 0;
    const struct passwd *owner = getpwuid(about.st_uid);
    rv_fail(err, RV_E_PERMISSION, "%s '%s' belongs to another user (%s)", what, path,
            owner ? owner->pw_name : "unknown");
    return rv_hint(err,
                   "run this as the user that reeved runs as: runuser -u %s -- reevectl db ...",
                   owner ? owner->pw_name : "USER");
}

int
rv_db_check_owner(const char *url, rv_err *err)
{
    const char *path = rv_store_url_file(url);

    return path ? check_owner("database", path, err) : 0;
}

int
rv_db_open_home(struct rv_db *db, rv_err *err)
{
    const char *home = db->args.home;

    if (home && (check_owner("home", home, err) < 0 || rv_home_look(&db->home, home, err) < 0))
        return err->code;
    db->url = rv_strdup(db->args.store ? db->args.store : db->home.store_url);
    return rv_db_check_owner(db->url, err);
}

int
rv_db_hold_home(struct rv_db *db, int make, rv_err *err)
{
    if (db->args.home && make == RV_DB_MAKE && rv_home_make(db->args.home, err) < 0)
        return err->code;
    if (rv_db_open_home(db, err) < 0)
        return err->code;
    return db->home.dir ? rv_home_hold(&db->home, err) : 0;
}

int
rv_db_open_store(struct rv_store **out, const struct rv_db *db, const char *url, int flags,
                 rv_err *err)
{
    /* What runs here may take long, and nobody waits for it. */
    const struct rv_store_config config = { .url = url,
                                            .module_dir = db->module_dir,
                                            .application = "reeve db",
                                            .answer_timeout_ms = 600000,
                                            .flags = flags };

    return rv_store_open(out, &config, err);
}

int
rv_db_check_alone(struct rv_store *store, rv_err *err)
{
    rv_value row[1];

    if (!rv_store_is_postgres(store))
        return 0;
    if (rv_store_one(store, row, 1,
                     "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
                     " AND application_name LIKE 'reeved %'",
                     NULL, 0, err) < 0)
        return err->code;
    if (row[0].v.i == 0)
        return 0;
    rv_fail(err, RV_E_CONFLICT, "%lld processes of a server are connected to this database",
            (long long)row[0].v.i);
    return rv_hint(err, "stop every reeved of this region first");
}

static int
run(struct rv_db *db, int argc, char **argv, rv_err *err)
{
    if (parse(&db->args, argc, argv, err) < 0)
        return err->code;
    if (db->args.quiet)
        rv_db_hush();
    const char *home = getenv("REEVE_HOME");
    if (!db->args.home && !db->args.store && home && *home)
        db->args.home = home;
    const struct command *command = find_command(db->args.word, err);
    if (!command || check(&db->args, command, err) < 0)
        return err->code;
    if (rv_model_init(err) < 0 || rv_paths_modules(&db->module_dir, db->args.module_dir, err) < 0)
        return err->code;
    int rc = command->run(db, err);
    rv_db_watch_end();
    return rc;
}

/* As reevectl, whose place this takes. */
static int
exit_code(int class)
{
    switch (class) {
    case RV_OK:
        return 0;
    case RV_E_NOT_FOUND:
        return 3;
    case RV_E_AUTH:
    case RV_E_PERMISSION:
        return 4;
    case RV_E_CONFLICT:
        return 5;
    case RV_E_UNAVAILABLE:
        return 7;
    case RV_E_CANCELLED:
        return 130;
    default:
        return 1;
    }
}

int
rv_db_main(int argc, char **argv)
{
    struct rv_db db = { .home = { .lock_fd = -1 } };
    rv_err err = RV_ERR_INIT;

    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            return 0;
        }
    int rc = run(&db, argc, argv, &err);
    int usage = rc != 0 && db.module_dir == NULL;
    if (rc) {
        rv_db_clean(err.text);
        rv_db_clean(err.hint);
        fprintf(stderr, "reeved: %s\n", err.text);
        if (err.hint[0])
            fprintf(stderr, "hint: %s\n", err.hint);
    }
    rv_home_close(&db.home);
    free(db.module_dir);
    free(db.url);
    free(db.args.store);
    free(db.args.to);
    return usage ? 2 : exit_code(rc);
}
