"""Reading what the audits of packages answer, in their own shapes."""

from __future__ import annotations

import json

import pytest

from crm.local.audit import node_finding, python_finding

PIP = {
    "dependencies": [
        {"name": "django", "version": "5.2.1", "vulns": [{"id": "PYSEC-2099-1", "fix_versions": ["5.2.2"]}]},
        {"name": "celery", "version": "5.7.0", "vulns": []},
        {"name": "amqp", "skip_reason": "Dependency not found"},
    ],
    "fixes": [],
}
NPM = {
    "vulnerabilities": {"esbuild": {"name": "esbuild", "severity": "high"}},
    "metadata": {"dependencies": {"total": 151}},
}


def test_holes_are_told_by_package_and_what_was_skipped_does_not_count() -> None:
    finding = python_finding(json.dumps(PIP))

    assert (finding.asked, finding.holes) == (2, ("django 5.2.1: PYSEC-2099-1",))


def test_nobody_knew_any_package() -> None:
    skipped = {"dependencies": [{"name": "amqp", "skip_reason": "Dependency not found"}]}

    assert python_finding(json.dumps(skipped)).asked == 0


def test_npm_tells_of_holes_or_of_itself() -> None:
    assert node_finding(json.dumps(NPM)).holes == ("esbuild: high",)
    with pytest.raises(ValueError, match="405"):
        node_finding(json.dumps({"statusCode": 405, "error": {"summary": ""}}))
