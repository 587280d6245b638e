/* SPDX-License-Identifier: Apache-2.0
 *
 * Fresh databases on the engine that the run is about.
 */
#include "support/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "model/model.h"
#include "store/schema.h"

#define REGION 1
#define TEMPLATE "reeve_template"

static _Noreturn void
stop(const char *what, const rv_err *err)
{
    fprintf(stderr, "test support: %s: %s: %s%s%s\n", what, rv_class_name(err->code), err->text,
            *err->hint ? "; " : "", err->hint);
    abort();
}

static const char *
engine(void)
{
    const char *text = getenv("REEVE_TEST_STORE");

    return text && *text ? text : "sqlite";
}

int
rv_test_is_postgres(void)
{
    return strncmp(engine(), "postgres", 8) == 0;
}

/* Value of a KEY=value line. */
static char *
env_value(const char *text, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strncmp(line, key, len) == 0 && line[len] == '=')
            return rv_strndup(line + len + 1, strcspn(line + len + 1, "\n"));
    return rv_strdup("");
}

/* URL of the server, without the database's name: ends with '/'. */
static char *
server_url(void)
{
    const char *path = getenv("REEVE_TEST_POSTGRES");
    RV_AUTO_BUF
    rv_buf text = rv_buf_limited(65536);
    rv_err err = RV_ERR_INIT;

    if (strstr(engine(), "://")) {
        const char *host = strstr(engine(), "://") + 3;
        size_t len = (size_t)(host - engine()) + strcspn(host, "/?");
        return rv_format("%.*s/", (int)len, engine());
    }
    if (!path)
        rv_fail(&err, RV_E_INVALID, "REEVE_TEST_POSTGRES does not name the cluster's env file");
    if (!path || rv_buf_read_file(&text, path, &err) < 0)
        stop("find PostgreSQL", &err);
    RV_AUTO_FREE char *host = env_value(rv_buf_text(&text), "PGHOST");
    RV_AUTO_FREE char *port = env_value(rv_buf_text(&text), "PGPORT");
    RV_AUTO_FREE char *user = env_value(rv_buf_text(&text), "PGUSER");
    RV_AUTO_FREE char *password = env_value(rv_buf_text(&text), "PGPASSWORD");
    return rv_format("postgresql://%s:%s@%s:%s/", user, password, host, port);
}

static struct rv_store *
open_url(const char *url, int64_t statement_timeout_ms, int64_t busy_timeout_ms)
{
    struct rv_store *store = NULL;
    rv_err err = RV_ERR_INIT;
    struct rv_store_config config = { .url = url,
                                      .module_dir = REEVE_MODULES,
                                      .application = "reeve-test",
                                      .statement_timeout_ms = statement_timeout_ms,
                                      .busy_timeout_ms = busy_timeout_ms };

    if (rv_store_open(&store, &config, &err) < 0)
        stop("open store", &err);
    return store;
}

/* Databases are made and dropped by one session: to log in costs nearly as much as to copy one. */
static struct rv_store *admin;
static pid_t admin_of;

/* A child that was forked must not say good-bye for its parent. */
static void
close_admin(void)
{
    if (admin_of == getpid())
        rv_store_close(admin);
}

static struct rv_store *
open_admin(void)
{
    RV_AUTO_FREE char *server = server_url();
    RV_AUTO_FREE char *url = rv_format("%spostgres", server);

    if (!admin) {
        admin = open_url(url, 0, 0);
        admin_of = getpid();
        atexit(close_admin);
    }
    RV_ASSERT(admin_of == getpid());
    return admin;
}

static void
on_server(const char *sql)
{
    rv_test_script(open_admin(), sql);
}

/* SQLite: the file to copy, where there is one. */
static const char *
template_file(void)
{
    const char *path = getenv("REEVE_TEST_TEMPLATE");

    return path && access(path, R_OK) == 0 ? path : NULL;
}

static void
copy_file(const char *from, const char *to)
{
    RV_AUTO_BUF
    rv_buf bytes = rv_buf_limited(64 << 20);
    rv_err err = RV_ERR_INIT;
    FILE *out = fopen(to, "w");

    if (rv_buf_read_file(&bytes, from, &err) < 0)
        stop("read the template", &err);
    RV_ASSERT(out && fwrite(bytes.data, 1, bytes.len, out) == bytes.len && fclose(out) == 0);
}

static void
create_from(struct rv_test_db *db, const char *template)
{
    static int number;

    memset(db, 0, sizeof *db);
    if (!rv_test_is_postgres()) {
        db->dir = rv_test_dir();
        snprintf(db->url, sizeof db->url, "sqlite:%s/reeve.db", db->dir);
        if (template)
            copy_file(template, db->url + strlen("sqlite:"));
        return;
    }
    RV_AUTO_FREE char *server = server_url();
    snprintf(db->name, sizeof db->name, "reeve_test_%d_%d", (int)getpid(), ++number);
    RV_AUTO_FREE char *sql =
        rv_format("CREATE DATABASE \"%s\"%s%s", db->name,
                  template ? " STRATEGY FILE_COPY TEMPLATE " : "", template ? template : "");
    on_server(sql);
    snprintf(db->url, sizeof db->url, "%s%s", server, db->name);
}

void
rv_test_db_create(struct rv_test_db *db)
{
    create_from(db, NULL);
}

/* What ctest's fixture has left to copy, or NULL: far quicker than making three hundred tables and
 * indexes anew. */
