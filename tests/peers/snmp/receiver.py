# SPDX-License-Identifier: Apache-2.0
"""usage: receiver.py FOLDER

Runs Debian's snmptrapd on a port of the loopback; FOLDER/traps gets a line for each trap, with numbers for
names. Prints "ready PORT"; ends when its standard input closes.
"""
import os
import signal
import socket
import subprocess
import sys
import time

def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    # Its end is that of its input alone: a signal in the middle of that would leave snmptrapd behind.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    folder = sys.argv[1]
    port = free_port()
    traps = os.path.join(folder, "traps")
    with open(os.path.join(folder, "snmptrapd.conf"), "w", encoding="ascii") as file:
        file.write("authCommunity log public\nformat1 v1 %N %w %q %a %v\\n\nformat2 v2 %v\\n\n")
    # A folder of its own for what it keeps: the system's snmptrapd stays alone.
    env = dict(os.environ, SNMP_PERSISTENT_DIR=folder, MIBS="")
    server = subprocess.Popen(["snmptrapd", "-f", "-On", "-C", "-c", os.path.join(folder, "snmptrapd.conf"), "-m", "",
                               "-Lf", traps, f"udp:127.0.0.1:{port}"], env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (os.path.exists(traps) and "NET-SNMP version" in open(traps, encoding="utf-8").read()):
        if server.poll() is not None:
            sys.exit("snmptrapd ended")
        time.sleep(0.01)
    print("ready", port, flush=True)
    sys.stdin.read()
    server.terminate()
    server.wait()


main()
