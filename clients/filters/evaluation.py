"""Hold a filter against one client in memory, and say why it holds or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from clients.filters.expressions import All, Any, Condition, Expression, Not, conditions
from clients.filters.operators import OPERATORS
from clients.filters.types import Fact, FieldCatalogue


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one part of a filter: a condition with the fact it met, or a group with the verdicts inside."""

    part: Expression
    holds: bool
    fact: Fact = ()
    inside: tuple["Verdict", ...] = ()

    @property
    def reasons(self) -> tuple["Verdict", ...]:
        """The conditions that settle it: those without which the answer could be another."""
        if not self.inside:
            return (self,) if isinstance(self.part, Condition) else ()
        deciding = self.inside if isinstance(self.part, Not) else _same(self)
        return tuple(reason for verdict in deciding for reason in verdict.reasons)


def matches(expression: Expression, facts: Mapping[str, Fact], today: date) -> bool:
    """Plain two-valued logic: a condition on an empty fact is false, and its negation true."""
    match expression:
        case Condition(field, operator, _, operand):
            return OPERATORS[operator].matches(facts[field], operand, today)
        case All(parts):
            return all(matches(part, facts, today) for part in parts)
        case Any(parts):
            return any(matches(part, facts, today) for part in parts)
        case Not(part):
            return not matches(part, facts, today)


def explain(expression: Expression, facts: Mapping[str, Fact], today: date) -> Verdict:
    """The same answer as `matches`, with every part looked at: why a client is in a group or is not."""
    match expression:
        case Condition(field):
            return Verdict(expression, matches(expression, facts, today), facts[field])
        case Not(part):
            inside = explain(part, facts, today)
            return Verdict(expression, not inside.holds, inside=(inside,))
        case All(parts) | Any(parts):
            verdicts = tuple(explain(part, facts, today) for part in parts)
            holds = (all if isinstance(expression, All) else any)(verdict.holds for verdict in verdicts)
            return Verdict(expression, holds, inside=verdicts)


def is_time_dependent(expression: Expression, catalogue: FieldCatalogue) -> bool:
    """Whether the passing of a day alone can change the answer."""
    return any(_moves(condition, catalogue) for condition in conditions(expression))


def _moves(condition: Condition, catalogue: FieldCatalogue) -> bool:
    field = catalogue.get(condition.field)
    return OPERATORS[condition.operator].moves_with_time or field is None or field.moves_with_time


def _same(verdict: Verdict) -> tuple[Verdict, ...]:
    return tuple(inside for inside in verdict.inside if inside.holds is verdict.holds)