static const char *
template_of_run(void)
{
    static int known = -1;

    if (!rv_test_is_postgres())
        return template_file();
    if (known < 0)
        known = (int)rv_test_int(open_admin(),
                                 "SELECT count(*) FROM pg_database WHERE datname = '" TEMPLATE "'");
    return known > 0 ? TEMPLATE : NULL;
}

static void
make_schema_at(const char *url)
{
    rv_err err = RV_ERR_INIT;
    struct rv_store *store = open_url(url, 0, 0);

    if (rv_schema_upgrade(store, REGION, &err) < 0)
        stop("make the schema", &err);
    rv_store_close(store);
}

static void
make_template_file(void)
{
    const char *path = getenv("REEVE_TEST_TEMPLATE");
    RV_AUTO_FREE char *made = rv_format("%s_new", path ? path : "");
    RV_AUTO_FREE char *url = rv_format("sqlite:%s", made);

    RV_ASSERT(path && (unlink(made) == 0 || errno == ENOENT));
    make_schema_at(url);
    RV_ASSERT(rename(made, path) == 0);
}

static void
make_template_database(void)
{
    RV_AUTO_FREE char *server = server_url();
    RV_AUTO_FREE char *url = rv_format("%s" TEMPLATE "_new", server);

    on_server("DROP DATABASE IF EXISTS " TEMPLATE "_new");
    on_server("DROP DATABASE IF EXISTS " TEMPLATE);
    on_server("CREATE DATABASE " TEMPLATE "_new");
    make_schema_at(url);
    on_server("ALTER DATABASE " TEMPLATE "_new RENAME TO " TEMPLATE);
}

void
rv_test_template_make(void)
{
    rv_err err = RV_ERR_INIT;

    if (rv_model_init(&err) < 0)
        stop("dictionary", &err);
    if (rv_test_is_postgres())
        make_template_database();
    else
        make_template_file();
}

void
rv_test_db_drop(struct rv_test_db *db)
{
    rv_test_dir_remove(db->dir);
    if (*db->name) {
        /* With force: sessions of killed processes may still be ending. */
        RV_AUTO_FREE char *sql = rv_format("DROP DATABASE IF EXISTS \"%s\" WITH (FORCE)", db->name);
        on_server(sql);
    }
    memset(db, 0, sizeof *db);
}

struct rv_store *
rv_test_store_open(const struct rv_test_db *db)
{
    return open_url(db->url, 0, 0);
}

struct rv_store *
rv_test_store_open_timed(const struct rv_test_db *db, int64_t statement_timeout_ms,
                         int64_t busy_timeout_ms)
{
    return open_url(db->url, statement_timeout_ms, busy_timeout_ms);
}

/* Whether the template is of this dictionary: ctest makes it anew each time, but a program that was
 * built since may be started by hand. */
static int
is_of_today(struct rv_store *store)
{
    static int known = -1;
    RV_AUTO_BUF
    rv_buf missing = rv_buf_limited(4 << 20);
    rv_err err = RV_ERR_INIT;

    if (known < 0 && rv_schema_missing(&missing, store, &err) < 0)
        stop("look at the template", &err);
    if (known < 0)
        known = missing.len == 0;
    return known;
}

struct rv_store *
rv_test_store_fresh(struct rv_test_db *db)
{
    rv_err err = RV_ERR_INIT;

    if (rv_model_init(&err) < 0)
        stop("dictionary", &err);
    const char *template = template_of_run();
    create_from(db, template);
    struct rv_store *store = rv_test_store_open(db);
    /* Every database has a feed of its own: as if it had been made anew. */
    if (template)
        rv_test_script(store, rv_test_is_postgres()
                                  ? "UPDATE schema_info SET value = value +"
                                    " (random() * 1000000)::bigint WHERE name = 'epoch'"
                                  : "UPDATE schema_info SET value = value + abs(random()) % 1000000"
                                    " WHERE name = 'epoch'");
    if ((template && is_of_today(store) ? rv_schema_open(store, &err)
                                        : rv_schema_upgrade(store, REGION, &err)) < 0)
        stop("make the schema", &err);
    return store;
}

int64_t
rv_test_int(struct rv_store *store, const char *sql)
{
    rv_err err = RV_ERR_INIT;
    rv_value out = RV_VNULL;
    int found = rv_store_one(store, &out, 1, sql, NULL, 0, &err);

    if (found == 0 || (found > 0 && out.type != RV_INT))
        rv_fail(&err, RV_E_INVALID, "no number");
    if (err.code)
        stop(sql, &err);
    return out.v.i;
}

char *
rv_test_text(struct rv_store *store, const char *sql)
{
    rv_err err = RV_ERR_INIT;
    rv_value out = RV_VNULL;
    int found = rv_store_one(store, &out, 1, sql, NULL, 0, &err);

    if (found == 0 || (found > 0 && out.type != RV_TEXT && out.type != RV_NULL))
        rv_fail(&err, RV_E_INVALID, "no text");
    if (err.code)
        stop(sql, &err);
    return out.type == RV_TEXT ? rv_strndup(out.v.text, (size_t)out.len) : NULL;
}

void
rv_test_script(struct rv_store *store, const char *sql)
{
    rv_err err = RV_ERR_INIT;

    if (rv_store_script(store, sql, &err) < 0)
        stop(sql, &err);
}
