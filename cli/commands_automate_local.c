/* SPDX-License-Identifier: Apache-2.0
 *
 * Methods in files, without a server.
 */
#include "commands.h"

static const struct cli_option copy_options[] = {
    { "method", 0, "NAME", "with a method of this name to begin with, and its test" },
    END,
};

const struct cli_command cli_commands_automate_local[] = {
    {
        .name = "automate lint",
        .usage = "FILE | DIR...",
        .summary = "find mistakes in methods and in the files of their domain",
        .text =
            "Works on files, without a server. Looks whether each text compiles and whether "
            "the globals are there that it uses; in a folder with __domain__.yaml also at all "
            "of the domain's files: keys, values that cannot be read, fields that a class "
            "has not, "
            "relationships and methods that lead nowhere, methods that nothing calls, states "
            "at which nothing happens. Prints FILE:LINE: what is wrong; the exit code is 1 when "
            "something is.",
        .examples = EXAMPLES("reevectl automate lint Acme",
                             "reevectl automate lint Acme/Ops/Pods.class/__methods__/tag_pod.lua"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_automate_lint,
    },
    {
        .name = "automate test",
        .usage = "FILE | DIR...",
        .summary = "run the tests of methods: NAME_test.lua beside NAME.lua",
        .text = "Works on files, without a server: the test tells the method its world with "
                "evm.mock and looks at what came of it with expect. The exit code is 1 when a test "
                "failed, 3 when there is none.",
        .examples = EXAMPLES("reevectl automate test Acme",
                             "reevectl automate test Acme/Ops/Pods.class/__methods__/tag_pod.lua"),
        .options = cli_no_options,
        .min_words = 1,
        .max_words = CLI_MAX_VALUES,
        .run = cmd_automate_test,
    },
    {
        .name = "automate copy",
        .usage = "PATH DIR [--method NAME]",
        .summary = "begin a domain of your own: an instance that is there, as files to change",
        .text = "The instance comes with its class and namespaces from the enabled domain of the "
                "highest priority that has it (a path that begins with a domain's name: from that "
                "one) and becomes a domain that is called as DIR is. Once imported it counts in "
                "the other's place. Files that are there already are left alone. Prints the files "
                "that it writes.",
        .examples = EXAMPLES(
            "reevectl automate copy /System/Event/EmsEvent/Demo/VmPoweredOnEvent acme --method "
            "welcome",
            "reevectl automate copy /Reeve/System/Event/EmsEvent/Kubernetes/POD_FAILED acme"),
        .options = copy_options,
        .min_words = 2,
        .max_words = 2,
        .run = cmd_automate_copy,
    },
    { .name = NULL },
};
