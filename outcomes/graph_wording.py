"""What lint and simulation say, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from outcomes.graph import Fault, Finding, Graph, NodeKind, Refusal


def sentence(graph: Graph, finding: Finding) -> str:
    """The finding, with the names of what it concerns."""
    return f"{name_of(graph, finding)}: {_words(graph, finding)}"


def name_of(graph: Graph, finding: Finding) -> str:
    if finding.kind == NodeKind.RELATION:
        return f"{_type(graph, finding.id)} → {_name(graph.outcome_by_id, finding.outcome)}"
    nodes = {
        NodeKind.TYPE: graph.type_by_id,
        NodeKind.OUTCOME: graph.outcome_by_id,
        NodeKind.STATUS: graph.status_by_id,
    }[finding.kind]
    return _name(nodes, finding.id)


def node_of(finding: Finding) -> str:
    """The node of the editor at which the finding is shown."""
    return (
        f"pair-{finding.id}-{finding.outcome}" if finding.kind == NodeKind.RELATION else f"{finding.kind}-{finding.id}"
    )


def refusal_words(refusal: Refusal) -> str:
    return {
        Refusal.UNKNOWN_TYPE: _("there is no such type"),
        Refusal.NOT_LINKED: _("this outcome is not offered for the type"),
        Refusal.OUTCOME_INACTIVE: _("this outcome is no longer offered"),
    }[refusal]


def _words(graph: Graph, finding: Finding) -> str:
    if finding.fault == Fault.INSTANT_LOOP:
        way = " → ".join(_type(graph, kind) for kind in (*finding.path, finding.path[0]))
        return _("follow-ups go round without any time passing (%(way)s)") % {"way": way}
    return {
        Fault.UNREACHABLE_STATUS: _("no outcome of an active type leads to this status"),
        Fault.UNUSED_OUTCOME: _("no type offers this outcome"),
        Fault.DEAD_END: _("no outcome can be recorded for this type"),
        Fault.NO_OPERATOR: _("a fixed operator has to be named"),
        Fault.OPERATOR_GONE: _("the fixed operator is no longer active: the client's advisor gets it instead"),
        Fault.NO_RECIPIENT: _("nobody is said to receive the next appointment"),
        Fault.INACTIVE_OUTCOME: _("the outcome is no longer active"),
        Fault.INACTIVE_STATUS: _("the status that it gives is no longer active"),
        Fault.INACTIVE_FOLLOW_UP: _("the type of the next appointment is no longer active"),
        Fault.NEGATIVE_DELAY: _("the next appointment would lie in the past"),
        Fault.UNKNOWN_NODE: _("it names something that is not there"),
        Fault.WITHOUT_EFFECT: _("it changes nothing: no status, points, activity or next appointment"),
    }[finding.fault]


def _type(graph: Graph, kind: int) -> str:
    return _name(graph.type_by_id, kind)


def _name(nodes: object, key: int | None) -> str:
    found = nodes.get(key) if isinstance(nodes, dict) else None
    return found.name if found else "?"
