"""Who changed what, before and after (XCT-07): every line of the trail is looked up where it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.code import sources

# What is new has nothing before; what is gone has nothing after.
MAKING = frozenset(
    {
        "added",
        "accepted",
        "account_bound",
        "booked",
        "connected",
        "corrected",
        "created",
        "entered",
        "fulfilled",
        "imported",
        "joined",
        "kept_apart",
        "made",
        "opened",
        "planned",
        "recorded",
        "restored",
        "sent",
        "taken_back",
        "written",
    }
)
REMOVING = frozenset(
    {
        "account_forgotten",
        "cancelled",
        "correction_undone",
        "deleted",
        "disconnected",
        "lifted",
        "released",
        "removed",
        "revoked",
        "unticked",
    }
)
# Nothing of one row was another before: what happened, each with the reason why that is all.
HAPPENED = {
    "begun": "mail is sent from now on; how many clients that concerns",
    "bounced": "what the other server said; the suppression that follows has a line of its own",
    "charges_expired": "one line for many; each appointment is told of in the feed",
    "charges_reset": "the same",
    "confirmed": "a job was told to begin",
    "damaged": "found, not done",
    "discarded": "what waited was not made",
    "erased": "values of an erased person are what must not stay",
    "exported": "what left, and how much",
    "failed": "nothing was done",
    "left": "who was taken out of a campaign, by number",
    "loaded": "a whole scheme: each row is told of by its own line",
    "no_longer_apart": "a remark on two clients is gone",
    "passed_by": "an administrator came in by his own log-in",
    "purged": "kept under lock until its day, then gone",
    "redacted": "values of an erased person",
    "refused": "nothing was done",
    "regenerated": "a text was made again",
    "requested": "a night was asked for",
    "run": "what it made is told of by lines of its own",
    "run_undone": "the same",
    "secret_renewed": "secrets are not told",
    "sent_by_hand": "a mail",
    "stopped": "a job was told to end",
    "undone": "a job that knows what it made",
    "unsubscribed": "the consent that it withdraws has a line of its own, with what was before",
    "withdrawn": "links that nobody has used; how many",
}
# Single codes with a reason of their own.
SINGLE = {
    "communication.cancelled": "many at once, each with a state of its own: which ones",
    "communication.restored": "the same",
    "communication.sent": "the same",
    "feed.made": "a secret address, of which nothing is told",
    "feed.revoked": "the same",
    "member.second_step_removed": "of which kind it was, as where a member removes his own",
}


@dataclass(frozen=True)
class Line:
    """One call of ``audit.record``."""

    place: str
    action: str
    facts: frozenset[str]

    @property
    def verb(self) -> str:
        return self.action.rpartition(".")[2]

    @property
    def fault(self) -> str:
        if self.verb in HAPPENED or self.action in SINGLE:
            return ""
        wanted = {"after"} if self.verb in MAKING else {"before"} if self.verb in REMOVING else {"before", "after"}
        return f"{self.place}: {self.action} says nothing of {sorted(wanted - self.facts)}" * bool(wanted - self.facts)


def lines() -> Iterator[Line]:
    for path, text in sources().items():
        if "audit" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("audit.record", "record"):
                facts = frozenset(each.arg or "" for each in node.keywords)
                if "by" in facts and node.args:
                    for action in _texts(node.args[0]):
                        yield Line(f"{path}:{node.lineno}", action, facts)


def _texts(node: ast.expr) -> list[str]:
    """What the action may be; one that is computed by somebody else is a change until it is known better."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        last = node.values[-1]
        return [
            f"….{text.lstrip('.')}" for text in _texts(last.value if isinstance(last, ast.FormattedValue) else last)
        ]
    return [f"({ast.unparse(node)})"]


# Calls whose action is handed in: by whom, and why one side is enough.
HANDED_IN = {
    "clients/imports/undoing.py": "a file is taken back: what of it went, is as before, and stays",
    "clients/imports/services.py": "an import: what it overwrote is kept, for its undo",
    "groups/services/members.py": "members of a fixed group, added or removed: who they are",
    "tenants/receivers.py": "a second step of a log-in, added, removed or renewed: of which kind",
    "clients/bulk/services.py": "a job that keeps the former value of each of its clients",
}


def test_every_line_of_the_trail_says_what_was_before_and_after() -> None:
    found = list(lines())
    faults = [line.fault for line in found if not ("(" in line.action and line.place.partition(":")[0] in HANDED_IN)]
    told = sum({"before", "after"} <= line.facts for line in found)
    print(f"kinds of lines: {len(found)}, with before and after: {told}")  # noqa: T201

    assert [fault for fault in faults if fault] == []
    assert len(found) > 150
    assert told > 70


def test_no_excuse_is_dead() -> None:
    verbs = {line.verb for line in lines()}

    assert (MAKING | REMOVING | set(HAPPENED)) - verbs == set()
    assert {line.action for line in lines()} >= set(SINGLE)


def test_a_change_that_forgets_what_was_before_is_noticed() -> None:
    assert Line("x.py:1", "label.changed", frozenset({"by", "after"})).fault
    assert Line("x.py:1", "label.created", frozenset({"by"})).fault
    assert Line("x.py:1", "label.deleted", frozenset({"by", "after"})).fault
    assert not Line("x.py:1", "label.changed", frozenset({"by", "before", "after"})).fault
