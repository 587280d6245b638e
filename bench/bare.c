/* SPDX-License-Identifier: Apache-2.0
 *
 * A bare process, the floor for memory and start-up: opens the store of the URL (or
 * file) given with nothing but the client library, runs one statement, has
 * libcurl started, prints "ready", and waits for its standard input to end.
 */
#include <curl/curl.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static int
open_postgres(const char *url)
{
    PGconn *connection = PQconnectdb(url);
    PGresult *result = PQexec(connection, "SELECT 1");
    int fine = PQresultStatus(result) == PGRES_TUPLES_OK;

    PQclear(result);
    return fine;
}

static int
open_sqlite(const char *path)
{
    sqlite3 *database;

    return sqlite3_open(path, &database) == SQLITE_OK &&
           sqlite3_exec(database, "PRAGMA journal_mode=WAL; SELECT count(*) FROM sqlite_schema",
                        NULL, NULL, NULL) == SQLITE_OK;
}

int
main(int argc, char **argv)
{
    const char *url = argc > 1 ? argv[1] : "sqlite::memory:";
    CURL *curl;
    int fine;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    fine = strncmp(url, "sqlite:", 7) == 0 ? open_sqlite(url + 7) : open_postgres(url);
    puts(fine ? "ready" : "failed");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    curl_easy_cleanup(curl);
    return !fine;
}
