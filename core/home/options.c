/* SPDX-License-Identifier: Apache-2.0
 *
 * Options as a table. Those that are settings by another name go into the overlay
 * and are checked there.
 */
#include "home/options.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/text.h"
#include "store/url.h"

enum { FOR_FIELD, FOR_SETTING, FOR_FILE, FOR_FLAG, FOR_ACTION, FOR_SET };

struct option {
    const char *name;
    int sort;
    size_t field;    /* FOR_FIELD */
    const char *key; /* FOR_SETTING, FOR_FILE, FOR_FLAG */
    int action;      /* FOR_ACTION */
};

static const struct option known[] = {
    { "--home", FOR_FIELD, offsetof(struct rv_options, home), NULL, 0 },
    { "--listen", FOR_SETTING, 0, "listen", 0 },
    { "--store", FOR_FIELD, offsetof(struct rv_options, store), NULL, 0 },
    { "--store-file", FOR_FIELD, offsetof(struct rv_options, store_file), NULL, 0 },
    { "--log-format", FOR_SETTING, 0, "log.format", 0 },
    { "--log-level", FOR_SETTING, 0, "log.level", 0 },
    { "--allow-plain-http", FOR_FLAG, 0, "allow_plain_http", 0 },
    { "--tls-certificate", FOR_FILE, 0, "tls.certificate", 0 },
    { "--tls-key", FOR_FILE, 0, "tls.key", 0 },
    { "--set", FOR_SET, 0, NULL, 0 },
    { "--settings", FOR_ACTION, 0, NULL, RV_SHOW_SETTINGS },
    { "--help", FOR_ACTION, 0, NULL, RV_SHOW_HELP },
    { "--version", FOR_ACTION, 0, NULL, RV_SHOW_VERSION },
    /* For tests and for reeved itself. */
    { "--user", FOR_FIELD, offsetof(struct rv_options, user), NULL, 0 },
    { "--module-dir", FOR_FIELD, offsetof(struct rv_options, module_dir), NULL, 0 },
    { "--worker", FOR_FIELD, offsetof(struct rv_options, worker), NULL, 0 },
};

static const char help[] =
    "usage: reeved --home DIR [options]\n"
    "       reeved db COMMAND ...   backup, restore, copy: reeved db --help\n"
    "\n"
    "Reeve's server: connects to clusters and other systems, keeps a live model of what\n"
    "is in them, and serves it over a REST API. Runs in the foreground and logs to stderr.\n"
    "\n"
    "  --home DIR             where its files are kept; made on first start\n"
    "  --listen ADDR:PORT     of the API; default 127.0.0.1:7400, port 0 picks a free one\n"
    "  --store URL            sqlite:PATH or postgresql://USER:PASSWORD@HOST/DATABASE;\n"
    "                         default: the last one given, at first sqlite:DIR/reeve.db\n"
    "  --store-file FILE      the same, read from a file, so that no password is seen in ps\n"
    "  --log-level LEVEL      debug, info (default), warning or error\n"
    "  --log-format FORMAT    logfmt (default) or json\n"
    "  --tls-certificate FILE the API speaks TLS, with this certificate (PEM) and\n"
    "  --tls-key FILE         this key; both are read again when they are renewed\n"
    "  --allow-plain-http     listen off loopback without TLS: passwords and tokens then\n"
    "                         cross the network unencrypted\n"
    "  --set KEY=VALUE        a setting for this run, over reeve.yaml; may be repeated\n"
    "  --user NAME            started as root: read the key, then become this user for good\n"
    "  --module-dir DIR       of the store's and the providers' modules, in place of the "
    "installed\n"
    "                         ones. To add a folder of providers to these, absolute:\n"
    "                         --set modules.path=DIR[:DIR]...\n"
    "  --settings             list all settings with their defaults, and end\n"
    "  --help, --version\n"
    "\n"
    "Files in DIR:\n"
    "  reeve.yaml      settings that you change; made with everything commented out\n"
    "  admin-password  of user 'admin', made on first start\n"
    "  local-token     opens doctor and log recent --home DIR when nobody can log in\n"
    "  url             where the API is; there while it answers\n"
    "  key             seals the credentials in the store: back it up, keep it secret\n"
    "  pid, guid, store-url, reeve.db\n"
    "\n"
    "Signals: TERM and INT stop it cleanly, HUP reads reeve.yaml again.\n"
    "\n"
    "Examples:\n"
    "  reeved --home ~/reeve\n"
    "  reeved --home /var/lib/reeve --store postgresql://reeve@db.example.com/reeve\n"
    "  reeved --home ~/reeve --listen 0.0.0.0:7400 --tls-certificate server.crt \\\n"
    "         --tls-key server.key\n"
    "  reevectl login --url \"$(cat ~/reeve/url)\" --user admin \\\n"
    "                 --password-file ~/reeve/admin-password\n";

