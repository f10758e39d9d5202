"""Attachments: a folder that no web server serves, or a bucket that speaks S3. Nothing else writes files."""

from __future__ import annotations

import os
from pathlib import Path

from crm.configuration.environment import env_number, env_text

FOLDER = Path(__file__).resolve().parent.parent.parent / ".local" / "attachments"
ATTACHMENTS_BUCKET = os.environ.get("ATTACHMENTS_BUCKET", "")
ATTACHMENT_MOST_BYTES = env_number("ATTACHMENT_MOST_MB", 25) * 1024 * 1024
ATTACHMENT_QUOTA_BYTES = env_number("ATTACHMENT_QUOTA_MB", 5120) * 1024 * 1024


def attachment_storage() -> dict[str, object]:
    if not ATTACHMENTS_BUCKET:
        folder = env_text("ATTACHMENTS_FOLDER", str(FOLDER))
        options = {"location": folder, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": ATTACHMENTS_BUCKET,
            "endpoint_url": os.environ.get("ATTACHMENTS_ENDPOINT") or None,
            "region_name": os.environ.get("ATTACHMENTS_REGION") or None,
            "access_key": os.environ.get("ATTACHMENTS_ACCESS_KEY") or None,
            "secret_key": os.environ.get("ATTACHMENTS_SECRET_KEY") or None,
            "default_acl": "private",
        },
    }
