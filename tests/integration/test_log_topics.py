# SPDX-License-Identifier: Apache-2.0
"""Levels of the log by topic, changed while the server runs; the last warnings from afar."""
import json
import os
import re
import signal

import reeve_it


class LogTopics(reeve_it.Case):
    def setUp(self):
        super().setUp()
        self.env = dict(os.environ, HOME=self.folder, REEVE_CONFIG=os.path.join(self.folder, "config.yaml"))
        self.env.pop("REEVE_URL", None)

    def started(self, *options):
        reeved = self.start("--set", "server.monitor_poll=100ms", *options)
        code, _, says = self.run_program("reevectl", "login", "--url", reeved.url, "--user", "admin",
                                         "--password-file", os.path.join(reeved.home, "admin-password"), env=self.env)
        self.assertEqual(code, 0, says)
        return reeved

    def reevectl(self, *arguments, code=0):
        got, out, says = self.run_program("reevectl", *arguments, env=self.env)
        self.assertEqual(got, code, says)
        return out if code == 0 else says

    def levels(self):
        return {one["topic"]: one["level"] for one in json.loads(self.reevectl("log", "level", "-o", "json"))}

    def test_a_topic_is_made_to_tell_more_or_less_in_all_processes(self):
        reeved = self.started()
        self.assertEqual(set(self.levels().values()), {"info"})

        def tells(pattern):
            self.until(lambda: re.search(pattern, reeved.log(), re.M), pattern)

        self.reevectl("log", "level", "api", "debug")
        self.until(lambda: reeved.get("/api/zones") and "msg=request worker=api topic=api" in reeved.log(), "requests are told")
        self.assertNotRegex(reeved.log(), r"level=debug .*topic=store")
        self.reevectl("log", "level", "supervisor", "debug")
        before = len(re.findall("msg=\"worker started\"", reeved.log()))

        def another():
            for pid in reeved.children("generic"):
                os.kill(pid, signal.SIGKILL)
            return len(re.findall("level=debug msg=\"worker started\" worker=supervisor topic=supervisor", reeved.log())) > before

        self.until(another, "the supervisor tells of starts", 20, 0.3)
        self.assertEqual(self.levels()["api"], "debug")
        self.assertEqual(self.levels()["queue"], "info")
        self.reevectl("log", "level", "store", "debug")
        tells(r"level=debug msg=(query|statement) worker=api topic=store .*sql=")
        self.reevectl("log", "level", "store", "default")
        self.reevectl("log", "level", "api", "default")
        self.until(lambda: self.silent(reeved), "requests are told no more")
        self.assertEqual(json.loads(self.reevectl("settings", "get", "log.topics", "-o", "json"))["value"],
                         "supervisor=debug")

    def silent(self, reeved):
        start = len(reeved.log())
        reeved.get("/api/zones")
        reeved.get("/api/zones")
        return "topic=api" not in reeved.log()[start:]

    def test_what_is_no_topic_or_level_is_refused_by_name(self):
        reeved = self.started()
        self.assertIn("did you mean 'queue'?", self.reevectl("log", "level", "quue", "debug", code=2))
        self.assertIn("did you mean 'debug'?", self.reevectl("log", "level", "queue", "debg", code=2))
        answer = reeved.request("PATCH", f"/api/servers/{reeved.get('/api/servers?expand=resources')['resources'][0]['id']}"
                                "/settings", {"log.topics": "quue=debug"})
        self.assertEqual(answer.status, 400)
        self.assertIn("'quue' is no topic, did you mean 'queue'?", answer.body.decode())
        self.assertIn("'nonsense' is no level", self.refused("log.topics=queue=nonsense"))

    def refused(self, setting):
        home = self.home("refused")
        reeved = self.launch("--set", setting, home=os.path.basename(home))
        self.assertNotEqual(reeved.wait(), 0)
        return reeved.log()

    def test_json_lines_carry_the_topic_and_the_last_warnings_are_read_from_afar(self):
        reeved = self.started("--log-format", "json")
        os.kill(self.until(lambda: reeved.children("generic"), "a generic worker")[0], signal.SIGKILL)
        self.until(lambda: "worker ended" in self.reevectl("log", "recent"), "the end of a worker")
        topics = set()
        for line in reeved.log().splitlines():
            topics.add(json.loads(line).get("topic"))
        self.assertIn("supervisor", topics)
        for line in json.loads(self.reevectl("log", "recent")):
            self.assertIn(line["level"], ("warning", "error"))


if __name__ == "__main__":
    reeve_it.main()
