# SPDX-License-Identifier: Apache-2.0
"""What Prometheus and Grafana see: /metrics of a running server, the dashboard and the alert rules."""
import json
import os
import re
import signal
import subprocess
import time
import unittest

import reeve_it

PACKAGING = os.path.join(reeve_it.ROOT, "packaging")
DASHBOARD = os.path.join(PACKAGING, "grafana", "reeve.json")
RULES = os.path.join(PACKAGING, "prometheus", "reeve.rules.yml")
RULES_TESTS = [os.path.join(reeve_it.HERE, name) for name in ("reeve.rules.test.yml", "reeve.rules.week.test.yml")]
# What stands in an expression and is no series of ours.
FOREIGN = {"up"}


def families(text):
    """Name to type."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))


def samples(text):
    """(name, labels as a sorted tuple) to value."""
    out = {}
    for name, labels, value in re.findall(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$", text, re.M):
        pairs = tuple(sorted(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', labels)))
        out[(name, pairs)] = float(value)
    return out


def series_of(expression):
    """Names of series in a PromQL expression."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    return set(re.findall(r"\b(?:reeve|process)_[a-z_]+\b", bare)) | (set(re.findall(r"\bup\b", bare)) & FOREIGN)


def expressions(path):
    if path.endswith(".json"):
        with open(path) as file:
            panels = json.load(file)["panels"]
        return [target["expr"] for panel in panels for target in panel.get("targets", [])]
    with open(path) as file:
        return re.findall(r"^\s+expr: (.*)$", file.read(), re.M)


