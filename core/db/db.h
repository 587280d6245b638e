/* SPDX-License-Identifier: Apache-2.0
 *
 * `reeved db ...`: what is done with a home's store from outside of the server. It runs beside a
 * server or without one, in this process, and asks nobody; `reevectl db` starts it.
 */
#ifndef RV_DB_H
#define RV_DB_H

/* argv[1] is "db". Exit code, those of reevectl. */
int rv_db_main(int argc, char **argv);

#endif
