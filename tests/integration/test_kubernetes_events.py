# SPDX-License-Identifier: Apache-2.0
"""Events of a real cluster: what the scheduler, the controllers, a (fake) kubelet and others tell of."""
import json
import os
import shutil
import tempfile
import time
import unittest

import automate_it
import kube_it
import manual_it
import reeve_it

ROW = ("event_type", "container_group_id", "container_id", "container_node_id", "container_replicator_id",
       "container_project_id", "target_type", "target_id", "container_name", "ems_ref")

LAST_WORDS = "Back-off restarting failed container"


class Events(kube_it.KubeCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="reeve-events-")
        unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.cluster = kube_it.Cluster(folder)
        unittest.addModuleCleanup(cls.cluster.stop)
        cls.cluster.start()
        cls.cluster.kubectl("apply", "-f", f"{kube_it.PEER}/objects/demo.yaml")
        reeve_it.until(lambda: cls.running() >= 5, "running pods", 60, 0.3)

    @classmethod
    def pods(cls):
        return json.loads(cls.cluster.kubectl("get", "pods", "-A", "-o", "json"))["items"]

    @classmethod
    def running(cls):
        return sum(1 for pod in cls.pods() if pod["status"].get("phase") == "Running")

    def post(self, name, subject, reason, **more):
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        event = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": name, "namespace": subject.get("namespace", "default")},
                 "involvedObject": subject, "reason": reason, "message": f"{reason} of {subject['name']}", "type": "Warning",
                 "firstTimestamp": now, "lastTimestamp": now, "count": 1, **more}
        self.cluster.apply(event)
        return event

    def found(self, where):
        return [dict(zip(ROW, row)) for row in self.database().query(
            f"SELECT {', '.join(ROW)} FROM event_streams WHERE source = 'KUBERNETES' AND {where} ORDER BY number")]

    def wait_for(self, where, count=1):
        return self.until(lambda: len(self.found(where)) >= count and self.found(where), f"an event where {where}")

    def row_of(self, table, uid):
        return self.database().query(f"SELECT * FROM {table} WHERE ems_ref = '{uid}'") and \
            self.database().one(f"SELECT id FROM {table} WHERE ems_ref = '{uid}'")

    def links_of(self, pod):
        """Ids of a pod's row, its node's, its replicator's and its project's."""
        return self.database().query("SELECT id, container_node_id, container_replicator_id, container_project_id"
                                     f" FROM container_groups WHERE ems_ref = '{pod['metadata']['uid']}'")[0]

    def test_a_failing_pods_event_is_linked_to_pod_replicator_project_and_node(self):
        self.connect("--set", "server.monitor_poll=100ms")
        self.until(lambda: self.database().one("SELECT connected_on FROM event_lanes WHERE name LIKE 'ems %'"), "a watch of events")
        # What happened before we came is not told.
        self.assertEqual(self.found("event_type = 'POD_SCHEDULED'"), [])
        pod = next(pod for pod in self.pods() if any(owner["kind"] == "ReplicaSet" for owner in pod["metadata"].get("ownerReferences", [])))
        name, space, uid = (pod["metadata"][key] for key in ("name", "namespace", "uid"))
        self.cluster.kubectl("label", "pod", name, "-n", space, "reeve.test/fail=true")
        event = self.wait_for(f"event_type = 'POD_FAILED' AND container_group_name = '{name}'")[0]
        links = self.links_of(pod)
        self.assertTrue(all(links), links)
        self.assertEqual([event[key] for key in ("container_group_id", "container_node_id", "container_replicator_id",
                                                 "container_project_id")], links)
        self.assertEqual((event["target_type"], event["target_id"]), ("container_group", links[0]))
        # The controller replaces it; its event is about the replica set.
        made = self.wait_for("event_type = 'REPLICATOR_SUCCESSFULCREATE'")[0]
        self.assertEqual((made["container_replicator_id"], made["target_type"]), (links[2], "container_replicator"))
        self.events_that_are_posted(next(pod for pod in self.pods() if pod["status"].get("phase") == "Running"))
        self.a_position_that_is_too_old(pod)

    @unittest.skipUnless(os.environ.get("REEVE_TEST_DEEP"), "under --deep: every day the tutorial goes the same way")
    def test_a_failing_pod_runs_a_method_of_ones_own_domain_within_a_second(self):
        self.connect("--set", "server.monitor_poll=100ms", env=reeve_it.SHIPPED)
        own = {"System/Event/EmsEvent/Kubernetes": {
            "fields": ["meth1: method"],
            "methods": {"note": "evm.root.container_group:custom_set('failed_with', evm.root.event_stream.message)"},
            "instances": {"POD_FAILED": {"meth1": "note"}}}}
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM miq_ae_domains") == "1", "Reeve's domain")
        self.until(automate_it.put(self.database(), "Acme", own), "one's own domain")
        self.until(lambda: self.database().one("SELECT connected_on FROM event_lanes WHERE name LIKE 'ems %'"), "a watch of events")
        # The tutorial's own, "db", stays well.
        pod = next(pod for pod in self.pods() if pod["status"].get("phase") == "Running" and pod["metadata"]["name"] != "db")
        name, space, uid = (pod["metadata"][key] for key in ("name", "namespace", "uid"))
        self.cluster.kubectl("label", "pod", name, "-n", space, "reeve.test/fail=true")
        self.wait_for(f"event_type = 'POD_FAILED' AND container_group_name = '{name}'")
        event = self.database().one(f"SELECT MAX(id) FROM event_streams WHERE event_type = 'POD_FAILED' AND container_group_name = '{name}'")
        ended = lambda: self.database().query(f"SELECT ended_on, status FROM automate_runs WHERE event_stream_id = {event} AND ended_on IS NOT NULL")
        self.until(ended, "its run")
        trace = self.ctl("automate", "trace", event, "-o", "table")
        self.assertIn("/Acme/System/Event/EmsEvent/Kubernetes/POD_FAILED", trace)
        self.assertRegex(trace, "method .*note +ok")
        self.assertEqual(self.database().one("SELECT COUNT(*) FROM custom_attributes WHERE name = 'failed_with'"), "1")
        took = []
        subject = {"kind": "Pod", "apiVersion": "v1", "namespace": space, "name": name, "uid": uid}
        for number in range(7):
            self.post(f"posted-failed-{number}", subject, "Failed")
            posted_ms = time.time() * 1000
            found = self.until(lambda: self.database().query(
                "SELECT r.ended_on FROM automate_runs r JOIN event_streams e ON e.id = r.event_stream_id"
                f" WHERE e.message = 'Failed of {name}' AND r.status = 'finished' ORDER BY r.id")[number:], "its run")
            took.append(int(found[0][0]) - posted_ms)
        self.assertLess(sorted(took)[3], 1000, took)

    def events_that_are_posted(self, pod):
        name, space, uid = (pod["metadata"][key] for key in ("name", "namespace", "uid"))
        main = pod["spec"]["containers"][0]["name"]
        subject = {"kind": "Pod", "apiVersion": "v1", "namespace": space, "name": name, "uid": uid, "fieldPath": f"spec.containers{{{main}}}"}
        posted = self.post("posted-backoff", subject, "BackOff", source={"component": "kubelet", "host": pod["spec"]["nodeName"]})
        event = self.wait_for("event_type = 'POD_BACKOFF'")[0]
        self.assertEqual(event["container_name"], main)
        self.assertEqual(event["container_id"], self.database().one(
            f"SELECT id FROM containers WHERE container_group_id = {event['container_group_id']} AND name = '{main}'"))
        # The same again, in the same second: another event.
        for count in (2, 3):
            posted["count"] = count
            self.cluster.apply(posted)
            self.wait_for("event_type = 'POD_BACKOFF'", count)
        refs = [event["ems_ref"] for event in self.found("event_type = 'POD_BACKOFF'")]
        self.assertEqual(refs, [refs[0], refs[0] + "/2", refs[0] + "/3"])
        # Kubelets write their node's name in place of its uid.
        node = pod["spec"]["nodeName"]
        self.post("posted-reboot", {"kind": "Node", "name": node, "uid": node}, "Rebooted")
        event = self.wait_for("event_type = 'NODE_REBOOTED'")[0]
        ours = self.database().one(f"SELECT id FROM container_nodes WHERE name = '{node}'")
        self.assertEqual((event["container_node_id"], event["target_type"], event["target_id"]), (ours, "container_node", ours))
        # A reason that nobody knows is no event.
        self.post("posted-odd", subject, "Oddity")
        self.post("posted-killing", subject, "Killing")
        self.wait_for("event_type = 'POD_KILLING'")
        self.assertEqual(self.found("event_type LIKE '%ODDITY'"), [])

    def a_position_that_is_too_old(self, pod):
        provider = self.provider()["id"]
        self.reeved.post(f"/api/providers/{provider}", {"action": "pause"})
        self.until(lambda: not self.reeved.children("event"), "the event worker's end")
        before = self.database().query("SELECT ems_ref, event_type FROM event_streams WHERE source = 'KUBERNETES'")
        subject = {"kind": "Pod", "apiVersion": "v1", **{key: pod["metadata"][key] for key in ("namespace", "name", "uid")}}
        self.post("posted-meanwhile", subject, "Evicted")
        self.cluster.expire()
        self.execute("UPDATE event_lanes SET token = '1' WHERE name LIKE 'ems %'")
        self.reeved.post(f"/api/providers/{provider}", {"action": "resume"})
        event = self.wait_for("event_type = 'POD_EVICTED'")[0]
        self.assertEqual(event["container_group_id"], self.links_of(pod)[0])
        self.until(lambda: len(self.database().one("SELECT token FROM event_lanes WHERE name LIKE 'ems %'")) > 1, "a new position")
        rows = self.database().query("SELECT ems_ref, event_type FROM event_streams WHERE source = 'KUBERNETES'")
        self.assertEqual(len(rows), len(set(map(tuple, rows))))
        self.assertLessEqual(set(map(tuple, before)), set(map(tuple, rows)))

    def test_the_tutorial_of_automate_runs_as_written_on_a_pod_that_crashes(self):
        """An instance of a user's own domain overrides the shipped one; what ran is traced, and acted on the pod."""
        self.connect("--set", "server.monitor_poll=100ms", env=reeve_it.SHIPPED)
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM miq_ae_instances") not in (0, "0"), "the shipped domain")
        self.until(lambda: self.database().one("SELECT connected_on FROM event_lanes WHERE name LIKE 'ems %'"), "a watch of events")
        pod = next(pod for pod in self.pods() if pod["metadata"]["name"] == "db")
        name, space, uid = (pod["metadata"][key] for key in ("name", "namespace", "uid"))
        subject = {"kind": "Pod", "apiVersion": "v1", "namespace": space, "name": name, "uid": uid}
        env = dict(os.environ, REEVE_CONFIG=self.config, PATH=os.environ["REEVE_BIN"] + ":" + os.environ["PATH"])
        row = self.links_of(pod)[0]
        tag = lambda: self.database().one("SELECT t.name FROM taggings g JOIN tags t ON t.id = g.tag_id"
                                          f" WHERE g.taggable_type = 'container_group' AND g.taggable_id = {row}")
        hooks = {"crash": lambda: self.post(f"crash-{time.time_ns()}", subject, "BackOff", message=LAST_WORDS),
                 "tagged": lambda: self.assertEqual(tag(), "/managed/health/crashing")}
        seen, strange = manual_it.follow("docs/automate.md", self.folder, env, hooks)
        self.assertGreater(seen, 20)
        self.assertEqual(strange, 0)
        self.assertIsNone(tag(), "the machine took it off")
        self.assertEqual(self.database().one("SELECT value FROM custom_attributes WHERE name = 'last_crash'"
                                             f" AND resource_id = {row}"), LAST_WORDS)
        self.the_shipped_instance_is_in_force_again(subject, env)
        self.the_account_of_the_plugins_page_may_read_and_nothing_else()

    def the_account_of_the_plugins_page_may_read_and_nothing_else(self):
        manual_it.follow("plugins/kubernetes/README.md", self.folder, {}, {})
        self.cluster.kubectl("apply", "-f", os.path.join(self.folder, "reeve-account.yaml"))
        rights = self.cluster.kubectl("auth", "can-i", "--list", "--as=system:serviceaccount:reeve:reeve", "--no-headers")
        self.assertRegex(rights, r"(?m)^events\.events\.k8s\.io .*\[get list watch\]$")
        self.assertNotRegex(rights, r"(?m)^pods .*(delete|patch|\*)")

    def runs(self, where="TRUE"):
        return int(self.database().one(f"SELECT COUNT(*) FROM automate_runs WHERE status = 'finished' AND {where}"))

    def the_shipped_instance_is_in_force_again(self, subject, env):
        """Without a restart, when the domain is switched off and on."""
        before, events = self.runs(), len(self.found("event_type = 'POD_BACKOFF'"))
        manual_it.shell("reevectl automate disable acme", self.folder, env)
        self.post("crash-off", subject, "BackOff")
        self.wait_for("event_type = 'POD_BACKOFF'", events + 1)
        self.until(lambda: self.database().one("SELECT COUNT(*) FROM event_lanes WHERE handled < written") in (0, "0"), "all handled")
        self.assertEqual(self.runs(), before)
        manual_it.shell("reevectl automate enable acme", self.folder, env)
        self.post("crash-on", subject, "BackOff")
        self.until(lambda: self.runs() == before + 1, "a run of the domain that is on again")

    def execute(self, sql):
        if self.database().env:
            self.database().query(sql)
            return
        import contextlib
        import sqlite3
        with contextlib.closing(sqlite3.connect(self.database().url[len("sqlite:"):], timeout=20)) as connection, connection:
            connection.execute(sql)


if __name__ == "__main__":
    reeve_it.main()
