from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "appointment.booked": _("Appointment planned"),
    "appointment.entered": _("Appointments entered"),
    "appointment.edited": _("Appointment changed"),
    "appointment.moved": _("Appointment moved"),
    "appointment.held": _("Appointment held"),
    "appointment.no_show": _("Client did not come"),
    "appointment.planned": _("Appointment back to planned"),
    "appointment.cancelled": _("Appointment cancelled"),
    "appointment.deleted": _("Appointment deleted"),
    "appointment.taken": _("Appointment taken in charge"),
    "appointment.released": _("Appointment released"),
    "appointment_type.created": _("Appointment type created"),
    "appointment_type.edited": _("Appointment type changed"),
    "appointment_type.activated": _("Appointment type activated"),
    "appointment_type.deactivated": _("Appointment type deactivated"),
    "appointment_type.made_default": _("Default meeting type chosen"),
    "appointment_type.deleted": _("Appointment type deleted"),
    "appointment_type.reordered": _("Appointment types put in order"),
    "cadence_exception.set": _("Exception to the cadence set"),
    "cadence_exception.removed": _("Exception to the cadence removed"),
    "cadence_exception.restored": _("Exception to the cadence restored"),
    "check.edited": _("Planning reminders changed"),
    "check.created": _("Check created"),
    "reminder_mail.chosen": _("Reminders by e-mail chosen"),
    "check.changed": _("Check changed"),
    "check.activated": _("Check switched on"),
    "check.deactivated": _("Check switched off"),
    "check.deleted": _("Check deleted"),
    "check.restored": _("Check taken back"),
    "reminder.dismissed": _("Reminder dismissed"),
    "reminder.snoozed": _("Reminder snoozed"),
    "reminder.reopened": _("Reminder reopened"),
    "task.planned": _("Task planned"),
    "task.recorded": _("Task recorded"),
    "task.edited": _("Task changed"),
    "task.moved": _("Task moved"),
    "task.done": _("Task done"),
    "task.reopened": _("Task to do again"),
    "task.deleted": _("Task deleted"),
    "task.restored": _("Task taken back"),
    "call.planned": _("Call planned"),
    "call.recorded": _("Call recorded"),
    "call.edited": _("Call changed"),
    "call.moved": _("Call moved"),
    "call.done": _("Call made"),
    "call.reopened": _("Call to be made again"),
    "call.deleted": _("Call deleted"),
    "call.restored": _("Call taken back"),
    "appointment.charges_reset": _("All appointments in charge released"),
    "appointment.charges_expired": _("Appointments in charge for too long released"),
    "macro.created": _("Macro created"),
    "macro.edited": _("Macro changed"),
    "macro.activated": _("Macro switched on"),
    "macro.deactivated": _("Macro switched off"),
    "macro.deleted": _("Macro deleted"),
    "macro.run": _("Macro run"),
    "macro.discarded": _("Run of a macro discarded"),
    "macro.run_undone": _("Run of a macro undone"),
    "feed.made": _("Address of the calendar made"),
    "feed.revoked": _("Address of the calendar revoked"),
    "outside_calendar.connected": _("Calendar outside connected"),
    "outside_calendar.disconnected": _("Calendar outside disconnected"),
    "appointment.left_out": _("Appointment kept out of calendars outside"),
    "appointment.let_in": _("Appointment let into calendars outside"),
    "calendar_file.imported": _("Calendar file imported"),
    "calendar_file.removed": _("Calendar file removed"),
    "weeks.planned": _("Weeks planned"),
    "weeks.undone": _("Planned weeks taken back"),
    "working_week.set": _("Working hours changed"),
    "closure.added": _("Closure entered"),
    "closure.removed": _("Closure removed"),
    "booking_link.made": _("Booking link made"),
    "booking_link.withdrawn": _("Booking link withdrawn"),
    "series.made": _("Repeated appointment planned"),
    "series.edited": _("Repeated appointment changed"),
    "series.ended": _("Repeated appointment ended"),
    "series.undone": _("Change of a repeated appointment taken back"),
    "invitation.sent": _("Client told of the appointment"),
    "night.requested": _("Night started by hand"),
}


class SchedulingConfig(AppConfig):
    name = "scheduling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clients import visibility  # noqa: PLC0415 - models are loaded only now
        from communications import retention  # noqa: PLC0415
        from scheduling import (  # noqa: F401, PLC0415
            archived,
            bulk_actions,
            calendar_mails,
            client_list,
            client_plan,
            held,
            holdings,  # noqa: F401, PLC0415
            imports,
            parameters,
            plan_fields,
            queries,
            receivers,
            timeline,
        )
        from scheduling.enums import BOOKED_MAIL, REMINDER_MAIL  # noqa: PLC0415
        from tenants import audit  # noqa: PLC0415
        from tenants.enums import Role  # noqa: PLC0415

        visibility.also_show(Role.OPERATOR, queries.clients_of_an_operator)
        visibility.also_show(Role.ADVISOR, queries.clients_of_an_advisor)
        for role in (Role.OPERATOR, Role.ADVISOR):
            visibility.also_show(role, queries.clients_of_open_tasks)
        held.register()
        timeline.register()
        archived.register()
        imports.register()
        parameters.register()
        audit.name_actions(ACTIONS)
        audit.name_facts({"made": _("appointments made"), "wanted": _("wanted"), "withdrawn": _("withdrawn")})
        audit.name_facts({"links": _("booking links"), "method": _("kind of message"), "rule": _("rule")})
        calendar_mails.register()
        retention.name_internal(BOOKED_MAIL, _("Clients' own bookings"))
        retention.name_internal(REMINDER_MAIL, _("Reminders by e-mail"))
