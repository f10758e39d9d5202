"""Pages about firms and people; those inside a firm are in the firm's path."""

from __future__ import annotations

from django.urls import include, path

from tenants.views import audit, firms, invitations, members, providers, removals, tokens, webhooks

app_name = "tenants"

firm_pages = [
    path("members/", members.member_list, name="member_list"),
    path("members/invite/", members.member_invite, name="member_invite"),
    path("members/<int:pk>/", members.member_edit, name="member_edit"),
    path("members/<int:pk>/deactivate/", members.member_deactivate, name="member_deactivate"),
    path("members/<int:pk>/reactivate/", members.member_reactivate, name="member_reactivate"),
    path("invitations/<int:pk>/revoke/", members.invitation_revoke, name="invitation_revoke"),
    path("permissions/", firms.permission_table, name="permission_table"),
    path("tokens/", tokens.token_list, name="token_list"),
    path("tokens/new/", tokens.token_create, name="token_create"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("webhooks/", webhooks.webhook_list, name="webhook_list"),
    path("webhooks/new/", webhooks.webhook_create, name="webhook_create"),
    path("webhooks/<int:pk>/", webhooks.webhook_detail, name="webhook_detail"),
    path("webhooks/<int:pk>/ping/", webhooks.webhook_ping, name="webhook_ping"),
    path("webhooks/<int:pk>/rotate/", webhooks.webhook_rotate, name="webhook_rotate"),
    path("webhooks/<int:pk>/switch/", webhooks.webhook_switch, name="webhook_switch"),
    path("webhooks/deliveries/<int:pk>/replay/", webhooks.delivery_replay, name="delivery_replay"),
    path("single-sign-on/", providers.provider_list, name="provider_list"),
    path("single-sign-on/new/", providers.provider_create, name="provider_create"),
    path("single-sign-on/new/saml/", providers.provider_create_saml, name="provider_create_saml"),
    path("single-sign-on/required/", providers.provider_require, name="provider_require"),
    path("single-sign-on/<int:pk>/", providers.provider_edit, name="provider_edit"),
    path("single-sign-on/<int:pk>/switch/", providers.provider_switch, name="provider_switch"),
    path("single-sign-on/accounts/<int:pk>/forget/", providers.provider_account_forget, name="provider_account_forget"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("deleted/", removals.removal_list, name="removal_list"),
    path("deleted/<int:pk>/restore/", removals.removal_restore, name="removal_restore"),
    path("audit/file/", audit.audit_file, name="audit_file"),
    path("firm/", firms.firm_edit, name="firm_edit"),
    path("me/", firms.own_settings, name="own_settings"),
    path("preferences/", firms.preferences, name="preferences"),
]

urlpatterns = [
    path("", firms.firm_choice, name="start"),
    path("firms/", firms.firm_choice, name="firm_choice"),
    path("invitations/<int:firm_id>/<str:secret>/", invitations.invitation_accept, name="invitation_accept"),
    path("f/<slug:firm_slug>/settings/", include(firm_pages)),
]
