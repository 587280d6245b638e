# SPDX-License-Identifier: Apache-2.0
"""usage: sink.py FOLDER [--cert FILE --key FILE [--smtps]] [--plain-auth]

A mail server of loopback (aiosmtpd) that keeps what it is sent: NNNN.eml is a mail, NNNN.json its
envelope. Prints "ready PORT"; ends when its standard input closes. With a certificate it offers STARTTLS,
or speaks TLS from the start, and knows the user reeve with the password secret; with --plain-auth it takes that
without TLS, too.

Recipients ask for trouble: reject-CODE@... is refused with that code, slow-SECONDS@... is taken that much
later, gone@... loses the connection.
"""
import argparse
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        word, _, number = address.split("@")[0].partition("-")
        if word == "reject":
            return f"{number} refused, as the address asks"
        if word == "gone":
            server.transport.abort()
        if word == "slow":
            await asyncio.sleep(float(number))
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        base = os.path.join(self.folder, f"{self.count:04d}")
        with open(base + ".eml", "wb") as file:
            file.write(envelope.content)
        with open(base + ".json", "w", encoding="ascii") as file:
            json.dump({"from": envelope.mail_from, "to": envelope.rcpt_tos, "helo": session.host_name,
                       "tls": bool(session.ssl or server.transport.get_extra_info("sslcontext")),
                       "user": session.auth_data.login.decode() if session.auth_data else None}, file)
        return "250 kept"


def authenticate(server, session, envelope, mechanism, data):
    right = data.login == b"reeve" and data.password == b"secret"
    return AuthResult(success=right, handled=False, auth_data=data)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--smtps", action="store_true")
    parser.add_argument("--plain-auth", action="store_true")
    options = parser.parse_args()
    loop = asyncio.get_running_loop()
    tls = None
    if options.cert:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.cert, options.key)
    sink = Sink(options.folder)
    common = {"authenticator": authenticate, "hostname": "sink.test", "auth_require_tls": not (options.smtps or options.plain_auth),
              "tls_context": None if options.smtps else tls}
    server = await loop.create_server(lambda: SMTP(sink, **common), "127.0.0.1", 0,
                                      ssl=tls if options.smtps else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)  # the loop may wait for a client that is gone


asyncio.run(main())