static const struct option *
find(const char *name, rv_err *err)
{
    const char *names[RV_COUNT(known) + 1];
    size_t count = 0;
    for (size_t i = 0; i < RV_COUNT(known); i++) {
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
        names[count++] = known[i].name;
    }
    names[count] = NULL;
    const char *near = rv_nearest(name, names);
    if (near)
        rv_fail(err, RV_E_INVALID, "unknown option '%s', did you mean '%s'?", name, near);
    else
        rv_fail(err, RV_E_INVALID, "unknown option '%s'", name);
    rv_hint(err, "reeved --help lists them");
    return NULL;
}

static void
put(cJSON *settings, const char *key, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(settings, key);
    cJSON_AddStringToObject(settings, key, value);
}

/* As a shell means it: from where we were started, not from the home. */
static int
put_file(cJSON *settings, const char *key, const char *path, rv_err *err)
{
    char cwd[PATH_MAX];
    if (path[0] == '\0')
        return rv_fail(err, RV_E_INVALID, "the file name for '%s' is empty", key);
    if (path[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
        return rv_fail_errno(err, "find the current folder");
    RV_AUTO_FREE char *whole = path[0] == '/' ? rv_strdup(path) : rv_format("%s/%s", cwd, path);
    put(settings, key, whole);
    return 0;
}

static int
put_pair(cJSON *settings, const char *pair, rv_err *err)
{
    const char *equals = strchr(pair, '=');
    if (equals == NULL || equals == pair)
        return rv_fail(err, RV_E_INVALID, "--set '%s' is not KEY=VALUE", pair);
    RV_AUTO_FREE char *key = rv_strndup(pair, (size_t)(equals - pair));
    put(settings, key, equals + 1);
    return 0;
}

static int
take(struct rv_options *out, const struct option *option, const char *value, rv_err *err)
{
    switch (option->sort) {
    case FOR_FIELD:
        *(const char **)(void *)((char *)out + option->field) = value;
        break;
    case FOR_SETTING:
        put(out->settings, option->key, value);
        break;
    case FOR_FILE:
        return put_file(out->settings, option->key, value, err);
    case FOR_FLAG:
        put(out->settings, option->key, "true");
        break;
    case FOR_ACTION:
        out->action = option->action;
        break;
    default:
        return put_pair(out->settings, value, err);
    }
    return 0;
}

/* One option, at *at; a value may follow it or stand behind '='. */
static int
parse_one(struct rv_options *out, int argc, char **argv, int *at, rv_err *err)
{
    const char *word = argv[*at];
    const char *equals = strchr(word, '=');
    RV_AUTO_FREE char *name = equals ? rv_strndup(word, (size_t)(equals - word)) : rv_strdup(word);
    if (strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        out->action = RV_SHOW_HELP;
        return 0;
    }
    if (name[0] != '-')
        return rv_fail(err, RV_E_INVALID, "unexpected '%s'", word);
    const struct option *option = find(name, err);
    if (option == NULL)
        return err->code;
    int needs_value = option->sort != FOR_FLAG && option->sort != FOR_ACTION;
    if (!needs_value && equals)
        return rv_fail(err, RV_E_INVALID, "option '%s' takes no value", name);
    const char *value = equals ? equals + 1 : NULL;
    if (needs_value && value == NULL) {
        if (*at + 1 >= argc)
            return rv_fail(err, RV_E_INVALID, "option '%s' needs a value", name);
        value = argv[++*at];
    }
    return take(out, option, value, err);
}

int
rv_options_parse(struct rv_options *out, int argc, char **argv, rv_err *err)
{
    *out = (struct rv_options){ .action = RV_RUN_SERVER, .settings = cJSON_CreateObject() };
    for (int i = 1; i < argc; i++) {
        if (parse_one(out, argc, argv, &i, err))
            return err->code;
        if (out->worker) { /* what follows is for people who look at ps */
            out->action = RV_RUN_WORKER;
            return 0;
        }
    }
    if (out->action != RV_RUN_SERVER)
        return 0;
    if (out->home == NULL || out->home[0] == '\0') {
        rv_fail(err, RV_E_INVALID, "--home DIR is missing");
        return rv_hint(err, "reeved --home ~/reeve makes the folder and starts; --help tells more");
    }
    if (out->store && out->store_file)
        return rv_fail(err, RV_E_INVALID, "--store and --store-file exclude each other");
    return 0;
}

void
rv_options_free(struct rv_options *options)
{
    cJSON_Delete(options->settings);
    options->settings = NULL;
}

const char *
rv_options_help(void)
{
    return help;
}

void
rv_options_hide_store(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *value = strncmp(argv[i], "--store=", 8) == 0           ? argv[i] + 8
                      : strcmp(argv[i - 1], "--store") == 0 && i > 1 ? argv[i]
                                                                     : NULL;
        if (value && !rv_store_url_file(value))
            memset(value, '*', strlen(value));
    }
}
