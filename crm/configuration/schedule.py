"""When beat rings; the database decides what there is to do (security.md 4.2)."""

from __future__ import annotations

import os

from celery.schedules import crontab

from crm.configuration.environment import env_seconds

CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "nights": {"task": "crm.tasks.dispatch_nights", "schedule": crontab(minute="*/15")},
    "what expires": {"task": "tenants.tasks.forget_expired", "schedule": crontab(hour="3", minute="17")},
    "trails": {"task": "tenants.tasks.seal_trails", "schedule": crontab(hour="3", minute="29")},
    "outbox": {"task": "communications.tasks.sweep_outbox", "schedule": env_seconds("MAIL_SWEEP_SECONDS", 30)},
    "webhooks": {"task": "tenants.tasks.sweep_webhooks", "schedule": env_seconds("WEBHOOK_SWEEP_SECONDS", 10)},
    "outside calendars": {
        "task": "scheduling.tasks.sweep_calendars",
        "schedule": env_seconds("CALENDAR_SWEEP_SECONDS", 20),
    },
    "work left behind": {"task": "crm.tasks.tend_firms", "schedule": crontab(minute="*/10")},
    "deleted files": {"task": "clients.tasks.sweep_attachments", "schedule": crontab(hour="3", minute="41")},
    "lost nights": {"task": "crm.tasks.resume_nights", "schedule": env_seconds("NIGHT_RESUME_SECONDS", 60)},
}
if "NIGHT_DISPATCH_SECONDS" in os.environ:
    CELERY_BEAT_SCHEDULE["nights"]["schedule"] = env_seconds("NIGHT_DISPATCH_SECONDS", 900)
