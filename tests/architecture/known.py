"""What the guards know by name, each with its reason. Whatever is not here is derived from models, routes and tasks."""

# Tables that belong to no firm.
GLOBAL_TABLES = {
    "tenants_firm": "the firm itself; row-level security on its id",
    "tenants_user": "a person's log-in: e-mail and password, nothing that colleagues see",
    "tenants_session": "log-ins",
    "tenants_cacheentry": "the cache while Redis is away",
    "mfa_authenticator": "second steps of the log-in; they belong to a person, not to a firm",
    "account_emailaddress": "allauth's list of a user's addresses",
    "account_emailconfirmation": "allauth; not used, since addresses are confirmed by the invitation",
    "socialaccount_socialaccount": "allauth's accounts at other systems; empty, since ours are a firm's rows",
    "socialaccount_socialapp": "allauth's providers; empty for the same reason",
    "socialaccount_socialtoken": "allauth's tokens of other systems; none is kept",
    "auth_group": "of django.contrib.auth; not used",
    "auth_group_permissions": "of django.contrib.auth; not used",
    "auth_permission": "of django.contrib.auth; not used",
    "django_content_type": "of django.contrib.contenttypes; the same rows for everybody",
    "django_migrations": "which migrations ran; the ordinary role reads their names, for /readyz",
}

# Derived tables that name the client without a key (docs/decisions/0002).
KEYLESS = {
    "clients_bulkitem",
    "communications_audiencemember",
    "clients_changedclient",
    "clients_claimedclient",
    "clients_clientword",
    "clients_exportedclient",
    "clients_importedclient",
    "clients_importedrow",
    "groups_groupmember",
    "groups_marketinglistmember",
    "portfolios_levelchange",
    "portfolios_score",
    "scheduling_clientplan",
    "scheduling_reminder",
}

# References of derived tables that have no key either (docs/decisions/0002): table and column.
UNKEYED = {("groups_groupmember", "group_id")}

# The only functions that look across firms, and the tables that their owner may read for it; and the one that may take
# values out of the trail.
DEFINER_FUNCTIONS = {
    "app.firms_of_user": "log-in: in which firms a user is",
    "app.all_firms": "commands and schedulers: every firm's id",
    "app.firms_with_work_due": "the dispatchers: the firms that may have a night to run, or mail to send",
    "app.log_in_doors": "log-in by a firm's provider: whose provider serves this short name or e-mail domain",
    "app.redact_audit": "erasure, in the bound firm only: values go out of a trail that nobody can rewrite",
}
DEFINER_POLICIES = {
    "tenants_firm_definer",
    "tenants_membership_definer",
    "scheduling_nightlyrun_definer",
    "communications_outgoingmail_definer",
    "tenants_webhook_definer",
    "tenants_webhookdelivery_definer",
    "tenants_changehead_definer",
    "scheduling_outsidecalendar_definer",
    "tenants_identityprovider_definer",
}

# References against the import order, declared by string.
UPWARD = {"clients.Client.main_portfolio": "the first portfolio is mandatory (architecture.md section 1)"}

# Pages that nobody has to log in for.
PUBLIC = {
    "healthz": "a process that cannot be asked whether it lives is restarted",
    "readyz": "the same, before it receives requests",
    "metrics": "Prometheus shows the token of the installation; figures of no firm",
    "security_text": "whom to tell of a hole, RFC 9116",
    "set_language": "the language of the log-in page",
    "web:preferences": "theme of the log-in page, in a cookie",
    "account_login": "log-in",
    "mfa_authenticate": "the second step of a log-in that has passed the first",
    "mfa_login_webauthn": "the log-in itself, by a passkey",
    "company_log_in": "log-in by what one has at work: it asks whose provider",
    "single_sign_on": "the same, at one firm's provider; the key in the address is drawn at random",
    "single_sign_on_metadata": "what a firm enters at its SAML provider: addresses, nothing of the firm",
    "single_sign_on_answer": "where a SAML provider's answer is posted to: its signature is the proof",
    "single_sign_on_finish": "the same, with the session of the browser that asked",
    "single_sign_on_return": "where the provider sends back to: its answer is the proof",
    "account_logout": "harmless without a log-in",
    "account_inactive": "says why a log-in was refused",
    "account_reset_password": "who forgot the password cannot log in",
    "account_reset_password_done": "the same",
    "account_reset_password_from_key": "the link in the mail is the proof",
    "account_reset_password_from_key_done": "the same",
    "tenants:invitation_accept": "the link in the mail is the proof",
    "feed": "the secret in the address is the proof; what it shows is its owner's calendar",
    "booking": "the secret in the address is the proof; what it shows is when one advisor is free",
    "unsubscribe": "the signed link in the mail is the proof, and one click has to do (RFC 8058)",
    "api:schema": "how the API is spoken, for whoever writes an integration; nothing of any firm",
    "api:docs": "the same, to read",
}

