# SPDX-License-Identifier: Apache-2.0
"""Events from outside, as the page on webhooks has it, with a real Alertmanager."""
import datetime
import json
import os
import re
import subprocess
import unittest
import urllib.request

import manual_it
import reeve_it

PAGE = "docs/operating/webhooks.md"


class Hooks(reeve_it.Case):
    def alertmanager(self):
        """With the page's configuration, only that it does not wait half a minute to tell of an end."""
        port, path = reeve_it.free_port(), os.path.join(self.folder, "alertmanager.yml")
        with open(path, encoding="utf-8") as file:
            text = re.sub("(group_wait|group_interval): .*", r"\1: 100ms", file.read())
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        with open(os.path.join(self.folder, "alertmanager.log"), "wb") as log:
            peer = subprocess.Popen(
                ["prometheus-alertmanager", "--config.file=alertmanager.yml", f"--storage.path={self.folder}/alertmanager",
                 f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.addCleanup(peer.wait)
        self.addCleanup(peer.terminate)
        self.url = f"http://127.0.0.1:{port}"

    def tell(self, ended):
        now = datetime.datetime.now(datetime.timezone.utc)
        self.began = getattr(self, "began", None) or (now - datetime.timedelta(minutes=1)).isoformat()
        more = {"startsAt": self.began, **({"endsAt": now.isoformat()} if ended else {})}
        alert = {"labels": {"alertname": "PodCrashLooping", "severity": "critical", "namespace": "shop", "pod": "db"},
                 "annotations": {"summary": "db restarts again and again"}, **more}
        asked = urllib.request.Request(f"{self.url}/api/v2/alerts", json.dumps([alert]).encode(),
                                       {"Content-Type": "application/json"})

        def taken():
            try:
                return urllib.request.urlopen(asked, timeout=5).status == 200
            except OSError:
                return False
        self.until(taken, "Alertmanager takes an alert")

    def rows(self):
        return self.database().query("SELECT event_type, source, container_group_name, message, chain_id FROM event_streams"
                                     " WHERE type = 'CustomEvent' ORDER BY id")

    def test_the_page_is_right_and_an_alert_of_alertmanager_becomes_an_event_and_ends_as_one(self):
        reeved = self.start("--set", "server.monitor_poll=100ms")
        env = dict(os.environ, REEVE_CONFIG=os.path.join(self.folder, "reevectl.yaml"),
                   PATH=os.environ["REEVE_BIN"] + ":" + os.environ["PATH"])
        manual_it.shell(f"reevectl login --url {reeved.url} --password-file {self.home()}/admin-password\n"
                        "reevectl provider add demo --type demo --wait --timeout 60s", self.folder, env)
        manual_it.follow(PAGE, self.folder, env, {}, {"http://127.0.0.1:7400": reeved.url})
        self.assertEqual(self.rows()[0][:2], ["com.example.disk_full", "CloudEvents"])
        self.alertmanager()
        self.tell(ended=False)
        self.until(lambda: len(self.rows()) > 1, "the alert's event")
        self.tell(ended=True)
        self.until(lambda: len(self.rows()) > 2, "the event of its end")
        first, second = self.rows()[1:3]
        self.assertEqual(first[:4], ["PodCrashLooping", "Alertmanager", "db", "db restarts again and again"])
        self.assertEqual(second[0], "PodCrashLooping_resolved")
        self.assertEqual(first[4], second[4])


if __name__ == "__main__":
    unittest.main()
