"""Addresses of the outbox and of service opportunities, inside the firm's path."""

from __future__ import annotations

from django.urls import path

from communications.views import distribution, generation, mail, opportunities, recipients, services

app_name = "communications"

urlpatterns = [
    path("settings/outbox/", mail.mail_list, name="mail_list"),
    path("settings/outbox/<int:pk>/", mail.mail_detail, name="mail_detail"),
    path("settings/outbox/<int:pk>/send-again/", mail.mail_send_again, name="mail_send_again"),
    path("settings/outbox/<int:pk>/settle/", mail.mail_settle, name="mail_settle"),
    path("settings/outbox/<int:pk>/cancel/", mail.mail_cancel, name="mail_cancel"),
    path("client-relations/", recipients.relations, name="relations"),
    path("client-relations/generate/", generation.generate, name="generate"),
    path("client-relations/runs/<int:pk>/", generation.run_detail, name="run_detail"),
    path("client-relations/runs/<int:pk>/confirm/", generation.run_confirm, name="run_confirm"),
    path("client-relations/runs/<int:pk>/stop/", generation.run_stop, name="run_stop"),
    path("communications/", distribution.communication_list, name="communication_list"),
    path("communications/act/", distribution.communication_act, name="communication_act"),
    path("communications/<int:pk>/", distribution.communication_detail, name="communication_detail"),
    path("communications/<int:pk>/page/", distribution.communication_page, name="communication_page"),
    path("communications/<int:pk>/settle/", distribution.communication_settle, name="communication_settle"),
    path("client-relations/begin/", recipients.relations_begin, name="relations_begin"),
    path("client-relations/addresses/", recipients.address_list, name="address_list"),
    path("client-relations/addresses/<int:client_pk>/", recipients.address_choose, name="address_choose"),
    path("client-relations/enable/<int:client_pk>/", recipients.client_enable, name="client_enable"),
    path("client-relations/suppressed/", recipients.suppression_list, name="suppression_list"),
    path("client-relations/suppressed/<int:pk>/lift/", recipients.suppression_lift, name="suppression_lift"),
    path("settings/communications/", recipients.sending_settings, name="sending_settings"),
    path("settings/services/", services.service_list, name="service_list"),
    path("settings/services/new/", services.service_create, name="service_create"),
    path("settings/services/<int:pk>/", services.service_edit, name="service_edit"),
    path("settings/services/<int:pk>/duplicate/", services.service_duplicate, name="service_duplicate"),
    path("settings/services/<int:pk>/switch/", services.service_switch, name="service_switch"),
    path("settings/services/<int:pk>/move/", services.service_move, name="service_move"),
    path("settings/services/<int:pk>/delete/", services.service_delete, name="service_delete"),
    path(
        "clients/<int:client_pk>/opportunities/new/",
        opportunities.opportunity_create,
        name="opportunity_create",
    ),
    path("opportunities/", opportunities.opportunity_matrix, name="opportunity_matrix"),
    path("opportunities/propose/", opportunities.opportunity_propose, name="opportunity_propose"),
    path("opportunities/<int:pk>/", opportunities.opportunity_detail, name="opportunity_detail"),
    path("opportunities/<int:pk>/close/", opportunities.opportunity_close, name="opportunity_close"),
    path("opportunities/<int:pk>/reopen/", opportunities.opportunity_reopen, name="opportunity_reopen"),
    path("opportunities/<int:pk>/delete/", opportunities.opportunity_delete, name="opportunity_delete"),
]
