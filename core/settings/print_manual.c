/* SPDX-License-Identifier: Apache-2.0
 *
 * reeve-settings-manual: prints docs/man/reeve.yaml.5, the manual page of all settings. A program
 * for the build; a test holds its output equal to the committed page.
 */
#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "settings/settings.h"

#define WIDTH 76

static const char *const head =
    ".\\\" SPDX-License-Identifier: Apache-2.0\n"
    ".\\\" Made by: reeve-settings-manual. Do not edit.\n"
    ".Dd November 22, 2026\n"
    ".Dt REEVE.YAML 5\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm reeve.yaml\n"
    ".Nd settings of a Reeve server\n"
    ".Sh DESCRIPTION\n"
    "The file\n"
    ".Nm\n"
    "in the home of\n"
    ".Xr reeved 8\n"
    "holds the settings that differ from their defaults.\n"
    "It is made at the first start, with everything commented out.\n"
    "What stands in it lies over what the store has for the region, the zone and\n"
    "the server; the command line lies over it.\n"
    ".Pp\n"
    "The file is YAML.\n"
    "The parts of a key are nested, or written with dots; these mean the same:\n"
    ".Bd -literal -offset indent\n"
    "workers:\n"
    "  generic:\n"
    "    count: 4\n"
    "\n"
    "workers.generic.count: 4\n"
    ".Ed\n"
    ".Pp\n"
    "An unknown key, or a value that does not fit, is refused with the nearest key\n"
    "and the range; nothing of the file is then taken.\n"
    "So are two values that do not fit each other, as a first wait above the\n"
    "longest one; the error names both.\n"
    "After a change\n"
    ".Xr reeved 8\n"
    "reads the file again at\n"
    ".Dv SIGHUP .\n"
    "Read at the start only are\n";

static const char *const units = ".Pp\n"
                                 "A duration is a number with\n"
                                 ".Cm ms , s , m , h\n"
                                 "or\n"
                                 ".Cm d ,\n"
                                 "a bare number is of seconds.\n"
                                 "A size is a number with\n"
                                 ".Cm KiB , MiB\n"
                                 "or\n"
                                 ".Cm GiB ,\n"
                                 "a bare number is of bytes.\n"
                                 "A flag is\n"
                                 ".Cm true\n"
                                 "or\n"
                                 ".Cm false .\n"
                                 ".Sh SETTINGS\n"
                                 ".Bl -tag -width Ds\n";

static const char *const tail =
    ".El\n"
    ".Sh FILES\n"
    ".Bl -tag -width Ds\n"
    ".It Pa reeve.yaml\n"
    "in the directory that\n"
    ".Xr reeved 8\n"
    "was given with\n"
    ".Fl -home .\n"
    ".El\n"
    ".Sh EXAMPLES\n"
    "Listen on all addresses with TLS, keep the data in PostgreSQL, and\n"
    "serve the API with four processes:\n"
    ".Bd -literal -offset indent\n"
    "listen: 0.0.0.0:7400\n"
    "tls:\n"
    "  certificate: server.crt\n"
    "  key: server.key\n"
    "store: postgresql://reeve@db.example.com/reeve\n"
    "workers:\n"
    "  api:\n"
    "    count: 4\n"
    ".Ed\n"
    ".Sh SEE ALSO\n"
    ".Xr reevectl 1 ,\n"
    ".Xr reeved 8\n";

static void
print_read_at_start(void)
{
    const char *before = "";

    for (const struct rv_setting *setting = rv_settings_declared(); setting->key; setting++) {
        if (!(rv_settings_traits(setting->key) & RV_SET_AT_START))
            continue;
        printf("%s.Cm %s", before, setting->key);
        before = " ,\n";
    }
    puts(" .");
}

static const char *
type_name(int type)
{
    switch (type) {
    case RV_SET_INT:
        return "Integer";
    case RV_SET_DURATION:
        return "Duration";
    case RV_SET_SIZE:
        return "Size";
    case RV_SET_FLAG:
        return "Flag";
    default:
        return "Text";
    }
}

static void
print_number(int type, int64_t number)
{
    char text[32];

    rv_format_in_unit(text, number, rv_settings_unit(type));
    fputs(text, stdout);
}

/* Running text in short lines. */
static void
print_text(const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t len = strcspn(text, " ");

        if (column > 0 && column + len + 1 > WIDTH) {
            putchar('\n');
            column = 0;
        }
        if (column > 0)
            putchar(' ');
        printf("%.*s", (int)len, text);
        column += len + 1;
        text += len + strspn(text + len, " ");
    }
    puts(".");
}

static int
has_range(const struct rv_setting *setting)
{
    return setting->type != RV_SET_FLAG && setting->type != RV_SET_STRING &&
           (setting->min != 0 || setting->max != 0);
}

static void
print_setting(const struct rv_setting *setting)
{
    printf(".It Cm %s\n", setting->key);
    print_text(setting->help);
    fputs(type_name(setting->type), stdout);
    if (has_range(setting)) {
        fputs(" from ", stdout);
        print_number(setting->type, setting->min);
        fputs(" to ", stdout);
        print_number(setting->type, setting->max);
    }
    if (setting->fallback == NULL)
        printf(", default: that of\n.Cm %s .\n", setting->inherits);
    else if (setting->fallback[0])
        printf(", default\n.Cm %s .\n", setting->fallback);
    else
        puts(", empty by default.");
}

int
main(void)
{
    fputs(head, stdout);
    print_read_at_start();
    fputs(units, stdout);
    for (const struct rv_setting *setting = rv_settings_declared(); setting->key; setting++)
        if (setting->type != RV_SET_SECRET) /* which no file may hold */
            print_setting(setting);
    fputs(tail, stdout);
    return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
