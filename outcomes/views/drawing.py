"""The graph as the page shows it: nodes and edges for the drawing, rows for the list, steps of a walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from outcomes import graph as pure
from outcomes.forms.graph import pair_name
from outcomes.graph import Finding, Graph, Node
from outcomes.graph_wording import node_of, refusal_words, sentence
from outcomes.queries.graph import Pair, Traffic
from scheduling.enums import Recipient

Positions = Mapping[str, Sequence[float]]


def findings_of(graph: Graph, found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Each finding in words, with its node."""
    return [
        {
            "text": sentence(graph, finding),
            "severity": str(finding.severity),
            "node": node_of(finding),
            "pair": (finding.id, finding.outcome) if finding.outcome is not None else None,
        }
        for finding in found
    ]


def drawn(
    graph: Graph, findings: Sequence[Mapping[str, Any]], happened: Mapping[Pair, Traffic], positions: Positions
) -> dict[str, Any]:
    """What the drawing is made of: a type, its outcomes as pairs, statuses, and loose outcomes that nobody offers."""
    worst: dict[str, str] = {}
    for finding in findings:
        worst.setdefault(finding["node"], finding["severity"])
    linked = {relation.outcome for relation in graph.relations}
    used = {relation.type for relation in graph.relations} | {
        relation.follow_up.type for relation in graph.relations if relation.follow_up
    }
    nodes = [_drawn("type", node) for node in graph.types if node.active or node.id in used]
    nodes += [_drawn("status", node) for node in graph.statuses if node.active]
    nodes += [_drawn("outcome", node) for node in graph.outcomes if node.active and node.id not in linked]
    nodes += [_pair(graph, relation, happened) for relation in graph.relations]
    for node in nodes:
        node |= {"fault": worst.get(node["id"], ""), "place": positions.get(node["id"])}
    shown = {node["id"] for node in nodes}
    edges = [edge for relation in graph.relations for edge in _edges(relation, happened)]
    return {"nodes": nodes, "edges": [edge for edge in edges if {edge["source"], edge["target"]} <= shown]}


def rows_of(
    graph: Graph, findings: Sequence[Mapping[str, Any]], happened: Mapping[Pair, Traffic]
) -> list[dict[str, Any]]:
    """The same as a list."""
    faulty = {finding["pair"]: finding["severity"] for finding in reversed(findings) if finding["pair"]}
    return [
        {
            "type": _name(graph.type_by_id, relation.type),
            "outcome": _name(graph.outcome_by_id, relation.outcome),
            "status": _name(graph.status_by_id, relation.status),
            "follow_up": _follow_up(graph, relation.follow_up),
            "relation": relation,
            "traffic": happened.get((relation.type, relation.outcome)),
            "severity": faulty.get((relation.type, relation.outcome), ""),
        }
        for relation in graph.relations
    ]


def walked_rows(graph: Graph, walked: Sequence[pure.Outcome]) -> list[dict[str, Any]]:
    """The steps of a simulation in words."""
    return [
        {
            "name": f"{_name(graph.type_by_id, step.event.type)} → {_name(graph.outcome_by_id, step.event.outcome)}",
            "refusal": refusal_words(step.refusal) if step.refusal else "",
            "status": _name(graph.status_by_id, step.status),
            "is_new_status": step.status != step.status_before,
            "points": step.points,
            "total": step.total,
            "closes_activity": step.closes_activity,
            "next": step.next and _name(graph.type_by_id, step.next.type),
            "starts_at": step.next and step.next.starts_at,
            "recipient": step.next and dict(Recipient.choices).get(step.next.recipient, ""),
        }
        for step in walked
    ]


def _drawn(kind: str, node: Node) -> dict[str, Any]:
    return {"id": f"{kind}-{node.id}", "kind": kind, "label": node.name, "active": node.active}


def _pair(graph: Graph, relation: pure.Relation, happened: Mapping[Pair, Traffic]) -> dict[str, Any]:
    node = graph.outcome_by_id.get(relation.outcome)
    label = node.name if node else "?"
    if relation.points:
        label += f" · {relation.points}"
    return {
        "id": f"pair-{relation.type}-{relation.outcome}",
        "kind": "pair",
        "label": label,
        "title": pair_name(graph, relation),
        "active": bool(node and node.active),
    }


def _edges(relation: pure.Relation, happened: Mapping[Pair, Traffic]) -> list[dict[str, Any]]:
    pair = f"pair-{relation.type}-{relation.outcome}"
    seen = happened.get((relation.type, relation.outcome))
    share = f"{seen.count} · {round(seen.share * 100)} %" if seen else ""
    edges = [_edge(f"type-{relation.type}", pair, "offers", share)]
    if relation.status is not None:
        edges.append(_edge(pair, f"status-{relation.status}", "status", str(seen.moved) if seen and seen.moved else ""))
    if relation.follow_up is not None:
        delay = f"+{relation.follow_up.days}" if relation.follow_up.days else ""
        went_on = f" · {seen.followed}/{seen.follow_ups}" if seen and seen.follow_ups else ""
        edges.append(_edge(pair, f"type-{relation.follow_up.type}", "next", f"{delay}{went_on}".strip(" ·")))
    return edges


def _edge(source: str, target: str, kind: str, label: str) -> dict[str, Any]:
    return {"id": f"{kind}:{source}:{target}", "source": source, "target": target, "kind": kind, "label": label}


def _follow_up(graph: Graph, follow_up: pure.FollowUp | None) -> dict[str, Any] | None:
    if follow_up is None:
        return None
    return {
        "type": _name(graph.type_by_id, follow_up.type),
        "recipient": dict(Recipient.choices).get(follow_up.recipient, ""),
        "days": follow_up.days,
        "hours": follow_up.hours,
    }


def _name(nodes: Mapping[int, Node], key: int | None) -> str:
    node = nodes.get(key) if key is not None else None
    return node.name if node else ""
