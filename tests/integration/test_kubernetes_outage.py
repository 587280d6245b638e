# SPDX-License-Identifier: Apache-2.0
"""Clusters of the test's own, which go away, forget their history, or are large."""
import json
import os
import time
import unittest

import kube_it
import reeve_it

# Pods that nobody schedules or runs are enough here.
FEW = {"KUBE_PROGRAMS": "etcd apiserver"}
FLAGS = "--disable-admission-plugins=ServiceAccount"


class Own(kube_it.KubeCase):
    def setUp(self):
        super().setUp()
        self.cluster = kube_it.Cluster(os.path.join(self.folder, "kube"))

    def tearDown(self):
        self.cluster.stop()  # before its folder goes, which says what to stop
        super().tearDown()

    def fill(self, pods):
        self.cluster.seed("namespace.yaml", 10)
        self.cluster.seed("node.yaml", 20)
        self.cluster.seed("pod.yaml", pods)

    def test_an_api_server_that_is_away_is_an_error_while_it_lasts_and_no_longer(self):
        self.cluster.start(env={**FEW, "KUBE_APISERVER_FLAGS": FLAGS})
        self.fill(50)
        self.connect()
        self.agree(["pods"])
        before = self.names("pods")
        self.cluster.stop("apiserver")
        error = self.until(lambda: self.provider().get("last_refresh_error"), "the error is shown", 40, 0.2)
        self.assertTrue(self.provider().get("last_refresh_error_on"), error)
        time.sleep(60 if reeve_it.DEEP else 3)
        self.assertTrue(self.provider().get("last_refresh_error"), "the error stays while it lasts")
        self.assertEqual(self.names("pods"), before, "the old inventory is kept")
        self.cluster.start("apiserver", env={"KUBE_APISERVER_FLAGS": FLAGS})
        self.until(lambda: not self.provider().get("last_refresh_error"), "it recovers by itself", 60, 0.2)
        self.cluster.seed("pod.yaml", 10, start=50)
        self.agree(["pods"])

    @unittest.skipUnless(reeve_it.DEEP, "every day: kube_compaction")
    def test_a_compacted_history_lists_again_that_collection_only(self):
        policy = os.path.join(self.folder, "audit.yaml")
        log = os.path.join(self.folder, "audit.log")
        with open(policy, "w") as out:
            out.write(json.dumps({"apiVersion": "audit.k8s.io/v1", "kind": "Policy",
                                  "rules": [{"level": "Metadata"}]}))
        self.cluster.start(env={**FEW, "KUBE_APISERVER_FLAGS": f"{FLAGS} --watch-cache-sizes=pods#0 "
                                f"--audit-policy-file={policy} --audit-log-path={log}"})
        self.fill(40)
        self.connect()
        self.agree(["pods"])
        # Away while pods change and the history is forgotten: then every stream goes on from its token.
        for pid in self.reeved.children("refresh"):
            os.kill(pid, 19)
        frozen = self.reeved.children("refresh")
        self.cluster.seed("pod.yaml", 40, verb="touch")
        self.cluster.seed("pod.yaml", 5, start=40)
        self.cluster.expire()
        mark = os.path.getsize(log)
        for pid in frozen:
            os.kill(pid, 9)
        self.agree(["pods"])
        time.sleep(2)
        listed = set()
        with open(log) as lines:
            lines.seek(mark)
            for line in lines:
                entry = json.loads(line)
                if (entry["verb"] == "list" and entry["user"]["username"] == "admin"
                        and entry.get("userAgent", "").startswith("reeve/") and entry["stage"] == "ResponseComplete"):
                    listed.add(entry["objectRef"]["resource"])
        self.assertEqual(listed, {"pods"}, "what was listed again")

    @unittest.skipUnless(reeve_it.DEEP, "long: 20,000 pods")
    def test_twenty_thousand_pods_are_read_with_their_figures_in_log_and_show(self):
        self.cluster.start(env={**FEW, "KUBE_APISERVER_FLAGS": FLAGS})
        self.fill(20000)
        self.connect()
        stats = self.provider()["refresh_stats"]
        self.assertGreaterEqual(stats["objects"], 20000)
        self.assertIn("peak_rss_bytes", stats)
        print("20,000 pods:", json.dumps(stats))
        self.assertIn("peak_rss_bytes=", self.reeved.log())
        self.agree(["pods"], timeout_s=120)


if __name__ == "__main__":
    reeve_it.main()
