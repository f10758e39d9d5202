"""What is forgotten by itself."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.celery import app
from tenants import services, tasks
from tenants.binding import use_firm
from tenants.models import CacheEntry, IdempotentAnswer, Membership, Session
from tests.cast import login


def test_only_what_expired_is_forgotten(alice: Membership) -> None:
    login(Client(), alice)
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(seconds=1))
    CacheEntry.objects.create(cache_key="old", value="", expires=now - timedelta(seconds=1))
    CacheEntry.objects.create(cache_key="new", value="", expires=now + timedelta(hours=1))
    with use_firm(alice.firm_id):
        token = services.create_token(alice, name="sync", scopes=["write"], by=alice).row
        for key, age in (("old", timedelta(days=1, seconds=1)), ("new", timedelta(hours=23))):
            answer = IdempotentAnswer.objects.create(token=token, key=key, request_hash="")
            IdempotentAnswer.objects.filter(pk=answer.pk).update(created_at=now - age)

    app.conf.task_always_eager = True
    try:
        tasks.forget_expired()
    finally:
        app.conf.task_always_eager = False

    assert list(Session.objects.values_list("user", flat=True)) == [alice.user_id]
    assert list(CacheEntry.objects.values_list("cache_key", flat=True)) == ["new"]
    with use_firm(alice.firm_id):
        assert list(IdempotentAnswer.objects.values_list("key", flat=True)) == ["new"]


@pytest.mark.parametrize("entry", ["what expires", "nights"])
def test_the_clock_rings_for_tasks_that_exist(entry: str) -> None:
    app.loader.import_default_modules()

    assert app.conf.beat_schedule[entry]["task"] in app.tasks
