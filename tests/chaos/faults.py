# SPDX-License-Identifier: Apache-2.0
"""The faults. Each is a function of the world and how long to hold it in seconds; it says in a few words what it did,
or None when there was nothing to do it to. When it returns, the fault itself is over: what is checked then is whether
Reeve gets well without a person."""
import resource
import signal
import socket
import time

from world import reeve_it, resume, signal_to


def kill_worker(world, hold_s):
    pid, kind = world.victim()
    return f"kill -9 of a {kind} worker" if signal_to(pid, signal.SIGKILL) else None


def kill_in_a_row(world, hold_s):
    """One a second, of any kind."""
    end, count = time.monotonic() + hold_s, 0
    while time.monotonic() < end:
        pid, _ = world.victim()
        count += signal_to(pid, signal.SIGKILL)
        time.sleep(1)
    return f"{count} workers killed, one a second"


def kill_reeved(world, hold_s):
    world.reeved.process.kill()
    return "kill -9 of reeved itself"


def stop_worker(world, hold_s):
    """SIGSTOP: it is replaced when it was silent for too long; woken, it must do no harm."""
    pid, kind = world.victim()
    if not signal_to(pid, signal.SIGSTOP):
        return None
    time.sleep(hold_s)
    still = reeve_it.alive(pid)
    resume(pid)
    return f"a {kind} worker stopped for {hold_s:.0f} s" + ("" if still else " and replaced meanwhile")


def stop_postgres(world, hold_s):
    world.cluster.freeze()
    time.sleep(hold_s)
    world.cluster.thaw()
    return f"PostgreSQL stopped (SIGSTOP) for {hold_s:.0f} s"


def restart_postgres(world, hold_s):
    crash = world.random.random() < 0.5
    world.cluster.stop(crash)
    time.sleep(min(hold_s, 10))
    world.cluster.start()
    return "PostgreSQL " + ("crashed" if crash else "stopped") + f" and started after {min(hold_s, 10):.0f} s"


def fail_over(world, hold_s):
    return world.cluster.fail_over()


def fill_disk(world, hold_s):
    if not world.disk.mounted:
        return None
    world.disk.fill()
    time.sleep(hold_s)
    world.disk.free()
    if world.cluster:
        world.cluster.start_again()
    return f"the disk full for {hold_s:.0f} s"


def jump_clock(world, hold_s):
    """An hour ahead, then an hour behind, or the other way round."""
    by = world.random.choice((3600, -3600))
    for wrong_s in (by, -by):
        world.wall.wrong_by(wrong_s)
        time.sleep(hold_s)
    world.wall.wrong_by(0)
    return f"the clock {by:+d} s, then {-by:+d} s, for {hold_s:.0f} s each"


def limit_memory(world, hold_s):
    """Four more megabytes, then no more: whoever needs them ends, and is replaced without the limit."""
    pid, kind = world.victim()
    try:
        with open(f"/proc/{pid}/statm") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        resource.prlimit(pid, resource.RLIMIT_AS, (size + (4 << 20), resource.RLIM_INFINITY))
    except (OSError, TypeError, ValueError):
        return None
    time.sleep(hold_s)
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except OSError:
        pass
    return f"a {kind} worker with 4 MiB left for {hold_s:.0f} s"


def limit_files(world, hold_s):
    """500 descriptors for every process, and more clients than that."""
    pids = [world.reeved.pid, *world.workers()]
    for pid in pids:
        try:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (500, 4096))
        except OSError:
            pass
    clients = []
    try:
        while len(clients) < 700:
            clients.append(world.reeved.connect(2))
    except OSError:
        pass
    time.sleep(min(hold_s, 5))
    for client in clients:
        client.close()
    for pid in pids:
        try:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (4096, 4096))
        except OSError:
            pass
    return f"{len(clients)} clients at 500 descriptors a process"


def frame(world, kind, text):
    """Sent by a command (core/server/test_commands.h), so that it comes from a worker that is at work."""
    world.messages.put(1, True, "frame", {"kind": kind})
    time.sleep(2)
    return text


def corrupt_frame(world, hold_s):
    return frame(world, "garbage", "a worker sent a frame that is no JSON")


def cut_frame(world, hold_s):
    return frame(world, "cut", "a worker sent half a frame and no more")


def huge_frame(world, hold_s):
    return frame(world, "huge", "a worker announced a frame of 1 GiB")


def reset_clients(world, hold_s):
    """Connections that end in the middle of a request."""
    count = 0
    for _ in range(50):
        try:
            client = world.reeved.connect(2)
        except OSError:
            break
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sendall(b"GET /api/container_groups?expand=resources HTTP/1.1\r\nHost: x\r\n")
        client.close()
        count += 1
    return f"{count} clients reset their connections"


# name: (function, seconds it is held at full length, stores, seconds until the server must be well again)
ALL = {
    "kill": (kill_worker, 0, "any", 30),
    "kills": (kill_in_a_row, 15, "any", 60),
    "crash": (kill_reeved, 0, "any", 60),
    "stop": (stop_worker, 120, "any", 60),
    "freeze": (stop_postgres, 120, "postgres", 90),
    "restart": (restart_postgres, 10, "postgres", 60),
    "failover": (fail_over, 0, "postgres", 90),
    "disk": (fill_disk, 20, "any", 90),
    "clock": (jump_clock, 15, "any", 60),
    "memory": (limit_memory, 20, "any", 60),
    "files": (limit_files, 5, "any", 60),
    "garbage": (corrupt_frame, 0, "any", 30),
    "cut": (cut_frame, 0, "any", 60),
    "huge": (huge_frame, 0, "any", 30),
    "clients": (reset_clients, 0, "any", 30),
}
