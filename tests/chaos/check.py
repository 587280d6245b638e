# SPDX-License-Identifier: Apache-2.0
"""What must hold after a fault: the server is well again without a person, nothing stays held by the dead. And in the
end: nothing that was acknowledged is lost, nothing was handled twice that must not be."""
import time

from world import reeve_it

HEALTHY_S = 60


def why_not_well(world):
    """None, or what is not as it should be yet."""
    reeved = world.reeved
    if reeved.process.poll() is not None:
        return "reeved does not run"
    try:
        ready = reeved.request("GET", "/readyz", user=None, timeout_s=10)
    except Exception as error:
        return f"the API does not answer: {error}"
    if ready.status != 200:
        return f"/readyz says {ready.status}: {ready.body[:200]!r}"
    for kind in ("server", "generic", "api", "refresh", *(() if world.still else ("event",))):
        if not world.workers(kind):
            return f"no {kind} worker"
    try:
        return why_held(world)
    except Exception as error:
        return f"the store does not answer: {str(error)[:200]}"


def why_held(world):
    """Messages and leases whose holders are dead."""
    query = world.database.query
    alive = {row[0] for row in query("SELECT id, pid FROM miq_workers") if reeve_it.alive(int(row[1] or 0))}
    for number, holder in query("SELECT id, handler_id FROM miq_queue WHERE state = 'dequeue'"):
        if holder not in alive:
            return f"message {number} is held by worker {holder}, which is dead"
    now_ms = int(time.time() * 1000)
    for name, holder, expires in query("SELECT name, holder, expires_at FROM leases WHERE holder <> 0"):
        if holder not in alive and int(expires) > now_ms:
            return f"lease {name} is held by worker {holder}, which is dead"
    errors = query("SELECT name, last_refresh_error FROM ext_management_systems WHERE last_refresh_error IS NOT NULL")
    errors = [row for row in errors if row[1]]
    return f"provider {errors[0][0]} has the error: {errors[0][1][:200]}" if errors else None


def step_of(world):
    """How far the model follows the estate; None while nothing was read."""
    try:
        step = world.database.one("SELECT token FROM inventory_streams WHERE stream = 'churn'")
        return None if step is None else int(step)
    except Exception:
        return None


def settle(world, limit_s=HEALTHY_S):
    """(seconds, None), or (limit, what is still wrong). The model must have gone on, too."""
    start = time.monotonic()
    before = None
    while True:
        why = why_not_well(world)
        if why is None and not world.still:
            step = step_of(world)
            if step is None or before is None or step <= before:
                why = f"the model stands at step {step}"
            before = step if before is None else before
        took = time.monotonic() - start
        if why is None or took > limit_s:
            return took, why
        time.sleep(0.2)


def drain(world, limit_s=180):
    """Wait until nothing is ready or worked on; what is left then."""
    end = time.monotonic() + limit_s
    while True:
        left = int(world.database.one("SELECT COUNT(*) FROM miq_queue WHERE state IN ('ready', 'dequeue')"))
        if left == 0 or time.monotonic() > end:
            return left
        time.sleep(0.2)


def accounts(world, messages):
    """Every acknowledged message is done or dead, and none that is once-only was begun twice. A dict of numbers;
    `lost` and `twice` are lists of targets."""
    ledger = messages.ledger()
    dead = {int(row[0]) for row in world.database.query(
        "SELECT target_id FROM miq_queue WHERE state = 'error' AND class_name = 'Test'")}
    lost = [one for one in messages.acknowledged if ledger.done[one] == 0 and one not in dead]
    everything = {**messages.unsure, **messages.acknowledged}
    twice = [one for one, word in everything.items() if word == "once" and ledger.begun[one] > 1]
    return {
        "acknowledged": len(messages.acknowledged), "unsure": len(messages.unsure),
        "done": sum(1 for one in messages.acknowledged if ledger.done[one]),
        "dead": len(dead), "again": sum(1 for count in ledger.begun.values() if count > 1),
        "lost": lost, "twice": twice,
    }


def events(world, provider, seed, limit_s=60):
    """The estate numbers its events: none is missing, none is there twice, each was handled. Texts of what is wrong."""
    query = world.database.query
    lane = f"FROM event_lanes WHERE ems_id = {provider}"
    end = time.monotonic() + limit_s
    while query(f"SELECT 1 {lane} AND written > handled") and time.monotonic() < end:
        time.sleep(0.2)
    written, handled, token = query(f"SELECT written, handled, token {lane}")[0]
    found = [row[0] for row in query(
        f"SELECT ems_ref FROM event_streams WHERE ems_id = {provider} AND source = 'DEMO' ORDER BY number")]
    wrong = []
    for step, ref in enumerate(found):
        if ref != f"event-{seed:x}-{step}":
            wrong.append(f"event {step} of {len(found)} is {ref}: events are lost, twice, or out of order")
            break
    if not len(found) == int(written) == int(token):
        wrong.append(f"{len(found)} events, {written} written, the token is {token}")
    if handled != written:
        wrong.append(f"{handled} of {written} events are handled")
    if not found:
        wrong.append("no event was caught")
    return wrong
