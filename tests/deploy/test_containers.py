"""The compose file and the image: what must be there, and what must never be."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from igot.celery import app as celery_app

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = ["migrate", "web", "worker", "beat"]
LASTING = ["web", "worker", "beat", "db", "redis", "nginx"]
SECRETS = {"SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY"}


def test_every_part_of_the_portal_is_there() -> None:
    assert set(SERVICES) == {"db", "redis", "migrate", "web", "worker", "beat", "nginx"}
    assert set(COMPOSE["volumes"]) == {"database", "redis", "static", "media"}


@pytest.mark.parametrize("name", LASTING)
def test_service_has_a_health_check_and_comes_back(name: str) -> None:
    service = SERVICES[name]

    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service or (name == "web" and "HEALTHCHECK" in DOCKERFILE)
    assert not service.get("healthcheck", {}).get("disable")


def test_the_preparing_step_runs_once_and_before_the_others() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("web", "worker", "beat"):
        condition = SERVICES[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


@pytest.mark.parametrize("name", [*OURS, "nginx"])
def test_container_has_no_right_that_it_does_not_need(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service and service.get("network_mode") != "host"


@pytest.mark.parametrize("name", OURS)
def test_secrets_come_from_the_environment_and_are_demanded(name: str) -> None:
    environment = SERVICES[name]["environment"]

    for secret in SECRETS:
        assert re.fullmatch(rf"\$\{{{secret}:\?.+\}}", environment[secret])
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]


def test_the_containers_set_only_what_the_settings_read() -> None:
    listed = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.M))

    assert set(SERVICES["web"]["environment"]) <= listed | {"WEB_CONCURRENCY"}


def test_only_nginx_is_reached_from_outside_and_only_from_this_machine_by_default() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert SERVICES["nginx"]["ports"] == ["${HTTP_ADDRESS:-127.0.0.1}:${HTTP_PORT:-8080}:8080"]


def test_database_and_broker_stand_on_a_network_without_a_way_out() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_nginx_only_reads_the_files_and_is_the_portals_own_user() -> None:
    nginx = SERVICES["nginx"]

    assert all(volume.endswith(":ro") for volume in nginx["volumes"])
    assert nginx["user"] == "10001:10001"
    assert SERVICES["web"]["environment"]["SENDFILE"] == "${SENDFILE:-nginx}"


def test_redis_keeps_every_task() -> None:
    command = " ".join(SERVICES["redis"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_something_is_due_more_often_than_beat_is_asked_after() -> None:
    shortest = min(
        job["schedule"].total_seconds() for job in settings.CELERY_BEAT_SCHEDULE.values()
    )

    assert settings.CELERY_BEAT_SYNC_EVERY == 1
    assert "-mmin -2" in SERVICES["beat"]["healthcheck"]["test"][1]
    assert shortest <= 60


def test_every_scheduled_task_exists() -> None:
    celery_app.loader.import_default_modules()
    scheduled = {job["task"] for job in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled - set(celery_app.tasks) == set()


def test_the_image_runs_as_a_user_without_rights_or_shell() -> None:
    users = re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)

    assert users == ["10001:10001"]
    assert "/usr/sbin/nologin" in DOCKERFILE
    assert DOCKERFILE.index("USER 10001") < DOCKERFILE.index("\nCMD ")


def test_the_image_is_built_from_the_lock_and_needs_no_other_builder() -> None:
    assert "--require-hashes -r /tmp/requirements.lock" in DOCKERFILE
    assert not DOCKERFILE.startswith("# syntax")
    assert "requirements-dev" not in DOCKERFILE
    assert not re.search(r"^(?:ENV|ARG) .*(?:SECRET|PASSWORD|_KEYS?)\b", DOCKERFILE, re.MULTILINE)


def test_the_build_is_sent_no_local_file() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}

    assert "*" in lines
    assert not sent & {".env", ".git", "var", ".venv", "tests", "docs"}
    apps = {app.split(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert apps <= sent


def test_locks_have_hashes_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-tools.lock"):
        lock = (ROOT / name).read_text()
        pins = re.findall(r"^\S+==\S+", lock, re.MULTILINE)

        assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", lock)) >= len(pins) > 2
        assert "http" not in lock


def test_direct_requirements_are_exact_and_in_their_lock() -> None:
    for name in ("requirements", "requirements-dev", "requirements-tools"):
        lock = (ROOT / f"{name}.lock").read_text().lower()
        for line in (ROOT / f"{name}.txt").read_text().splitlines():
            pin = line.partition("#")[0].strip()
            if not pin or pin.startswith("-r"):
                continue
            project, equals, version = re.sub(r"\[.*?\]", "", pin).partition("==")
            assert equals, f"{pin} is not exact"
            assert re.search(
                rf"^{re.escape(project.lower())}(?:\[.*\])?=={re.escape(version)} ", lock, re.M
            )


def test_compose_itself_reads_the_file_and_asks_for_each_secret() -> None:
    compose = shutil.which("docker-compose", path=f"{ROOT}/var/tools/bin:/usr/local/bin:/usr/bin")
    if not compose:
        pytest.skip("docker-compose is not installed: make tools")
    command = [compose, "-f", str(ROOT / "docker-compose.yml"), "config", "-q"]
    given = dict.fromkeys(
        [*SECRETS, "POSTGRES_PASSWORD", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL"], "made-up"
    )

    complete = subprocess.run(command, env=given, capture_output=True, text=True, timeout=60)
    assert complete.returncode == 0, complete.stderr
    for missing in given:
        rest = {name: value for name, value in given.items() if name != missing}
        refused = subprocess.run(command, env=rest, capture_output=True, text=True, timeout=60)
        assert refused.returncode != 0
        assert f"set {missing}" in refused.stderr
