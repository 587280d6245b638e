# SPDX-License-Identifier: Apache-2.0
"""A real Kubernetes control plane for integration tests (tests/peers/kubernetes), its workload, and what
kubectl says of it. Standard library only."""
import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest

import reeve_it

PEER = os.path.join(reeve_it.ROOT, "tests", "peers", "kubernetes")
KUBE = os.path.join(os.environ.get("REEVE_PEERS", os.path.expanduser("~/.cache/reeve/peers")), "bin", "kube")

# kubectl's plural, and what reevectl is asked for. Both words are given to both programs where they agree.
KINDS = ["pods", "services", "replicationcontrollers", "nodes", "endpoints", "namespaces", "resourcequotas",
         "limitranges", "persistentvolumes", "persistentvolumeclaims", "configmaps", "secrets",
         "serviceaccounts", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs",
         "ingresses", "networkpolicies", "storageclasses", "horizontalpodautoscalers",
         "customresourcedefinitions"]

# A control plane of tests lives for a minute, a kubectl for a moment: a fifth of their processor time would go into
# freeing memory.
os.environ.setdefault("GOGC", "400")

ON_THEIR_WAY = ("Pending", "ContainerCreating")


def plural_of(kind, plurals):
    """Which of them "ingress.networking.k8s.io" is one of."""
    word = kind.split(".")[0]
    return next(plural for plural in plurals if plural in (word, word + "s", word + "es", word[:-1] + "ies"))


class Cluster:
    def __init__(self, run):
        self.run = run

    def start(self, *programs, env=None):
        subprocess.run([os.path.join(PEER, "start"), self.run, *programs], check=True,
                       env=dict(os.environ, **(env or {})), stdout=subprocess.DEVNULL)
        self.env = reeve_it.read_env(os.path.join(self.run, "env"))
        return self

    def start_busy(self):
        """With about 1,000 pods."""
        subprocess.run([os.path.join(os.path.dirname(PEER), "busy_cluster"), self.run], check=True,
                       stdout=subprocess.DEVNULL)
        return self.start()

    def stop(self, *programs):
        subprocess.run([os.path.join(PEER, "stop"), self.run, *programs], check=False)

    @property
    def kubeconfig(self):
        return os.path.join(self.run, "kubeconfig")

    def token(self, user):
        with open(os.path.join(self.run, "tokens", user)) as file:
            return file.read().strip()

    def kubectl(self, *arguments, stdin=None, check=True):
        done = subprocess.run([KUBE, "kubectl", "--kubeconfig", self.kubeconfig, *arguments], text=True,
                              input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def apply(self, *objects):
        """Dictionaries, as a List."""
        self.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List",
                                                           "items": list(objects)}))

    def seed(self, file, count, start=0, verb="create", check=True):
        subprocess.run([KUBE, "seed", os.path.join(PEER, "seeds", file), "--count", str(count), "--from",
                        str(start), "--verb", verb], check=check, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE, env=dict(os.environ, KUBECONFIG=self.kubeconfig))

    def expire(self, *arguments):
        subprocess.run([os.path.join(PEER, "expire"), self.run, *arguments], check=True,
                       stdout=subprocess.DEVNULL)

    def listing(self, *plurals):
        """Sorted "namespace/name" (or "name") of each kind, as kubectl lists them. Its tables are had for less than the
        objects, and one kubectl for less than several."""
        out = {plural: [] for plural in plurals}
        for line in self.kubectl("get", ",".join(plurals), "-A").splitlines():
            if line.startswith("NAME"):  # the head of a table, perhaps with NAMESPACE in front
                column = line.find(" NAME") + 1
            elif line:
                kind, _, name = line[column:].split()[0].rpartition("/")  # the kind where several were asked for
                out[plural_of(kind, plurals) if kind else plurals[0]].append("/".join(filter(None, (line[:column].strip(), name))))
        return {plural: sorted(names) for plural, names in out.items()}

    def names(self, plural):
        return self.listing(plural)[plural]

    def settle(self, timeout_s=120):
        """Until nothing is on its way any more: two looks at the pods, a second apart, are the same."""
        end = time.monotonic() + timeout_s
        before = None
        while time.monotonic() < end:
            # Namespace, name, ready, status: what comes after them are times, which never stand still.
            now = [line.split()[:4] for line in self.kubectl("get", "pods", "-A", "--no-headers").splitlines()]
            if now == before and not any(row[3] in ON_THEIR_WAY for row in now):
                return
            before = now
            time.sleep(1)


