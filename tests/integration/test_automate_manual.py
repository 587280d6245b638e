# SPDX-License-Identifier: Apache-2.0
"""What the README promises of automate, from a running server to a method of one's own on a real event; and on the same
server the operators' pages on events and on automate, each command as it stands there."""
import os
import unittest

import automate_it
import manual_it
import reeve_it

SHOP = {"Ops/Jobs": {
    "fields": ["act: method"],
    "methods": {"cleanup": "evm.log('info', 'older than ' .. tostring(evm.root.days) .. ' days')"},
    "instances": {"cleanup": {"act": "cleanup"}}},
    "Ops/Machine": {
        "fields": ["wait: state = METHOD::wait"],
        "methods": {"wait": "evm.root.ae_result = 'retry'; evm.root.ae_retry_interval = '10.minutes'"},
        "instances": {"window": {}}}}
SECTION = "A method of your own, on a real event"
METHOD = "acme/System/Event/EmsEvent/Demo.class/__methods__/welcome.lua"


class Manual(reeve_it.Case):
    def setUp(self):
        super().setUp()
        self.reeved = self.start("--set", "server.monitor_poll=100ms", env=reeve_it.SHIPPED)
        self.env = dict(os.environ, REEVE_CONFIG=os.path.join(self.folder, "reevectl.yaml"),
                        PATH=os.environ["REEVE_BIN"] + ":" + os.environ["PATH"])
        # As scripts/run leaves it.
        self.type(f"reevectl login --url {self.reeved.url} --password-file {self.home()}/admin-password\n"
                  "reevectl provider add demo --type demo --wait --timeout 60s")
        self.wait_for(1, "SELECT COUNT(*) FROM miq_ae_instances", "the shipped domain")

    def type(self, text):
        return manual_it.shell(text, self.folder, self.env)

    def wait_for(self, least, sql, what):
        self.until(lambda: int(self.database().one(sql) or 0) >= least, what)

    def follow(self, page, hooks):
        """Every block of it says what it is; nothing else is as it was when somebody wrote the page."""
        seen, strange = manual_it.follow(page, self.folder, self.env, hooks, {"http://127.0.0.1:7400": self.reeved.url})
        self.assertGreater(seen, 10)
        self.assertEqual(strange, 0, page)

    def test_commands_of_the_readme_and_of_the_operators_pages_do_what_they_say(self):
        self.the_readmes_commands_lead_to_a_method_that_runs_on_a_real_event()
        self.assertEqual(manual_it.follow("docs/automate-reference.md", self.folder, self.env, {})[1], 0)
        self.follow("docs/operating/events.md", {"powered": self.powered, "refused": self.refused, "handled": self.handled})
        self.follow("docs/operating/automate.md", {
            "shop": lambda: self.until(automate_it.put(self.database(), "Shop", SHOP), "the domain Shop"),
            "waits": self.waits, "broken": self.broken, "well": self.well, "hosts": self.hosts, "idle": self.idle,
            "again": self.again})

    def the_readmes_commands_lead_to_a_method_that_runs_on_a_real_event(self):
        commands = manual_it.commands_of("README.md", SECTION)
        self.assertLessEqual(len(commands), 8, "with ./scripts/run and its variables ten")
        printed = [self.type(command) for command in commands]
        for said in printed[-2:]:
            self.assertIn("is powered on", said)
        self.assertRegex(printed[-2], r"/acme/System/Event/EmsEvent/Demo/VmPoweredOnEvent\n(?s:.*)method welcome  ok")

    def powered(self):
        """More of them than the README asks for: each eighth is one that the pages are about."""
        self.type("reevectl provider edit demo --option events=20")
        self.wait_for(2, "SELECT COUNT(*) FROM event_streams WHERE event_type = 'VmPoweredOnEvent'", "two of them")

    def refused(self):
        self.until(lambda: b'reason="blacklisted"' in self.reeved.request("GET", "/metrics").body, "one that is not kept")

    def handled(self):
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM event_lanes WHERE handled < written") in (0, "0"), "all of them")

    def waits(self):
        self.type("reevectl automate run /Ops/Machine/window")
        self.wait_for(1, "SELECT COUNT(*) FROM automate_runs WHERE status = 'retry'", "a machine that waits")

    def broken(self):
        """Somebody has changed the method of the README."""
        with open(os.path.join(self.folder, METHOD), "a", encoding="utf-8") as file:
            file.write("local owner = evm.root.vm.owner_name:upper()\n")
        self.type("reevectl automate import acme")
        self.wait_for(1, "SELECT COUNT(*) FROM automate_runs WHERE status = 'error'", "a run that failed")

    def well(self):
        last = lambda: self.database().query("SELECT status FROM automate_runs WHERE ended_on IS NOT NULL ORDER BY ended_on DESC LIMIT 3")
        self.until(lambda: last() == [["finished"]] * 3, "some that do not fail")

    def hosts(self):
        self.until(lambda: "10.0.0.5" in self.type("reevectl settings get automate.http_hosts"), "the file is read")

    def idle(self):
        self.until(lambda: not self.reeved.children("automate"), "the end of those who work on it")

    def again(self):
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM automate_runs WHERE status = 'queued'") in (0, "0"), "nothing waits")


if __name__ == "__main__":
    unittest.main()
