"""What the code must and must not do, derived from models, imports and tasks."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.celery import app
from tests.architecture import code as guards
from tests.architecture.catalog import firm_models
from tests.architecture.known import BINDERS, PLAIN_TASKS

MODULE_GUARDS = [
    guards.door_problems,
    guards.binder_problems,
    guards.setting_problems,
    guards.rewriting_problems,
]


@pytest.mark.django_db
@pytest.mark.parametrize("model", firm_models(), ids=lambda model: model._meta.label)
def test_every_manager_of_a_firms_model_adds_the_firm(model: Any) -> None:
    managers = [*model._meta.managers, model._base_manager]

    assert [problem for manager in managers for problem in guards.manager_problems(model, manager)] == []
    assert guards.field_problems(model) == []


def test_references_walk_down_the_import_order() -> None:
    references = list(guards.references())

    assert guards.direction_problems(references) == []
    assert len(references) > 40


def test_every_task_is_in_a_firm_or_listed() -> None:
    app.loader.import_default_modules()
    tasks = list(app.tasks.values())

    assert guards.task_problems(tasks) == []
    assert {task.name for task in tasks} & set(PLAIN_TASKS)


@pytest.mark.parametrize("guard", MODULE_GUARDS, ids=lambda guard: guard.__name__)
def test_no_module_breaks_a_rule(guard: Callable[[dict[str, str]], list[str]]) -> None:
    modules = guards.sources()

    assert guard(modules) == []
    assert set(BINDERS) <= set(modules)
