#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: make_certs.sh DIR
# Certificates for tests, made new for each run: ca.pem signs server.pem (localhost, 127.0.0.1) and
# client.pem; other_ca.pem signs nothing here; expired.pem is like server.pem, but of yesterday;
# elsewhere.pem is made out to another name. The keys are NAME.key.
set -euo pipefail
dir=${1:?usage: make_certs.sh DIR}
mkdir -p "$dir"
cd "$dir"

authority() { # name
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=Reeve test authority $1" -keyout "$1.key" -out "$1.pem" \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>errors || fail
}

leaf() { # name, extensions, further options of "openssl x509"
	local name=$1 extensions=$2
	shift 2
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=reeve-$name" \
		-keyout "$name.key" -out "$name.csr" 2>errors || fail
	openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -out "$name.pem" \
		-extfile <(printf '%s\n' "$extensions") "$@" 2>errors || fail
}

fail() {
	cat errors >&2
	exit 1
}

authority ca
authority other_ca
leaf server 'subjectAltName=DNS:localhost,IP:127.0.0.1' -days 2
leaf elsewhere 'subjectAltName=DNS:elsewhere.example' -days 2
leaf client 'extendedKeyUsage=clientAuth' -days 2
leaf expired 'subjectAltName=DNS:localhost,IP:127.0.0.1' -days -1
rm -f ./*.csr errors