class Monitoring(reeve_it.Case):
    def scrape(self, reeved):
        answer = reeved.request("GET", "/metrics", user=None)
        self.assertEqual(answer.status, 200)
        return answer.body.decode()

    def value(self, reeved, name, **labels):
        return samples(self.scrape(reeved)).get((name, tuple(sorted(labels.items()))))

    def provider(self, reeved, name):
        answer = reeved.post("/api/providers", {"name": name, "type": "demo",
                                                "options": {"pods": "20", "vms": "10", "churn": "50"}})
        number = answer["results"][0]["id"]
        self.until(lambda: reeved.get(f"/api/providers/{number}").get("last_refresh_success_date"), "a refresh")
        return number

    def test_metrics_tell_what_the_api_tells(self):
        reeved = self.start("--set", "server.monitor_poll=200ms")
        name = 'a "quoted\\ name'
        number = self.provider(reeved, name)
        provider = {"provider": name.replace("\\", "\\\\").replace('"', '\\"')}
        # The figures from the database are kept for a while: those of a fresh API worker are fresh.
        for pid in reeved.children("api"):
            os.kill(pid, signal.SIGKILL)
        self.until(lambda: self.alive_scrape(reeved) and
                   self.value(reeved, "reeve_provider_up", type="demo", **provider) == 1, "the provider is told", 30)
        vms = reeved.get(f"/api/vms?filter[]=ems_id={number}&hide=resources")["subcount"]
        self.assertEqual(self.value(reeved, "reeve_objects", kind="vms", **provider), vms)
        row = reeved.get(f"/api/providers/{number}")
        stats = row["refresh_stats"]
        self.assertEqual(self.value(reeved, "reeve_refresh_last_duration_seconds", phase="total", **provider),
                         stats["total_ms"] / 1000)
        self.assertGreaterEqual(self.value(reeved, "reeve_refreshes_total", **provider), 1)
        self.assertGreaterEqual(self.value(reeved, "reeve_inventory_changes_total", change="created", **provider),
                                stats["created"])
        self.until(lambda: (self.value(reeved, "reeve_watch_lag_seconds_count", **provider) or 0) > 3, "watched changes")
        # The killed one is counted, and what it had counted is not lost.
        self.assertEqual(self.value(reeved, "reeve_worker_ends_total", type="api", how="signalled"), 1)
        self.assertEqual(self.value(reeved, "reeve_worker_starts_total", type="api"), 2)
        self.assertEqual(self.value(reeved, "reeve_http_requests_total", route="/api/{collection}", method="POST",
                                    code="200"), 1)
        self.assertEqual(self.value(reeved, "reeve_worker_processes", type="refresh"), 1)
        self.until(lambda: (self.value(reeved, "reeve_worker_resident_memory_bytes", type="api") or 0) > 1e6, "memory")
        task = reeved.post(f"/api/providers/{number}", {"action": "refresh"})
        reeved.wait_task(task["task_id"])
        queue = "ems_" + number
        self.until(lambda: self.value(reeved, "reeve_queue_done_total", queue=queue) == 1, "the message is counted")
        self.assertEqual(self.value(reeved, "reeve_queue_taken_total", queue=queue), 1)
        self.assertEqual(self.value(reeved, "reeve_queue_run_seconds_count", queue=queue), 1)

    @reeve_it.DEEP_ON_POSTGRES
    def test_a_rotation_of_the_key_that_fails_is_told(self):
        reeved = self.start()
        os.mkdir(os.path.join(reeved.home, "key.new"))  # in the way of the new file
        server = reeved.get("/api")["server_info"]["server_href"].rsplit("/", 1)[1]
        asked_s = time.time()
        task = reeved.post(f"/api/servers/{server}", {"action": "rotate_key"})["task_id"]
        self.until(lambda: "key.new" in (reeved.get(f"/api/tasks/{task}")["message"] or ""), "its task says why")
        self.assertAlmostEqual(self.value(reeved, "reeve_key_rotation_failing_timestamp_seconds"), asked_s, delta=20)

    def alive_scrape(self, reeved):
        try:
            return self.scrape(reeved)
        except OSError:
            return None

    @reeve_it.DEEP_ON_POSTGRES
    def test_from_elsewhere_a_token_opens_metrics_and_nothing_else(self):
        reeved = self.start("--set", "server.monitor_poll=100ms")
        server = reeved.get("/api")["server_info"]["server_href"].rsplit("/", 1)[1]
        far = {"X-Forwarded-For": "192.0.2.1"}
        with_token = dict(far, Authorization="Bearer a-token-for-prometheus")
        self.assertEqual(reeved.request("GET", "/metrics", user=None, headers=far).status, 401)
        reeved.call("PATCH", f"/api/servers/{server}/settings", {"api.metrics_token": "a-token-for-prometheus"})
        self.until(lambda: reeved.request("GET", "/metrics", user=None, headers=with_token).status == 200, "the token")
        self.assertEqual(reeved.request("GET", "/api/servers", user=None, headers=with_token).status, 401)
        with_token["Authorization"] += "x"
        self.assertEqual(reeved.request("GET", "/metrics", user=None, headers=with_token).status, 401)

    @reeve_it.DEEP_ON_POSTGRES
    def test_promtool_finds_nothing_to_blame_in_metrics(self):
        reeved = self.start()
        self.provider(reeved, "demo")
        done = subprocess.run(["promtool", "check", "metrics"], input=self.scrape(reeved), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_dashboard_and_rules_use_series_that_the_server_has(self):
        reeved = self.start()
        types = families(self.scrape(reeved))
        known = {name for name, kind in types.items() if kind != "histogram"} | FOREIGN
        known |= {name + end for name, kind in types.items() if kind == "histogram"
                  for end in ("_bucket", "_sum", "_count")}
        for path in (DASHBOARD, RULES):
            for expression in expressions(path):
                used = series_of(expression)
                self.assertTrue(used, f"{path}: {expression}")
                self.assertLessEqual(used, known, f"{path}: {expression}")

    @reeve_it.DEEP_ON_POSTGRES
    def test_all_api_workers_tell_the_same_counters(self):
        reeved = self.start("--set", "workers.api.count=3")
        self.until(lambda: len(reeved.children("api")) == 3, "three API workers")
        before = self.value(reeved, "reeve_http_requests_total", route="/api/ping", method="GET", code="200") or 0
        for _ in range(30):
            reeved.request("GET", "/api/ping", user=None)
        seen = {self.value(reeved, "reeve_http_requests_total", route="/api/ping", method="GET", code="200")
                for _ in range(9)}
        self.assertEqual(seen, {before + 30})


@unittest.skipUnless(reeve_it.STORE == "sqlite", "about files alone")
class Packaging(unittest.TestCase):
    def promtool(self, *arguments):
        done = subprocess.run(["promtool", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_promtool_takes_the_rules(self):
        self.assertIn("SUCCESS", self.promtool("check", "rules", RULES))

    def test_every_alert_fires_when_it_should_and_not_before(self):
        with open(RULES) as file:
            declared = re.findall(r"alert: (\w+)", file.read())
        text = ""
        for path in RULES_TESTS:
            with open(path) as file:
                text += file.read()
        for name in declared:
            self.assertEqual(re.findall(f'alertname="{name}".*exp_samples: (.*)}}', text),
                             ["[]", "[{labels: '{}', value: 1}]"], name)
        self.promtool("test", "rules", *RULES_TESTS)

    def test_every_alert_says_what_is_wrong_and_what_to_do(self):
        with open(RULES) as file:
            text = file.read()
        for part in text.split("- alert: ")[1:]:
            for word in ("severity:", "summary:", "description:", "for:"):
                self.assertIn(word, part)

    def test_dashboard_can_be_imported(self):
        """What Grafana's import needs, and no panel twice in one place."""
        with open(DASHBOARD) as file:
            dashboard = json.load(file)
        self.assertIsNone(dashboard["id"])
        self.assertGreaterEqual(dashboard["schemaVersion"], 36)
        numbers = [panel["id"] for panel in dashboard["panels"]]
        self.assertEqual(len(numbers), len(set(numbers)))
        places = set()
        for panel in dashboard["panels"]:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24)
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & places, panel["title"])
            places |= cells
        variables = {one["name"] for one in dashboard["templating"]["list"]}
        with open(DASHBOARD) as file:
            used = set(re.findall(r"\$\{?([a-z_]+)", file.read())) - {"__rate_interval"}
        self.assertEqual(used, variables)


if __name__ == "__main__":
    reeve_it.main()
