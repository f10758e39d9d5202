"""What can be wrong with a filter: stable codes and parameters; the words are put to them by a higher layer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Marks a text for translation without importing a framework; the collector knows the name.
N_ = str

MESSAGES: Mapping[str, str] = {
    "not_a_filter": N_("A filter is an object with all, any, not, or field and op."),
    "unknown_key": N_("A filter has no part named {key}."),
    "not_a_list": N_("This must be a list."),
    "too_deep": N_("A filter may be at most {limit} levels deep."),
    "too_many_conditions": N_("A filter may have at most {limit} conditions."),
    "unknown_field": N_("There is no field named {field}."),
    "unknown_operator": N_("There is no operator named {operator}."),
    "operator_not_applicable": N_("{operator} does not apply to the field {field}."),
    "missing_value": N_("A value is required."),
    "unexpected_value": N_("{operator} takes no value."),
    "not_text": N_("This must be text."),
    "empty_text": N_("This text is empty."),
    "invalid_text": N_("This text contains characters that cannot be stored."),
    "text_too_long": N_("This text may have at most {limit} characters."),
    "not_an_integer": N_("This must be a whole number."),
    "not_a_number": N_("This must be a number."),
    "too_many_decimals": N_("This number may have at most {limit} decimals."),
    "out_of_range": N_("This must be between {lowest} and {highest}."),
    "not_a_date": N_("This must be a date such as 2026-01-31."),
    "not_a_boolean": N_("This must be true or false."),
    "not_a_choice": N_("{value} is not one of the choices."),
    "not_a_reference": N_("This must be an id."),
    "not_a_label": N_("This must be the id or the name of a label."),
    "empty_list": N_("This list is empty."),
    "list_too_long": N_("This list may have at most {limit} values."),
    "follows_from_groups": N_("A group that drives meetings may not look at {field}: it follows from groups."),
    "not_two_bounds": N_("This must be a list of two values."),
}


class ValueRefused(Exception):  # noqa: N818 - named for what happened, like the other outcomes of parsing
    """A value does not fit its field; `inside` says where in a list of values."""

    def __init__(self, code: str, inside: str = "", **params: object) -> None:
        super().__init__(code)
        self.code, self.inside, self.params = code, inside, params


@dataclass(frozen=True, slots=True)
class FilterError:
    """One fault, with its path inside the filter such as `all[1].any[0].value`."""

    path: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.code].format(**self.params)


class FilterInvalid(Exception):  # noqa: N818 - as above
    """A filter that cannot be used, with everything that is wrong with it."""

    def __init__(self, errors: tuple[FilterError, ...]) -> None:
        super().__init__("; ".join(f"{error.path or 'filter'}: {error.message}" for error in errors))
        self.errors = errors