class KubeCase(reeve_it.Case):
    """A reeved with one provider, "kube", of a cluster."""

    cluster = None

    def connect(self, *options, wait=True, **more):
        self.reeved = self.start(*options, **more)
        self.login()
        self.ctl("provider", "add", "kube", "--type", "kubernetes", "--kubeconfig", self.cluster.kubeconfig,
                 *(["--wait"] if wait else []), timeout_s=240)
        return self.reeved

    def login(self):
        self.config = os.path.join(self.folder, "reevectl.yaml")
        self.ctl("login", "--url", self.reeved.url, "--user", "admin", "--password-file",
                 os.path.join(self.reeved.home, "admin-password"))

    def ctl(self, *arguments, check=True, timeout_s=120):
        code, out, err = self.run_program("reevectl", *arguments, env={"REEVE_CONFIG": self.config},
                                          timeout_s=timeout_s)
        if check and code:
            raise AssertionError(f"reevectl {' '.join(arguments)}: exit {code}: {err}\n{self.reeved.log()[-4000:]}")
        return out if check else (code, out, err)

    def rows(self, kind, *options):
        return json.loads(self.ctl("get", kind, "--all", "-o", "json", *options))

    def names(self, kind):
        return sorted("/".join(filter(None, (row.get("namespace"), row["name"]))) for row in self.rows(kind))

    def provider(self):
        return json.loads(self.ctl("provider", "show", "kube", "-o", "json"))

    def difference(self, kinds=KINDS):
        """What Reeve and kubectl do not agree on, as text; empty when they do."""
        out = []
        listing = self.cluster.listing(*kinds)
        for kind in kinds:
            ours, theirs = self.names(kind), listing[kind]
            if ours != theirs:
                out.append(f"{kind}: {len(ours)} here, {len(theirs)} there; only here {sorted(set(ours) - set(theirs))[:5]}, "
                           f"only there {sorted(set(theirs) - set(ours))[:5]}, twice {len(ours) - len(set(ours))}")
        return "\n".join(out)

    def agree(self, kinds=KINDS, timeout_s=60):
        """The model equals the cluster, at the latest after timeout_s; no key has two active rows."""
        end = time.monotonic() + timeout_s
        while True:
            wrong = self.difference(kinds)
            if not wrong:
                break
            if time.monotonic() > end:
                raise AssertionError(f"{wrong}\nprovider: {self.provider()}\n{self.reeved.log()[-3000:]}")
            time.sleep(0.5)
        for table in ("container_groups", "containers", "container_images", "container_services"):
            key = "image_ref" if table == "container_images" else "ems_ref"
            twice = self.reeved.database.query(
                f"SELECT {key}, count(*) FROM {table} WHERE "
                + ("TRUE" if table == "container_services" else "deleted_on IS NULL")
                + f" GROUP BY {key} HAVING count(*) > 1")
            self.assertEqual(twice, [], table)


class BusyCase(KubeCase):
    """All tests of a file share a busy cluster."""

    @classmethod
    def setUpClass(cls):
        if not BusyCase.cluster:
            folder = tempfile.mkdtemp(prefix="reeve-busy-")
            unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
            BusyCase.cluster = Cluster(folder)
            unittest.addModuleCleanup(BusyCase.cluster.stop)
            BusyCase.cluster.start_busy()
