"""Guards that read the code: models, imports, tasks, statements. Each returns the problems that it sees."""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Manager

from tenants.binding import NoFirmBoundError, bound_firm_id, use_firm
from tenants.tasks import FirmTask
from tests.architecture.known import BINDERS, BINDING_FOLDERS, OPEN_DOORS, PLAIN_TASKS, UPWARD

ROOT = Path(__file__).resolve().parents[2]
ORDER = ["crm", "outcomes", "scheduling", "communications", "portfolios", "groups", "clients", "tenants", "web"]
DOORS = {"views", "forms", "api", "urls", "tasks", "receivers"}


def manager_problems(model: Any, manager: Manager[Any]) -> list[str]:
    """The manager adds the firm to reading, changing and deleting, and refuses to compile without one."""
    problems = []
    queryset = manager.all()
    with use_firm(1):
        statement = str(queryset.query)
        if f'"{model._meta.db_table}"."firm_id" = ({bound_firm_id()})' not in statement:
            problems.append(f"{model._meta.label}: {manager.name} reads without the firm")
    try:
        str(queryset.query)
    except NoFirmBoundError:
        return problems
    return [*problems, f"{model._meta.label}: {manager.name} reads with no firm bound"]


def field_problems(model: Any) -> list[str]:
    """The firm cannot be sent from outside, and is the bound one by default."""
    field = model._meta.get_field("firm")
    problems = [f"{model._meta.label}: the firm is editable"] * field.editable
    problems += [f"{model._meta.label}: the firm is not the bound one"] * (field.default is not bound_firm_id)
    return problems + [
        f"{model._meta.label}.{relation.name}: an automatic table between would have no firm"
        for relation in model._meta.local_many_to_many
        if relation.remote_field.through._meta.auto_created
    ]


def direction_problems(references: Iterable[tuple[str, str, str]]) -> list[str]:
    """References walk down the import order; each is (app, app it leads to, name)."""
    return [
        f"{name} leads from {source} up to {target}"
        for source, target, name in references
        if ORDER.index(source) > ORDER.index(target) and name not in UPWARD
    ]


def references() -> Iterator[tuple[str, str, str]]:
    """Every reference between models of the product."""
    for model in apps.get_models():
        source = model._meta.app_label
        for field in model._meta.concrete_fields:
            target = field.related_model._meta.app_label if field.is_relation else None
            if source in ORDER and target in ORDER:
                yield source, target, f"{model._meta.label}.{field.name}"


def task_problems(tasks: Iterable[Any]) -> list[str]:
    """A task works inside a firm, by its base class, or is listed with a reason."""
    problems = []
    for task in tasks:
        if isinstance(task, FirmTask):
            parameter = inspect.signature(task.run).parameters.get("firm_id")
            problems += [f"{task.name}: takes no firm_id"] * (parameter is None)
        elif task.name not in PLAIN_TASKS and not task.name.startswith("celery."):
            problems.append(f"{task.name}: neither in a firm nor listed")
    return problems


def sources() -> dict[str, str]:
    """Every module of the product, by its path."""
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for package in ORDER
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    }


def door_problems(modules: dict[str, str]) -> list[str]:
    """An app's views, forms, api, urls, tasks and receivers are its own, and crm's."""
    problems = []
    for path, text in modules.items():
        package = path.partition("/")[0]
        for name in _imported(text):
            app, _, rest = name.partition(".")
            door = rest.partition(".")[0]
            foreign = app in ORDER and app not in {package, "web"} and package != "crm"
            if foreign and door in DOORS and name not in OPEN_DOORS:
                problems.append(f"{path} imports {name}")
    return problems


def _imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def binder_problems(modules: dict[str, str]) -> list[str]:
    """use_firm is called by the middleware, the task base and commands; others find the firm bound."""
    return [
        f"{path} binds a firm"
        for path, text in modules.items()
        if "use_firm(" in text and path not in BINDERS and not path.startswith(BINDING_FOLDERS)
    ]


def setting_problems(modules: dict[str, str]) -> list[str]:
    """The firm is set for one transaction: SET LOCAL, never set_config or a setting of the session."""
    session = re.compile(r"set_config\(|\bSET\s+(?!LOCAL\b)(SESSION\s+)?app\.", re.IGNORECASE)
    return [f"{path}: {found[0]}" for path, text in modules.items() if (found := session.search(text))]


def rewriting_problems(modules: dict[str, str]) -> list[str]:
    """Neither MERGE nor COPY into a table of the product: both do not work, or not rightly, under policies."""
    forbidden = re.compile(r"\bMERGE\s+INTO\b", re.IGNORECASE)
    return [f"{path}: {found[0]}" for path, text in modules.items() if (found := forbidden.search(text))]
