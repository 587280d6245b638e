# SPDX-License-Identifier: Apache-2.0
"""A real Kubernetes control plane for integration tests (tests/peers/kubernetes), its workload, and what
kubectl says of it. Standard library only."""
import json
import os
import subprocess
import time

import reeve_it

PEER = os.path.join(reeve_it.ROOT, "tests", "peers", "kubernetes")
KUBE = os.path.join(os.environ.get("REEVE_PEERS", os.path.expanduser("~/.cache/reeve/peers")), "bin", "kube")

# kubectl's plural, and what reevectl is asked for. Both words are given to both programs where they agree.
KINDS = ["pods", "services", "replicationcontrollers", "nodes", "endpoints", "namespaces", "resourcequotas",
         "limitranges", "persistentvolumes", "persistentvolumeclaims", "configmaps", "secrets",
         "serviceaccounts", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs",
         "ingresses", "networkpolicies", "storageclasses", "horizontalpodautoscalers",
         "customresourcedefinitions"]


class Cluster:
    def __init__(self, run):
        self.run = run

    def start(self, *programs, env=None):
        subprocess.run([os.path.join(PEER, "start"), self.run, *programs], check=True,
                       env=dict(os.environ, **(env or {})), stdout=subprocess.DEVNULL)
        self.env = reeve_it.read_env(os.path.join(self.run, "env"))
        return self

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

    def names(self, plural):
        """Sorted "namespace/name" (or "name"), as kubectl lists them."""
        items = json.loads(self.kubectl("get", plural, "-A", "-o", "json"))["items"]
        return sorted("/".join(filter(None, (i["metadata"].get("namespace"), i["metadata"]["name"])))
                      for i in items)

    def uids(self, plural):
        items = json.loads(self.kubectl("get", plural, "-A", "-o", "json"))["items"]
        return sorted(i["metadata"]["uid"] for i in items)

    def settle(self, timeout_s=120):
        """Until nothing is on its way any more: two looks at the pods, a second apart, are the same."""
        end = time.monotonic() + timeout_s
        before = None
        while time.monotonic() < end:
            now = self.kubectl("get", "pods", "-A", "--no-headers", "-o",
                               "custom-columns=U:.metadata.uid,P:.status.phase,V:.metadata.resourceVersion")
            if now == before and "Pending" not in now:
                return
            before = now
            time.sleep(1)


def workload(pods=1000, namespaces=10, crds=20):
    """Objects for a busy cluster: about `pods` pods of Deployments, StatefulSets, DaemonSets and Jobs."""
    out = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"worker-{i}", "labels": {"pool": "a"}},
            "status": {"capacity": {"cpu": "64", "memory": "256Gi", "pods": "1000"},
                       "allocatable": {"cpu": "64", "memory": "256Gi", "pods": "1000"}}} for i in range(3)]
    out += [{"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "slow"},
             "provisioner": "example.com/slow", "reclaimPolicy": "Retain"}]
    for n in range(crds):
        out.append({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                    "metadata": {"name": f"things{n}.busy.example.com"},
                    "spec": {"group": "busy.example.com", "scope": "Namespaced",
                             "names": {"plural": f"things{n}", "singular": f"thing{n}", "kind": f"Thing{n}"},
                             "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                                 "openAPIV3Schema": {"type": "object",
                                                     "x-kubernetes-preserve-unknown-fields": True}}}]}})
    each = pods // namespaces
    for n in range(namespaces):
        out += namespace_objects(f"busy-{n}", each, n)
    return out


def pod_template(app, image):
    return {"metadata": {"labels": {"app": app}},
            "spec": {"containers": [{"name": "main", "image": image,
                                     "ports": [{"name": "http", "containerPort": 8080}],
                                     "env": [{"name": "MODE", "value": "busy"}],
                                     "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}}}]}}


def set_of(kind, namespace, app, replicas, image):
    spec = {"selector": {"matchLabels": {"app": app}}, "template": pod_template(app, image)}
    if kind != "DaemonSet":
        spec["replicas"] = replicas
    if kind == "StatefulSet":
        spec.update(serviceName=app, podManagementPolicy="Parallel")
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": app, "namespace": namespace}, "spec": spec}


def namespace_objects(namespace, pods, n):
    meta = lambda name: {"name": name, "namespace": namespace}
    sets = pods - 3 - 4 - 2  # a daemon set's, a job's, a replication controller's
    image = f"registry.example.com:5000/busy/app-{n}:1.{n}"
    job = {"template": {"spec": dict(pod_template("job", image)["spec"], restartPolicy="Never")}}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {"team": f"t{n % 3}"}}},
        set_of("Deployment", namespace, "web", sets // 2, image),
        set_of("StatefulSet", namespace, "db", sets - sets // 2, "postgres:15"),
        set_of("DaemonSet", namespace, "agent", 0, "agent:2"),
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta("once"),
         "spec": dict(job, completions=4, parallelism=4)},
        {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta("nightly"),
         "spec": {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": job}}},
        {"apiVersion": "v1", "kind": "ReplicationController", "metadata": meta("old"),
         "spec": {"replicas": 2, "selector": {"app": "old"}, "template": pod_template("old", "quay.io/busy/old:3")}},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta("web"),
         "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta("db"),
         "spec": {"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"port": 5432}]}},
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"disk-{namespace}"},
         "spec": {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "",
                  "nfs": {"server": "nfs.example.com", "path": f"/{n}"}}},
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta("data"),
         "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "",
                  "volumeName": f"disk-{namespace}", "resources": {"requests": {"storage": "1Gi"}}}},
        {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta("quota"),
         "spec": {"hard": {"services": "50", "configmaps": "50"}}},
        {"apiVersion": "v1", "kind": "LimitRange", "metadata": meta("limits"),
         "spec": {"limits": [{"type": "Container", "max": {"cpu": "8"}, "default": {"cpu": "100m"}}]}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("settings"), "data": {"colour": "blue"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": meta("login"),
         "stringData": {"password": "canary-" + "of-a-secret"}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta("runner")},
        {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta("web"),
         "spec": {"rules": [{"host": f"{namespace}.example.com", "http": {"paths": [
             {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta("deny"),
         "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}},
        {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta("web"),
         "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                  "minReplicas": 1, "maxReplicas": 1000}},
    ]


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
        for kind in kinds:
            ours, theirs = self.names(kind), self.cluster.names(kind)
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
