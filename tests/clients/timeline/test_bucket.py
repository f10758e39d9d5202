"""Attachments in a bucket that speaks S3, chosen by the settings alone."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import storages

from clients import services, sweeping
from clients.attachments import storage
from clients.models import Attachment
from clients.services import NoteContent
from crm.configuration import attachments as ours
from tenants.binding import use_firm
from tenants.models import Firm, Membership
from tests.cast import page
from tests.clients.builders import NOON, new_client
from tests.clients.timeline.bucket import Bucket, serving

UPLOADED = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with serving("files") as bucket:
        given = {"ENDPOINT": bucket.address, "REGION": "eu-south-1", "ACCESS_KEY": "key", "SECRET_KEY": "secret"}
        for name, value in given.items():
            monkeypatch.setenv(f"ATTACHMENTS_{name}", value)
        monkeypatch.setattr(ours, "ATTACHMENTS_BUCKET", "files")
        settings.STORAGES = {**settings.STORAGES, "attachments": ours.attachment_storage()}
        storages._storages.pop("attachments", None)
        yield bucket
        storages._storages.pop("attachments", None)


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_into_the_bucket_comes_back_and_leaves_it(
    browse: Any, bucket: Bucket, firm: Firm, alice: Membership
) -> None:
    with use_firm(firm):
        note = services.create_note(new_client(advisor=alice), NoteContent(text="Contratto"), by=alice, at=NOON)
        made = services.attach(note, io.BytesIO(b"%PDF-1.7 contratto"), name="contratto.pdf", by=alice)
    [key] = bucket.kept
    assert (key, bucket.kept[key]) == (made.stored_as, b"%PDF-1.7 contratto")
    assert key.startswith(f"firms/{firm.pk}/")
    assert (bucket.signatures, bucket.permissions) == ({"AWS4-HMAC-SHA256"}, {"private"})

    answer = browse(alice).get(page(alice, f"clients/attachments/{made.pk}/"))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 contratto"
    assert answer["Content-Disposition"].startswith("attachment")
    assert bucket.address not in str(answer.headers), "nobody is led to the bucket"

    with use_firm(firm):
        assert list(storage.stored_before(UPLOADED + timedelta(days=1))) == [key]
        Attachment.objects.filter(pk=made.pk).delete()
        assert sweeping.sweep(at=UPLOADED + timedelta(days=2)).orphans == 1
        assert not storage.is_stored(key)
    assert bucket.kept == {}
