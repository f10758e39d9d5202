"""Errors of the API (RFC 9457): always the same members, errors flat and named by field."""

import json

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from web.problem import FieldError, Problem, field_errors


def test_a_problem_has_always_the_same_members() -> None:
    response = Problem(404, detail="No such client.", request_id="r1").response({"Retry-After": "5"})

    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, response["Retry-After"]) == (404, "5")
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "No such client.",
        "errors": [],
        "request_id": "r1",
    }


def test_the_errors_of_a_form_are_flat_and_keep_their_codes() -> None:
    error = ValidationError(
        {
            "ends_at": [ValidationError("Before the start.", code="order"), "Too late."],
            NON_FIELD_ERRORS: [ValidationError("At most %(n)s.", code="limit", params={"n": 3})],
        }
    )

    assert field_errors(error, prefix="items.2") == (
        FieldError("items.2.ends_at", "order", "Before the start."),
        FieldError("items.2.ends_at", "invalid", "Too late."),
        FieldError("items.2", "limit", "At most 3."),
    )


def test_an_error_without_fields_belongs_to_the_whole() -> None:
    assert field_errors(ValidationError("No.", code="no")) == (FieldError("", "no", "No."),)
