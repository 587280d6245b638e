# SPDX-License-Identifier: Apache-2.0
"""The objects of a busy cluster (tests/peers/busy_cluster)."""


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
    if kind == "DaemonSet":
        spec["template"]["spec"]["nodeSelector"] = {"pool": "a"}  # nodes that a test adds stay free of them
    else:
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
