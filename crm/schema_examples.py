"""Examples in the schema, for what integrators do first (docs/integrating.md). A test sends each of them."""

from __future__ import annotations

from typing import Any

# By operation: the body. Ids are those of rows that a firm has.
BODIES: dict[str, Any] = {
    "clients_create": {
        "kind": "person",
        "last_name": "Rossi",
        "first_name": "Maria",
        "birth_date": "1961-04-30",
        "emails": [{"address": "maria.rossi@posta.example"}],
        "phones": [{"number": "+39 011 555 0101"}],
        "external_source": "erp",
        "external_id": "4711",
    },
    "clients_partial_update": {"profession": "Notaio", "aum": "250000.00"},
    "clients_by_external_id_update": {"last_name": "Rossi", "first_name": "Maria"},
    "clients_bulk_create": [
        {"last_name": "Bianchi", "external_source": "erp", "external_id": "4712"},
        {"last_name": "Verdi", "external_source": "erp", "external_id": "4713"},
    ],
    "appointments_create": {"client": 12, "type": 3, "starts_at": "2027-01-12T10:00:00+01:00", "place": "Ufficio"},
    "labels_create": {"name": "VIP"},
    "notes_partial_update": {"text": "Chiede un'alternativa al fondo obbligazionario."},
    "sales_create": {"client": 12, "typology": 1, "date": "2026-11-20", "amount": "1500.00"},
    "tasks_create": {"client": 12, "subject": "Inviare il prospetto", "at": "2027-01-11T09:00:00+01:00"},
    "webhooks_create": {"url": "https://erp.example.com/cadenza", "resources": ["clients", "appointments"]},
    "tokens_create": {"name": "Gestionale", "scopes": ["read", "write"]},
}


def add_examples(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """A hook of drf-spectacular, after the schema has been made."""
    for path in result["paths"].values():
        for operation in path.values():
            body = BODIES.get(operation.get("operationId", ""))
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None and content is not None:
                content["example"] = body
    return result


def say_plainly(result: Any, **_more: Any) -> Any:
    """What drf-spectacular says less than exactly: times have no zone here, and "anything, or null" is anything."""
    if isinstance(result, list):
        return [say_plainly(each) for each in result]
    if not isinstance(result, dict):
        return result
    if result.get("format") == "time":
        return {name: value for name, value in result.items() if name != "format"}
    if {} in result.get("oneOf", []):
        return {name: value for name, value in result.items() if name != "oneOf"}
    return {name: say_plainly(value) for name, value in result.items()}