# Celery tasks outside a firm, or in several transactions inside one.
PLAIN_TASKS = {
    "clients.tasks.run_export": "as an import: the attempt is committed before the work",
    "clients.tasks.run_import": "the attempt is committed before the work: a use_firm for each",
    "tenants.tasks.send_mail": "identity mail: everything is in its arguments, it reads no table",
    "tenants.tasks.sweep_webhooks": "asks which firms have something to announce and enqueues one task for each",
    "tenants.tasks.send_webhooks": "claim and outcome of each delivery are transactions of their own",
    "tenants.tasks.seal_trails": "enqueues one task for each firm",
    "tenants.tasks.forget_expired": "rows of no firm: ended sessions and cache entries",
    "clients.tasks.sweep_attachments": "enqueues one task for each firm",
    "crm.tasks.dispatch_nights": "asks which firms are due and enqueues one task for each",
    "crm.tasks.resume_nights": "the same for nights whose message or worker was lost",
    "communications.tasks.sweep_outbox": "asks which firms have mail to send and enqueues one task for each",
    "communications.tasks.send_mails": "claim and outcome of each mail are transactions of their own",
    "scheduling.tasks.sweep_calendars": "asks which firms have calendars to tend and enqueues one task for each",
    "scheduling.tasks.sync_calendars": "what is said to another calendar stands between transactions",
    "crm.tasks.tend_firms": "the same for work in the background",
    "crm.tasks.run_nights": "the nights of several firms, each in transactions of its own",
}

# Who may bind a firm (besides commands): everybody else finds it bound.
BINDERS = {
    "clients/tasks.py": "an attempt at an import is committed before the work",
    "tenants/archive/reading.py": "a firm that is read in is inserted with its own id bound",
    "tenants/binding.py": "defines it",
    "tenants/middleware.py": "pages, invitations, API",
    "tenants/receivers.py": "a change of a person's log-in is a line in each of his firms",
    "tenants/tasks.py": "the base of Celery tasks",
    "tenants/webhooks/sending.py": "a claim is committed before a delivery leaves, its outcome after",
    "tenants/services/firms.py": "a firm is inserted with its own id bound",
    "crm/onboarding.py": "and receives its defaults",
    "crm/demo/firms.py": "the firms of the demo are filled as they are made",
    "communications/outbox.py": "a claim is committed before the mail leaves, its outcome after",
    "scheduling/calendars/claims.py": "a claim is committed before a calendar is spoken to, its outcome after",
    "scheduling/calendars/rounds.py": "asks which calendars of a firm are due",
    "scheduling/nights.py": "a claim is committed before the work",
    "scheduling/portions.py": "each portion of a night is a transaction of its own",
    "crm/nightly.py": "asks how a night of a firm ended",
}

# Folders of what only commands run.
BINDING_FOLDERS = (
    "crm/bench/",
    "crm/demo/",
    "crm/management/",
    "tenants/management/",
    "clients/management/",
    "communications/management/",
    "outcomes/management/",
    "portfolios/management/",
)

# Names behind a private door that everybody may use.
OPEN_DOORS = {"tenants.tasks.FirmTask": "the base class of every task that works inside a firm"}
