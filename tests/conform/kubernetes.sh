#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: kubernetes.sh CLUSTER_DIR KUBERNETES.so COMMAND...
# Runs COMMAND (reeve-conform, behind valgrind perhaps) on the Kubernetes provider against a small cluster that it
# starts in CLUSTER_DIR, and stops at the end.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
peer=$here/../peers/kubernetes
dir=$1 module=$2
shift 2

kubectl() {
	"${REEVE_PEERS:-${REEVE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/reeve}/peers}/bin/kubectl" "$@"
}

"$peer/stop" "$dir" 2>/dev/null || true
rm -rf "$dir"
trap '"$peer/stop" "$dir"' EXIT
export GOGC=${GOGC:-400} # it lives for a minute: a fifth of its processor time would go into freeing memory
"$peer/start" "$dir" >/dev/null
# shellcheck source=/dev/null
. "$dir/env"
export KUBECONFIG
kubectl apply -f "$peer/objects/demo.yaml" >"$dir/logs/demo.log" 2>&1
kubectl wait pods --all --all-namespaces --for=condition=Ready --timeout=60s >>"$dir/logs/demo.log" 2>&1
address=${KUBE_URL#https://}
"$here/run.sh" "$@" --option "hostname=${address%:*}" --option "port=${address##*:}" \
	--option security_protocol=ssl-with-validation-custom-ca --option "certificate_authority=@$KUBE_CA" \
	--option "auth_key=@$dir/tokens/reeve" "$module"
