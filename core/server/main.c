/* SPDX-License-Identifier: Apache-2.0
 *
 * reeved: the supervisor, or one of its workers.
 */
#include <stdio.h>
#include <string.h>
#include "db/db.h"
#include "home/options.h"
#include "server/supervisor.h"
#include "server/worker.h"
#include "settings/settings.h"

enum { EXIT_USAGE = 2 };

static const char *
default_of(const struct rv_setting *one)
{
    static char text[80];
    if (one->fallback)
        return one->fallback[0] ? one->fallback : "-";
    snprintf(text, sizeof(text), "as %s", one->inherits);
    return text;
}

static void
print_settings(void)
{
    for (const struct rv_setting *one = rv_settings_declared(); one->key; one++)
        printf("%-34s %-16s %s\n", one->key, default_of(one), one->help);
}

static int
refuse(const rv_err *err)
{
    fprintf(stderr, "reeved: %s\n", err->text);
    if (err->hint[0])
        fprintf(stderr, "hint: %s\n", err->hint);
    return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
    rv_err err = RV_ERR_INIT;
    struct rv_options options;
    int code = 0;
    if (argc > 1 && strcmp(argv[1], "db") == 0)
        return rv_db_main(argc, argv);
    if (rv_options_parse(&options, argc, argv, &err)) {
        rv_options_free(&options);
        return refuse(&err);
    }
    switch (options.action) {
    case RV_SHOW_HELP:
        fputs(rv_options_help(), stdout);
        break;
    case RV_SHOW_VERSION:
        printf("reeved %s\n", REEVE_VERSION);
        break;
    case RV_SHOW_SETTINGS:
        print_settings();
        break;
    case RV_RUN_WORKER:
        code = rv_worker_main();
        break;
    default:
        code = rv_supervisor_run(&options, argc, argv);
        break;
    }
    rv_options_free(&options);
    return code;
}
