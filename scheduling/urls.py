"""Addresses of planning, appointments, calendar, reminders and types, inside the firm's path."""

from __future__ import annotations

from django.urls import path

from scheduling.views import appointments, calendar, exceptions, planning, reminders, states, tasks, types

app_name = "scheduling"

urlpatterns = [
    path("planning/appointments/", planning.planning, name="planning"),
    path("planning/appointments/groups/<int:pk>/", planning.planning_group, name="planning_group"),
    path("planning/appointments/groups/<int:pk>/row/", planning.planning_row, name="planning_row"),
    path(
        "planning/appointments/groups/<int:pk>/set/<int:number>/",
        planning.planning_group_set,
        name="planning_group_set",
    ),
    path("planning/appointments/check/", planning.planning_check, name="planning_check"),
    path("planning/never-met/", planning.never_met_list, name="never_met_list"),
    path("planning/overdue/", planning.overdue_list, name="overdue_list"),
    path("planning/exceptions/", planning.exception_list, name="exception_list"),
    path("planning/exceptions/<int:pk>/remove/", exceptions.exception_remove, name="exception_remove"),
    path("planning/exceptions/<int:pk>/restore/", exceptions.exception_restore, name="exception_restore"),
    path("clients/<int:client_pk>/cadence-exception/", exceptions.exception_set, name="exception_set"),
    path("appointments/new/", appointments.appointment_create, name="appointment_create"),
    path("appointments/unrecorded/", states.unrecorded_list, name="unrecorded_list"),
    path("appointments/<int:pk>/", appointments.appointment_detail, name="appointment_detail"),
    path("appointments/<int:pk>/edit/", appointments.appointment_edit, name="appointment_edit"),
    path("appointments/<int:pk>/restore/", appointments.appointment_restore, name="appointment_restore"),
    path("appointments/<int:pk>/time/", calendar.appointment_time, name="appointment_time"),
    path("appointments/<int:pk>/hold/", states.appointment_hold, name="appointment_hold"),
    path("appointments/<int:pk>/no-show/", states.appointment_no_show, name="appointment_no_show"),
    path("appointments/<int:pk>/cancel/", states.appointment_cancel, name="appointment_cancel"),
    path("appointments/<int:pk>/reopen/", states.appointment_reopen, name="appointment_reopen"),
    path("appointments/<int:pk>/take/", states.appointment_take, name="appointment_take"),
    path("appointments/<int:pk>/release/", states.appointment_release, name="appointment_release"),
    path("appointments/<int:pk>/delete/", states.appointment_delete, name="appointment_delete"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/events/", calendar.calendar_events, name="calendar_events"),
    path("tasks/", tasks.task_list, name="task_list"),
    path("tasks/new/", tasks.task_create, name="task_create"),
    path("tasks/<int:pk>/", tasks.task_detail, name="task_detail"),
    path("tasks/<int:pk>/edit/", tasks.task_edit, name="task_edit"),
    path("tasks/<int:pk>/time/", calendar.task_time, name="task_time"),
    path("tasks/<int:pk>/finish/", tasks.task_finish, name="task_finish"),
    path("tasks/<int:pk>/reopen/", tasks.task_reopen, name="task_reopen"),
    path("tasks/<int:pk>/delete/", tasks.task_delete, name="task_delete"),
    path("tasks/<int:pk>/restore/", tasks.task_restore, name="task_restore"),
    path("reminders/", reminders.reminder_list, name="reminder_list"),
    path("reminders/<int:pk>/dismiss/", reminders.reminder_dismiss, name="reminder_dismiss"),
    path("reminders/<int:pk>/snooze/", reminders.reminder_snooze, name="reminder_snooze"),
    path("reminders/<int:pk>/reopen/", reminders.reminder_reopen, name="reminder_reopen"),
    path("settings/appointment-types/", types.type_list, name="type_list"),
    path("settings/appointment-types/new/", types.type_create, name="type_create"),
    path("settings/appointment-types/<int:pk>/", types.type_edit, name="type_edit"),
    path("settings/appointment-types/<int:pk>/activate/", types.type_activate, name="type_activate"),
    path("settings/appointment-types/<int:pk>/deactivate/", types.type_deactivate, name="type_deactivate"),
    path("settings/appointment-types/<int:pk>/make-default/", types.type_make_default, name="type_make_default"),
    path("settings/appointment-types/<int:pk>/move/", types.type_move, name="type_move"),
]
