/* SPDX-License-Identifier: Apache-2.0
 *
 * Methods in files, without a server.
 */
#include "commands.h"

const struct cli_command cli_commands_automate_local[] = {
    {
        .name = "automate lint",
        .usage = "FILE | DIR...",
        .summary = "find mistakes in methods and in the files of their domain",
        .text = "Works on files, without a server. Looks whether each text compiles and whether "
                "the globals are there that it uses; in a folder with __domain__.yaml also at all "
                "of the domain's files. Prints FILE:LINE: what is wrong; the exit code is 1 when "
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
    { .name = NULL },
};
