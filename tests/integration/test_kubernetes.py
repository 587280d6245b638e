# SPDX-License-Identifier: Apache-2.0
"""Reeve beside kubectl on a real, busy cluster."""
import json
import os
import subprocess
import threading
import time
import unittest

import kube_it
import reeve_it


class Beside(kube_it.BusyCase):
    def test_every_kind_that_kubectl_lists_has_the_same_names(self):
        self.connect()
        self.cluster.settle()
        self.agree()
        for kind, rows in (("pods", 900), ("customresourcedefinitions", 20), ("namespaces", 10), ("nodes", 3)):
            self.assertGreaterEqual(len(self.names(kind)), rows, kind)
        self.pods_have_the_columns_of_the_cluster()
        self.secrets_stay_where_they_are()

    def pods_have_the_columns_of_the_cluster(self):
        theirs = {i["metadata"]["uid"]: i for i in
                  json.loads(self.cluster.kubectl("get", "pods", "-A", "-o", "json"))["items"]}
        ours = {row["ems_ref"]: row for row in self.rows("pods")}
        self.assertEqual(sorted(theirs), sorted(ours))
        for uid, pod in theirs.items():
            self.assertEqual(ours[uid].get("phase"), pod["status"].get("phase"), pod["metadata"]["name"])
            self.assertEqual(ours[uid].get("ipaddress"), pod["status"].get("podIP"))
            self.assertEqual(ours[uid].get("restart_policy"), pod["spec"].get("restartPolicy"))
        nodes = {row["id"]: row["name"] for row in self.rows("nodes")}
        projects = {row["id"]: row["name"] for row in self.rows("namespaces")}
        for uid, pod in theirs.items():
            # A pod outlives its deleted node for a while: then there is nothing to point to.
            if pod["spec"].get("nodeName") in nodes.values():
                self.assertEqual(nodes.get(ours[uid].get("container_node_id")), pod["spec"]["nodeName"])
            self.assertEqual(projects.get(ours[uid].get("container_project_id")), pod["metadata"]["namespace"])
        containers = self.rows("containers")
        self.assertEqual(len(containers), sum(
            len(pod["spec"]["containers"]) + len(pod["spec"].get("initContainers", [])) for pod in theirs.values()))

    def secrets_stay_where_they_are(self):
        canary = "canary-of-a-secret"
        import base64
        for needle in (canary, base64.b64encode(canary.encode()).decode().rstrip("=")):
            self.assertNotIn(needle, self.reeved.log())
            if reeve_it.STORE == "sqlite":
                for name in os.listdir(self.reeved.home):
                    if name.startswith("reeve.db"):
                        with open(os.path.join(self.reeved.home, name), "rb") as file:
                            self.assertNotIn(needle.encode(), file.read(), name)

    def test_changes_show_while_a_watch_runs(self):
        self.connect()
        watch = subprocess.Popen([os.path.join(reeve_it.BIN, "reevectl"), "get", "pods", "--watch", "--watch-only",
                                  "-o", "json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                 env=dict(os.environ, REEVE_CONFIG=self.config))
        seen, lock = [], threading.Condition()

        def read():
            for line in watch.stdout:
                with lock:
                    seen.append((time.monotonic(), json.loads(line)))
                    lock.notify_all()

        threading.Thread(target=read, daemon=True).start()
        time.sleep(1)

        def expect(what, fits, timeout_s=10):
            begun = time.monotonic()
            with lock:
                found = lambda: [at for at, event in seen if fits(event)]
                self.assertTrue(lock.wait_for(found, timeout_s), f"{what}: not seen; {len(seen)} events")
                return found()[0] - begun

        pod = lambda event: event["object"].get("name")
        took = {}
        self.cluster.kubectl("run", "lone", "--image=busybox:1", "--restart=Never", "-n", "busy-0")
        took["create"] = expect("create", lambda e: pod(e) == "lone" and e["type"] == "created")
        expect("start", lambda e: pod(e) == "lone" and e["object"].get("phase") == "Running")
        self.cluster.kubectl("annotate", "pod", "lone", "-n", "busy-0", "reeve.test/restarts=1", "--overwrite")
        expect("restart", lambda e: pod(e) == "lone" and e["object"].get("restart_count") == 1)
        del seen[:]
        self.cluster.kubectl("label", "pod", "lone", "-n", "busy-0", "colour=green")
        took["relabel"] = expect("relabel", lambda e: pod(e) == "lone" and e["type"] == "updated")
        self.until(lambda: "colour=green" in self.ctl("describe", "pod", "lone"), "the label is there")
        self.cluster.kubectl("create", "deployment", "scaled", "--image=busybox:1", "-n", "busy-0")
        self.cluster.kubectl("scale", "deployment", "scaled", "-n", "busy-0", "--replicas=5")
        expect("scale", lambda e: len({pod(x) for _, x in seen if (pod(x) or "").startswith("scaled-")}) >= 5)
        del seen[:]
        self.cluster.kubectl("delete", "pod", "lone", "-n", "busy-0", "--grace-period=0", "--force")
        took["delete"] = expect("delete", lambda e: e["type"] == "archived")
        self.cluster.kubectl("delete", "deployment", "scaled", "-n", "busy-0")
        watch.terminate()
        watch.wait()
        print("seconds from kubectl's return to the watcher's line:", {k: round(v, 3) for k, v in took.items()})
        self.agree(["pods", "deployments", "replicasets"])

    @unittest.skipUnless(reeve_it.DEEP, "long; every day: that of kube_watch, and the kills below")
    def test_a_storm_of_changes_ends_with_the_same_state(self):
        self.connect()
        rounds, pods, nodes = 10, 1000, 100  # as many nodes as the pods name
        self.cluster.seed("namespace.yaml", 10)
        self.cluster.seed("node.yaml", nodes)
        self.cluster.seed("pod.yaml", pods, check=False)
        for _ in range(rounds - 2):
            self.cluster.seed("pod.yaml", pods, verb="touch", check=False)
        self.cluster.seed("pod.yaml", pods // 2, verb="delete", check=False)
        self.cluster.settle()
        self.agree(["pods", "nodes", "namespaces"])
        self.cluster.seed("pod.yaml", pods, verb="delete", check=False)
        self.cluster.kubectl("delete", "namespace", *[f"fleet-{i}" for i in range(10)], "--ignore-not-found",
                             "--timeout=60s", check=False)
        self.cluster.seed("node.yaml", nodes, verb="delete")


class Faults(kube_it.BusyCase):
    """What is refused before anything is stored, and what is only warned of."""

    def setUp(self):
        super().setUp()
        self.reeved = self.start()
        self.login()
        self.host, self.port = self.cluster.env["KUBE_URL"].rsplit("/", 1)[1].split(":")

    def add(self, *options):
        arguments = [part for option in options for part in ("--option", option)]
        return self.ctl("provider", "add", "bad", "--type", "kubernetes", *arguments, check=False)

    def options(self, **changes):
        given = {"hostname": self.host, "port": self.port, "auth_key": self.cluster.token("reeve"),
                 "security_protocol": "ssl-with-validation-custom-ca",
                 "certificate_authority": "@" + self.cluster.env["KUBE_CA"], **changes}
        return [f"{name}={value}" for name, value in given.items() if value is not None]

    def test_wrong_credentials_addresses_and_authorities_are_refused_and_leave_nothing(self):
        other = os.path.join(self.cluster.run, "pki", "other-ca.crt")
        for what, options, words in (
                ("token", self.options(auth_key="wrong"), ("401", "nauthorized", "credential", "refused")),
                ("authority", self.options(certificate_authority="@" + other), ("certificate",)),
                ("system's authorities", self.options(certificate_authority=None, security_protocol="ssl-with-validation"),
                 ("certificate",)),
                ("port", self.options(port=str(reeve_it.free_port())), ("refused", "connect")),
                ("name of an option", self.options() + ["tokn=x"], ("tokn",)),
        ):
            code, _, err = self.add(*options)
            self.assertNotEqual(code, 0, what)
            self.assertTrue(any(word in err for word in words), f"{what}: {err}")
            self.assertEqual(self.rows("providers"), [], what)
        self.assertEqual(self.reeved.database.one("SELECT count(*) FROM authentications"), "0")
        code, _, err = self.add(*self.options())
        self.assertEqual(code, 0, err)

    def test_a_collection_that_may_not_be_listed_is_a_warning_and_the_rest_goes_on(self):
        code, _, err = self.add(*self.options(auth_key=self.cluster.token("partial")))
        self.assertEqual(code, 0, err)
        self.ctl("provider", "refresh", "bad", "--wait")
        shown = json.loads(self.ctl("provider", "show", "bad", "-o", "json"))
        self.assertIn("services", json.dumps(shown.get("warnings", {})))
        listed = self.ctl("provider", "list", "-o", "table").splitlines()
        column = listed[0].index("WARNINGS")
        self.assertGreater(int(listed[1][column:].split()[0]), 0)
        self.assertRegex(self.reeved.request("GET", "/metrics").body.decode(),
                         r'reeve_provider_warnings\{provider="bad",type="kubernetes"\} [1-9]')
        self.assertEqual(self.rows("services"), [])
        self.assertEqual(self.names("pods"), self.cluster.names("pods"))

    def test_a_token_is_in_no_table_log_or_answer(self):
        token = self.cluster.token("reeve")
        self.assertEqual(self.add(*self.options())[0], 0)
        self.ctl("provider", "refresh", "bad", "--wait")
        self.assertNotIn(token, self.reeved.log())
        self.assertNotIn(token, self.ctl("provider", "show", "bad", "-o", "json"))
        if reeve_it.STORE == "sqlite":
            with open(self.reeved.database.url[len("sqlite:"):], "rb") as file:
                self.assertNotIn(token.encode(), file.read())


class Kills(kube_it.BusyCase):
    """Workers and the server itself, killed in the middle of lists, saves and watches."""

    def churn(self, stop):
        count = 0
        while not stop.is_set():
            count += 1
            self.cluster.kubectl("label", "pods", "-n", f"busy-{count % 10}", "-l", "app=web", f"turn=t{count}",
                                 "--overwrite", check=False)
            stop.wait(0.5 if reeve_it.DEEP else 1)

    def test_whatever_is_killed_the_model_equals_the_cluster_afterwards(self):
        import random
        dice = random.Random(7)
        self.connect()
        stop = threading.Event()
        thread = threading.Thread(target=self.churn, args=(stop,))
        thread.start()
        try:
            for turn in range(100 if reeve_it.DEEP else 7):
                victim = ["refresh", "api", "refresh", "reeved", "generic", "refresh", "server"][turn % 7]
                if turn % 2 == 0:
                    self.ctl("provider", "refresh", "kube", check=False)
                time.sleep(dice.uniform(0, 0.6))
                if victim == "reeved":
                    self.reeved.kill()
                    self.reeved = self.start()
                    self.login()
                else:
                    for pid in self.reeved.children(victim):
                        os.kill(pid, 9)
                    self.until(lambda v=victim: self.reeved.children(v), f"a new {victim} worker", 10)
        finally:
            stop.set()
            thread.join()
        self.until(lambda: self.ctl("provider", "list", check=False)[0] == 0, "the API answers", 20)
        self.cluster.settle()
        self.agree(timeout_s=90)
        self.messages_and_leases_are_in_order()

    def messages_and_leases_are_in_order(self):
        database = self.reeved.database
        self.until(lambda: database.one("SELECT count(*) FROM miq_queue WHERE state = 'ready' OR state = 'dequeue'") == "0",
                   "every message is carried out", 60, 0.2)
        self.assertEqual(database.query("SELECT class_name, method_name FROM miq_queue WHERE state = 'error'"), [])
        self.until(lambda: database.one("SELECT count(*) FROM miq_tasks WHERE state <> 'Finished'") == "0",
                   "every task is finished", 60, 0.2)
        held = database.query("SELECT name FROM leases WHERE expires_at > 0 AND holder NOT IN "
                              "(SELECT id FROM miq_workers)")
        self.assertEqual(held, [], "leases of the dead")


if __name__ == "__main__":
    reeve_it.main()
