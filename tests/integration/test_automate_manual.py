# SPDX-License-Identifier: Apache-2.0
"""What the README promises of automate: from a running server to a method of one's own on a real event."""
import os
import unittest

import manual_it
import reeve_it

SECTION = "A method of your own, on a real event"


class Manual(reeve_it.Case):
    def test_the_readmes_commands_lead_to_a_method_that_runs_on_a_real_event(self):
        reeved = self.start("--set", "server.monitor_poll=100ms", env=reeve_it.SHIPPED)
        env = dict(os.environ, REEVE_CONFIG=os.path.join(self.folder, "reevectl.yaml"),
                   PATH=os.environ["REEVE_BIN"] + ":" + os.environ["PATH"])
        # As scripts/run leaves it.
        manual_it.shell(f"reevectl login --url {reeved.url} --password-file {self.home()}/admin-password\n"
                        "reevectl provider add demo --type demo --wait --timeout 60s", self.folder, env)
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM miq_ae_instances") not in (0, "0"), "the shipped domain")
        commands = manual_it.commands_of("README.md", SECTION)
        self.assertLessEqual(len(commands), 8, "with ./scripts/run and its variables ten")
        printed = [manual_it.shell(command, self.folder, env) for command in commands]
        self.assertIn("is powered on", printed[-1])
        self.assertRegex(printed[-1], r"/acme/System/Event/EmsEvent/Demo/VmPoweredOnEvent\n(?s:.*)method welcome  ok")


if __name__ == "__main__":
    unittest.main()
