# SPDX-License-Identifier: Apache-2.0
"""TLS from end to end: reeved with a certificate, curl-like clients and reevectl, everything that may be wrong with
files and names, slow and foreign clients, renewal while connections are open. The store does not matter."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

import reeve_it

OK, FAILURE, UNREACHABLE = 0, 1, 7


def make_expired(folder, name, ended="20200201000000Z"):
    """`openssl req` knows no times of its own; `openssl ca` does."""
    root, key = reeve_it.make_certificate(folder, name)
    request = os.path.join(folder, name + ".csr")
    subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", "/CN=" + name, "-out", request], check=True)
    place = os.path.join(folder, name + ".ca")
    os.makedirs(place)
    for file, text in (("index.txt", ""), ("serial", "01\n"), ("ca.cnf", f"""
[ca]
default_ca = one
[one]
database = {place}/index.txt
serial = {place}/serial
new_certs_dir = {place}
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:localhost,IP:127.0.0.1
""")):
        with open(os.path.join(place, file), "w") as out:
            out.write(text)
    subprocess.run(["openssl", "ca", "-batch", "-notext", "-config", os.path.join(place, "ca.cnf"), "-selfsign",
                    "-keyfile", key, "-in", request, "-startdate", "20200101000000Z", "-enddate", ended,
                    "-out", root], check=True, stderr=subprocess.DEVNULL)
    return root, key


class Tls(reeve_it.Case):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = reeve_it.make_certificate(self.folder, "server")

    def serve(self, *options, certificate=None, key=None, **more):
        return self.start("--tls-certificate", certificate or self.certificate, "--tls-key", key or self.key,
                          *options, **more)

    def ask(self, reeved, path, certificate=None, headers=None, context=None):
        """An Answer over TLS, verified with this certificate."""
        where = urllib.parse.urlsplit(reeved.url)
        context = context or ssl.create_default_context(cafile=certificate or self.certificate)
        connection = http.client.HTTPSConnection(where.hostname, where.port, timeout=20, context=context)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return reeve_it.Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def log_in(self, reeved, *options, certificate=None, home="home"):
        """The environment of a reevectl that is logged in."""
        env = {"REEVE_CONFIG": os.path.join(self.folder, "reevectl.yaml")}
        code, _, error = self.run_program(
            "reevectl", "login", "--url", reeved.url, "--password-file", os.path.join(self.home(home), "admin-password"),
            *(options or ("--ca", certificate or self.certificate)), env=env)
        self.assertEqual(code, OK, error)
        return env

    def token(self, env):
        with open(env["REEVE_CONFIG"]) as file:
            return re.search(r'token: "?([0-9a-f]+)', file.read()).group(1)

    def serial(self, reeved):
        """What identifies the certificate that a new client is shown."""
        where = urllib.parse.urlsplit(reeved.url)
        return ssl.get_server_certificate((where.hostname, where.port))

    def address(self, reeved):
        where = urllib.parse.urlsplit(reeved.url)
        return where.hostname, where.port


class Serving(Tls):
    def test_everything_that_is_shown_begins_with_https(self):
        reeved = self.serve("--listen", "0.0.0.0:0")
        self.assertRegex(reeved.url, r"^https://127\.0\.0\.1:\d+$")
        self.assertEqual(self.ask(reeved, "/api/ping").body, b"pong")
        env = self.log_in(reeved)
        code, out, error = self.run_program("reevectl", "get", "servers", "-o", "json", env=env)
        self.assertEqual((code, error), (OK, ""))
        server = json.loads(out)[0]
        self.assertTrue(server["href"].startswith(reeved.url + "/api/servers/"))
        self.assertEqual(server["url"], reeved.url)
        self.assertIn('msg="certificate read"', reeved.log())
        self.assertIn('names="localhost, 127.0.0.1"', reeved.log())
        self.assertNotIn("the certificate", reeved.log())  # nothing to warn of
        for proxy, root in (({"X-Forwarded-Proto": "http", "X-Forwarded-Host": "x"}, "http://x/"),
                            ({"X-Forwarded-Host": "x"}, "https://x/"), ({"X-Forwarded-Proto": "gopher"}, reeved.url)):
            entry = self.ask(reeved, "/api", headers=dict(proxy, **{"X-Auth-Token": self.token(env)})).json
            self.assertTrue(entry["collections"][0]["href"].startswith(root), entry["collections"][0])

    def test_only_tls_1_2_and_newer_with_forward_secrecy(self):
        reeved = self.serve()
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            context = ssl.create_default_context(cafile=self.certificate)
            context.minimum_version = context.maximum_version = version
            with socket.create_connection(self.address(reeved)) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as client:
                    self.assertEqual(client.version(), name)
                    self.assertRegex(client.cipher()[0], "^(ECDHE-|TLS_)")
                    self.assertTrue("GCM" in client.cipher()[0] or "CHACHA20" in client.cipher()[0])
        for options in (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1_2", "-cipher", "AES256-SHA256"],
                        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA"]):
            done = subprocess.run(["openssl", "s_client", "-connect", "%s:%d" % self.address(reeved), *options],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertIn(b"alert", done.stdout, options)

    def test_sessions_are_resumed(self):
        reeved = self.serve()
        context = ssl.create_default_context(cafile=self.certificate)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        session = None
        for expected in (False, True):
            with socket.create_connection(self.address(reeved)) as plain:
                with context.wrap_socket(plain, server_hostname="localhost", session=session) as client:
                    self.assertEqual(client.session_reused, expected)
                    session = client.session

    def test_many_requests_over_one_connection_and_large_answers_and_bodies(self):
        reeved = self.serve()
        env = self.log_in(reeved)
        code, _, error = self.run_program("reevectl", "provider", "add", "demo", "--type", "demo", "--option", "pods=400",
                                          "--wait", env=env)
        self.assertEqual(code, OK, error)
        token = self.token(env)
        context = ssl.create_default_context(cafile=self.certificate)
        connection = http.client.HTTPSConnection(*self.address(reeved), timeout=30, context=context)
        self.addCleanup(connection.close)
        for _ in range(5):
            connection.request("GET", "/api/container_groups?expand=resources", headers={"X-Auth-Token": token})
            answer = json.loads(connection.getresponse().read())
            self.assertEqual(len(answer["resources"]), 400)
            connection.request("POST", "/api/container_groups", headers={"X-Auth-Token": token},
                               body=json.dumps({"action": "query", "resources": [
                                   {"id": row["id"]} for row in answer["resources"]]}, indent=500))
            answer = json.loads(connection.getresponse().read())
            self.assertEqual(len(answer.get("results", [])), 400, answer)

    def test_a_watch_goes_over_tls_and_its_end_is_noticed(self):
        reeved = self.serve("--set", "api.feed_poll=100ms")
        env = self.log_in(reeved)
        watch = subprocess.Popen([os.path.join(reeve_it.BIN, "reevectl"), "get", "providers", "--watch", "-o", "name"],
                                 env=dict(os.environ, **env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.until(lambda: 'reeve_http_streams{worker="0"} 1' in self.metrics(reeved), "the stream is open")
            code, _, error = self.run_program("reevectl", "provider", "add", "seen", "--type", "demo", "--option", "pods=1",
                                              env=env)
            self.assertEqual(code, OK, error)
            self.assertIn("seen", watch.stdout.readline())
        finally:
            watch.kill()
            _, error = watch.communicate(timeout=20)
        self.assertEqual(error, "")
        self.until(lambda: 'reeve_http_streams{worker="0"} 0' in self.metrics(reeved), "the stream is closed")
        watch = subprocess.Popen([os.path.join(reeve_it.BIN, "reevectl"), "get", "providers", "--watch", "-o", "name"],
                                 env=dict(os.environ, **env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)
        self.until(lambda: 'reeve_http_streams{worker="0"} 1' in self.metrics(reeved), "another is open")
        code, seconds = reeved.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5)

    def metrics(self, reeved):
        return self.ask(reeved, "/metrics").body.decode()

    def test_connections_leave_nothing_behind(self):
        reeved = self.serve()
        worker = reeved.children("api")[0]
        count = lambda: len(os.listdir(f"/proc/{worker}/fd"))
        self.ask(reeved, "/api/ping")
        before = count()
        for number in range(60):
            if number % 3 == 0:
                self.ask(reeved, "/api/ping")
                continue
            with socket.create_connection(self.address(reeved)) as client:
                client.sendall(b"\x16\x03\x01\x02\x00" if number % 3 == 1 else b"GET / HTTP/1.1\r\n\r\n")
        self.until(lambda: count() <= before, f"sockets are closed ({before})")
        self.assertEqual(reeved.children("api"), [worker])

    def test_plain_http_is_closed_without_harm(self):
        reeved = self.serve()
        worker = reeved.children("api")
        for bytes_ in (b"GET /api/ping HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 5000, b"\x16\x03\x01\xff\xff" + b"x" * 70000):
            with socket.create_connection(self.address(reeved), timeout=10) as client:
                try:
                    client.sendall(bytes_)
                    answer = client.recv(4096)
                except ConnectionError:
                    answer = b""
                self.assertFalse(answer.startswith(b"HTTP"), answer)
        self.assertEqual(self.ask(reeved, "/api/ping").status, 200)
        self.assertEqual(reeved.children("api"), worker)

    def test_a_slow_handshake_hinders_nobody_and_is_ended(self):
        reeved = self.serve("--set", "api.handshake_timeout=1s")
        slow = [socket.create_connection(self.address(reeved)) for _ in range(20)]
        begun = time.monotonic()
        for client in slow:
            client.sendall(b"\x16\x03\x01\x02\x00")
        self.assertEqual(self.ask(reeved, "/api/ping").status, 200)
        self.assertLess(time.monotonic() - begun, 0.9)
        stop = threading.Event()

        def drip():  # a byte now and then does not help
            while not stop.wait(0.2):
                try:
                    slow[0].sendall(b"\x01")
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            for client in slow:
                client.settimeout(10)
                try:
                    while client.recv(4096):
                        pass
                except ConnectionError:
                    pass
            took = time.monotonic() - begun
        finally:
            stop.set()
            thread.join()
            for client in slow:
                client.close()
        self.assertGreater(took, 0.8)
        self.assertLess(took, 8)


class Renewal(Tls):
    def replace(self, certificate, key):
        """As certificate managers do: each file whole, one after the other."""
        for new, old in ((certificate, self.certificate), (key, self.key)):
            shutil.copy(new, old + ".new")
            os.chmod(old + ".new", 0o600)
            os.rename(old + ".new", old)

    def test_a_renewed_certificate_is_taken_while_connections_stay(self):
        reeved = self.serve()
        worker = reeved.children("api")
        first = self.serial(reeved)
        context = ssl.create_default_context(cafile=self.certificate)
        kept = http.client.HTTPSConnection(*self.address(reeved), timeout=20, context=context)
        kept.request("GET", "/api/ping")
        kept.getresponse().read()
        socket_before = kept.sock
        self.replace(*reeve_it.make_certificate(self.folder, "second"))
        self.until(lambda: self.serial(reeved) != first, "the new certificate is shown", 15, 0.2)
        self.assertIn('msg="certificate renewed"', reeved.log())
        self.assertEqual(self.ask(reeved, "/api/ping").status, 200)  # verified with the new one
        kept.request("GET", "/api/ping")
        self.assertEqual(kept.getresponse().read(), b"pong")
        self.assertIs(kept.sock, socket_before)
        kept.close()
        self.assertEqual(reeved.children("api"), worker)
        # At once when told so.
        second = self.serial(reeved)
        self.replace(*reeve_it.make_certificate(self.folder, "third", days=3))
        reeved.signal(signal.SIGHUP)
        self.until(lambda: self.serial(reeved) != second, "SIGHUP hastens it", 1.9)
        self.until(lambda: "the certificate ends soon" in reeved.log(), "its end is said")

    def test_a_broken_new_one_leaves_the_old(self):
        reeved = self.serve()
        first = self.serial(reeved)
        with open(self.certificate, "w") as out:
            out.write("oops\n")
        self.until(lambda: "new certificate not taken; the old one stays" in reeved.log(), "it is said", 15, 0.2)
        self.assertIn("holds no certificate", reeved.log())
        self.assertEqual(self.serial(reeved), first)
        reeved.signal(signal.SIGHUP)
        self.until(lambda: "settings read again" in reeved.log(), "the signal has come")
        time.sleep(0.3)
        self.assertEqual(reeved.log().count("not taken"), 1)  # once
        self.replace(*reeve_it.make_certificate(self.folder, "second"))
        self.until(lambda: self.serial(reeved) != first, "the next good one is taken", 15, 0.2)


class Files(Tls):
    def fails(self, *options):
        """Log of a start that is refused."""
        refused = self.launch(*options)
        self.assertEqual(refused.wait(60), 1, refused.log())
        self.assertFalse(os.path.exists(os.path.join(self.home(), "url")))
        return refused.log()

    def fails_with(self, certificate, key, *says):
        log = self.fails("--tls-certificate", certificate, "--tls-key", key)
        for word in says:
            self.assertIn(word, log)

    def test_bad_files_are_refused_with_what_to_do(self):
        other_certificate, other_key = reeve_it.make_certificate(self.folder, "other")
        open_key, locked = os.path.join(self.folder, "open.key"), os.path.join(self.folder, "locked.key")
        shutil.copy(self.key, open_key)
        os.chmod(open_key, 0o644)
        subprocess.run(["openssl", "pkey", "-in", self.key, "-aes128", "-passout", "pass:sesame", "-out", locked],
                       check=True)
        os.chmod(locked, 0o600)
        missing = os.path.join(self.folder, "missing.crt")
        self.fails_with(missing, self.key, missing, "openssl req -x509")
        self.fails_with(self.certificate, missing, missing, "openssl req -x509")
        self.fails_with(self.certificate, other_key, other_key, "is not that of certificate")
        self.fails_with(other_certificate, self.key, self.key, "is not that of certificate")
        self.fails_with(self.certificate, open_key, open_key, "chmod 600")
        self.fails_with(self.certificate, locked, locked, "locked with a password")
        self.fails_with(self.key, self.certificate, self.key, "swapped")
        self.fails_with(self.folder, self.key, "is not a file")

    def test_one_without_the_other_is_refused(self):
        self.assertIn("tls.key is not", self.fails("--tls-certificate", self.certificate))
        self.assertIn("tls.certificate is not", self.fails("--tls-key", self.key))

    def test_off_loopback_without_is_refused_and_says_how(self):
        log = self.fails("--listen", "0.0.0.0:0")
        self.assertIn("--tls-certificate", log)
        self.assertIn("--allow-plain-http", log)

    def test_settings_name_files_in_the_home(self):
        os.makedirs(self.home(), 0o700)
        shutil.copy(self.certificate, os.path.join(self.home(), "a.crt"))
        shutil.copy(self.key, os.path.join(self.home(), "a.key"))
        with open(os.path.join(self.home(), "reeve.yaml"), "w") as out:
            out.write("tls:\n  certificate: a.crt\n  key: a.key\n")
        self.assertEqual(self.ask(self.start(), "/api/ping").status, 200)

    def test_a_certificate_that_is_over_or_ends_soon_is_warned_of(self):
        certificate, key = reeve_it.make_certificate(self.folder, "soon", days=10)
        reeved = self.serve(certificate=certificate, key=key)
        self.assertIn("the certificate ends soon", reeved.log())
        reeved.stop()
        certificate, key = make_expired(self.folder, "old")
        reeved = self.serve(certificate=certificate, key=key)
        self.assertIn("the certificate has expired", reeved.log())
        self.assertIn("until=2020-02-01T00:00:00Z", reeved.log())


class Clients(Tls):
    def refused(self, *arguments, env=None, code=UNREACHABLE):
        got, out, error = self.run_program("reevectl", *arguments, env=dict(
            {"REEVE_CONFIG": os.path.join(self.folder, "none.yaml"), "REEVE_TOKEN": "x"}, **(env or {})))
        self.assertEqual((got, out), (code, ""), error)
        return error

    def test_an_unknown_authority_is_refused_and_a_given_one_believed(self):
        reeved = self.serve()
        error = self.refused("get", "servers", "--url", reeved.url)
        self.assertIn("not signed by an authority that is trusted here", error)
        self.assertIn("--ca FILE", error)
        other, _ = reeve_it.make_certificate(self.folder, "other")
        self.assertIn("not signed", self.refused("get", "servers", "--url", reeved.url, "--ca", other))
        env = self.log_in(reeved)
        with open(env["REEVE_CONFIG"]) as file:
            self.assertIn(f'certificate-authority: {self.certificate}', file.read().replace('"', ""))
        code, _, error = self.run_program("reevectl", "get", "servers", env=env)
        self.assertEqual((code, error), (OK, ""))
        token = self.token(env)
        code, _, error = self.run_program("reevectl", "get", "servers", env={
            "REEVE_URL": reeved.url, "REEVE_TOKEN": token, "REEVE_CA": self.certificate,
            "REEVE_CONFIG": os.path.join(self.folder, "none.yaml")})
        self.assertEqual((code, error), (OK, ""))

    def test_insecure_is_warned_of_each_time(self):
        reeved = self.serve()
        env = self.log_in(reeved, "--insecure")
        for _ in range(2):
            code, out, error = self.run_program("reevectl", "get", "servers", "-o", "name", env=env)
            self.assertEqual(code, OK, error)
            self.assertIn("warning: --insecure", error)
        env = self.log_in(reeved)  # verified again
        code, _, error = self.run_program("reevectl", "get", "servers", env=env)
        self.assertEqual((code, error), (OK, ""))
        self.assertIn("exclude each other", self.refused("get", "servers", "--url", reeved.url, "--insecure", "--ca",
                                                         self.certificate, code=FAILURE))

    def test_a_certificate_for_another_name_is_refused(self):
        certificate, key = reeve_it.make_certificate(self.folder, "elsewhere", names="DNS:reeve.example.com")
        reeved = self.serve(certificate=certificate, key=key)
        error = self.refused("get", "servers", "--url", reeved.url, "--ca", certificate)
        self.assertIn("for another name", error)
        self.assertIn("127.0.0.1", error)

    def test_an_expired_certificate_is_refused(self):
        certificate, key = make_expired(self.folder, "old")
        reeved = self.serve(certificate=certificate, key=key)
        self.assertIn("has expired", self.refused("get", "servers", "--url", reeved.url, "--ca", certificate))

    def test_the_wrong_scheme_is_recognised(self):
        reeved = self.serve()
        error = self.refused("get", "servers", "--url", reeved.url.replace("https", "http"))
        self.assertIn("https:// instead of http://", error)
        plain = self.start(home="plain")
        error = self.refused("get", "servers", "--url", plain.url.replace("http", "https"))
        self.assertIn("does not speak TLS", error)
        self.assertIn("http:// instead of https://", error)

    def test_files_that_are_no_authorities_are_named(self):
        reeved = self.serve()
        error = self.refused("get", "servers", "--url", reeved.url, "--ca", "/no/such.crt", code=3)
        self.assertIn("/no/such.crt", error)
        self.assertIn("cannot be used", self.refused("get", "servers", "--url", reeved.url, "--ca", self.key, code=FAILURE))


if __name__ == "__main__":
    reeve_it.main()
