"""The files that no test run executes: compose, Dockerfile, Makefile, requirements, continuous run."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.database import APPS, ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = "".join(path.read_text() for path in (ROOT / "crm/settings.py", *(ROOT / "crm/configuration").glob("*.py")))
READ_BY_SETTINGS = set(re.findall(r"""(?:env_\w+\(|environ\[|environ\.get\()\s*"([A-Z_]+)\"""", SETTINGS))


def test_compose_has_the_shape_of_a_production() -> None:
    assert set(SERVICES) == {"web", "worker", "beat", "migrate", "db", "redis", "mail"}
    for name in OURS:
        assert SERVICES[name]["build"] == "."
    assert SERVICES["worker"]["command"][:4] == ["celery", "--app", "crm", "worker"]
    assert SERVICES["beat"]["command"][:4] == ["celery", "--app", "crm", "beat"]
    assert SERVICES["migrate"]["command"][:3] == ["python", "manage.py", "migrate"]


@pytest.mark.parametrize("name", OURS)
def test_compose_sets_only_what_the_settings_read_and_all_that_has_no_default(name: str) -> None:
    given = set(SERVICES[name]["environment"])
    assert given <= READ_BY_SETTINGS
    assert given >= {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_HOST"}


def test_only_the_migration_knows_the_migrator() -> None:
    assert [name for name in SERVICES if "MIGRATION_DATABASE_URL" in SERVICES[name].get("environment", {})] == [
        "migrate"
    ]
    for name in OURS:
        assert "//cadenza_app:" in SERVICES[name]["environment"]["DATABASE_URL"]
    assert "//cadenza_migrator:" in SERVICES["migrate"]["environment"]["MIGRATION_DATABASE_URL"]


def test_no_secret_has_a_default() -> None:
    for line in (ROOT / "docker-compose.yml").read_text().splitlines():
        for secret in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)(?!\w)[^}]*:-", line):
            pytest.fail(f"{secret} has a default")
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "APP_PASSWORD", "MIGRATOR_PASSWORD"):
        assert f"${{{name}:?" in (ROOT / "docker-compose.yml").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_pinned_and_tells_its_health(name: str) -> None:
    service = SERVICES[name]
    image = service["image"]
    assert ":" in image
    assert not image.endswith(":latest")
    if name == "migrate":
        assert service["restart"] == "no"
    elif name != "web":  # its check is in the image
        assert service["healthcheck"]["test"]
    for other in service.get("depends_on", {}).values():
        assert other["condition"] in ("service_healthy", "service_completed_successfully")


def test_the_database_is_made_with_the_roles_of_the_wall() -> None:
    mounted = dict(volume.split(":")[:2] for volume in SERVICES["db"]["volumes"] if volume.startswith("./"))
    scripts = [target.rpartition("/")[2] for target in mounted.values()]
    assert scripts == sorted(scripts), "roles first, then the database, then the passwords"
    assert list(mounted) == ["./tenants/roles.sql", "./tenants/database.sql", "./docker/passwords.sh"]
    assert all((ROOT / source).is_file() for source in mounted)
    assert set(SERVICES["db"]["environment"]) >= set(
        re.findall(r"\$(\w+_PASSWORD)", (ROOT / "docker/passwords.sh").read_text())
    )
    embedded = (ROOT / "crm/local/postgres.py").read_text()
    for option in SERVICES["db"]["environment"]["POSTGRES_INITDB_ARGS"].split():
        assert option in embedded, "the embedded database and this one sort differently"
    assert SERVICES["db"]["image"].startswith("postgres:18")


def test_redis_keeps_what_it_is_told() -> None:
    command = SERVICES["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options == {"--appendonly": "yes", "--appendfsync": "everysec", "--maxmemory-policy": "noeviction"}


def test_the_image_is_pinned_unprivileged_and_holds_every_app() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert stages
    assert all(re.search(r":\d", stage) for stage in stages)
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root)", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "--require-hashes" in DOCKERFILE
    assert "requirements-dev" not in DOCKERFILE
    copied = re.findall(r"^COPY (\S+) \S+$", last, re.MULTILINE)
    assert {*APPS, "templates", "locale", "manage.py"} <= set(copied)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-demo.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_by_hash_and_name_no_index(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", " ")
    wanted = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(wanted) > 20
    assert [line for line in wanted if "==" not in line or "--hash=sha256:" not in line] == []
    assert re.findall(r"https?://|--(?:extra-)?index|--find-links", text) == []


def test_the_front_end_s_lock_file_names_no_index() -> None:
    lock = (ROOT / "frontend/package-lock.json").read_text()
    assert '"integrity"' in lock
    assert '"resolved": "http' not in lock


def test_the_continuous_run_is_the_readme_s_commands() -> None:
    run = (ROOT / ".ci/run").read_text()
    assert re.findall(r"^make (\w+)$", run, re.MULTILINE) == ["test", "check"]
    assert "REQUIRE_SHARED_DATA=1" in run
    readme = (ROOT / "README.md").read_text()
    assert readme.index("make demo") < readme.index("make test")


def test_make_offers_the_commands_of_the_house() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("setup", "demo", "test", "check", "fmt", "bench"):
        assert f"make {command} " in shown


def test_check_keeps_every_promise() -> None:
    planned = subprocess.run(
        ["make", "--dry-run", "check"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for promise in (
        "ruff check",
        "ruff format --check",
        "mypy",
        "lint_imports",
        "makemigrations --check",
        "spectacular",
        "diff -u docs/openapi.yaml",
        "djlint",
        "crm.translations check",
    ):
        assert promise in planned


def test_whatever_the_settings_read_and_every_command_is_explained() -> None:
    readme, operations = (ROOT / "README.md").read_text(), (ROOT / "docs/operations.md").read_text()
    given = READ_BY_SETTINGS | set(re.findall(r"""if "([A-Z_]+)" in os.environ""", SETTINGS))
    assert [name for name in sorted(given) if f"`{name}`" not in readme + operations] == []
    commands = {path.stem for app in APPS for path in (ROOT / app).glob("management/commands/[a-z]*.py")}
    assert len(commands) > 10
    assert [name for name in sorted(commands) if f"`{name}`" not in readme] == []


def test_decisions_are_numbered_without_gaps_and_listed_and_what_is_linked_is_there() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("0*.md"))
    listed = (ROOT / "docs/decisions/README.md").read_text()
    for number, path in enumerate(pages, start=1):
        assert path.name.startswith(f"{number:04d}-")
        title = path.read_text().partition("\n")[0].removeprefix(f"# {number}. ")
        assert f"{number}. [{title}]({path.name})" in listed
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([\w./-]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone")
def test_nothing_names_the_workplace() -> None:
    """No absolute path of a developer's machine in what is committed."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in listed:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".html", ".ts", ".toml", ".yml", ".yaml", ".json", "") and path.is_file():
            assert not re.search(r"/(work|home|Users|root)/\w", path.read_text()), name
