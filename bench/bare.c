/* SPDX-License-Identifier: Apache-2.0
 *
 * A bare process, the floor for memory and start-up: opens the store of the URL (or
 * file) given with nothing but the client library, runs one statement, prints "ready",
 * and waits for its standard input to end. Built once for each thing that a worker may map:
 * libpq or SQLite, and libcurl where it talks to a provider.
 */
#ifdef BARE_CURL
#include <curl/curl.h>
#endif
#ifdef BARE_SQLITE
#include <sqlite3.h>
#else
#include <libpq-fe.h>
#endif
#include <stdio.h>

#ifdef BARE_SQLITE
static sqlite3 *database;

static int
open_store(const char *url)
{
    /* Behind "sqlite:". */
    return sqlite3_open(url + 7, &database) == SQLITE_OK &&
           sqlite3_exec(database, "PRAGMA journal_mode=WAL; SELECT count(*) FROM sqlite_schema",
                        NULL, NULL, NULL) == SQLITE_OK;
}

static void
close_store(void)
{
    sqlite3_close(database);
}
#else
static PGconn *connection;

static int
open_store(const char *url)
{
    PGresult *result;
    int fine;

    connection = PQconnectdb(url);
    result = PQexec(connection, "SELECT 1");
    fine = PQresultStatus(result) == PGRES_TUPLES_OK;

    PQclear(result);
    return fine;
}

static void
close_store(void)
{
    PQfinish(connection);
}
#endif

int
main(int argc, char **argv)
{
    int fine;

#ifdef BARE_CURL
    CURL *curl;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
#endif
    fine = argc == 2 && open_store(argv[1]);
    puts(fine ? "ready" : "failed");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    close_store();
#ifdef BARE_CURL
    curl_easy_cleanup(curl);
#endif
    return !fine;
}
