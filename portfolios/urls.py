"""Addresses of typologies, portfolios and subjects, inside the firm's path."""

from __future__ import annotations

from django.urls import path

from portfolios.views import (
    dividers,
    handovers,
    levels,
    links,
    measures,
    overview,
    sale_files,
    sales,
    subjects,
    typologies,
)

app_name = "portfolios"

urlpatterns = [
    path("clients/<int:pk>/portfolios/", links.client_links, name="client_links"),
    path("portfolios/", overview.overview, name="overview"),
    path("portfolios/types/<int:position>/", overview.overview, name="overview_typology"),
    path("portfolios/types/<int:position>/export/", overview.overview_export, name="overview_export"),
    path("portfolios/<int:pk>/", overview.portfolio_detail, name="portfolio_detail"),
    path("portfolios/<int:pk>/export/", overview.portfolio_export, name="portfolio_export"),
    path("sales/", sales.sale_list, name="sale_list"),
    path("sales/export/", sales.sale_export, name="sale_export"),
    path("sales/import/", sale_files.sale_import, name="sale_import"),
    path("sales/<int:pk>/reverse/", sales.sale_reverse, name="sale_reverse"),
    path("sales/<int:pk>/restore/", sales.sale_restore, name="sale_restore"),
    path("clients/<int:client_pk>/sales/new/", sales.sale_create, name="sale_create"),
    path("clients/<int:pk>/measures/", measures.client_measures, name="client_measures"),
    path("clients/<int:pk>/measures/<int:position>/", measures.client_typology, name="client_typology"),
    path("clients/<int:pk>/measures/<int:position>/values/", measures.values_edit, name="values_edit"),
    path("clients/<int:pk>/measures/<int:position>/automatic/", measures.values_clear, name="values_clear"),
    path("settings/portfolio-types/", typologies.typology_list, name="typology_list"),
    path("settings/portfolio-types/<int:pk>/", typologies.typology_edit, name="typology_edit"),
    path("settings/portfolio-types/<int:pk>/activate/", typologies.typology_activate, name="typology_activate"),
    path("settings/portfolio-types/<int:pk>/deactivate/", typologies.typology_deactivate, name="typology_deactivate"),
    path("settings/portfolio-types/<int:pk>/levels/", levels.typology_levels, name="typology_levels"),
    path("settings/portfolio-types/<int:pk>/levels/counts/", levels.level_counts, name="level_counts"),
    path("settings/portfolio-types/<int:pk>/portfolios/", dividers.portfolio_list, name="portfolio_list"),
    path("settings/portfolio-types/<int:pk>/portfolios/new/", dividers.portfolio_create, name="portfolio_create"),
    path("settings/portfolios/<int:pk>/", dividers.portfolio_edit, name="portfolio_edit"),
    path("settings/portfolios/<int:pk>/activate/", dividers.portfolio_activate, name="portfolio_activate"),
    path("settings/portfolios/<int:pk>/deactivate/", dividers.portfolio_deactivate, name="portfolio_deactivate"),
    path("settings/portfolios/<int:pk>/make-default/", dividers.portfolio_make_default, name="portfolio_make_default"),
    path("settings/portfolios/<int:pk>/delete/", dividers.portfolio_delete, name="portfolio_delete"),
    path("settings/handover/", handovers.handover, name="handover"),
    path("settings/handover/<int:pk>/withdraw/", handovers.handover_withdraw, name="handover_withdraw"),
    path("settings/handover/<int:pk>/restore/", handovers.handover_restore, name="handover_restore"),
    path("settings/subjects/", subjects.subject_list, name="subject_list"),
    path("settings/subjects/new/", subjects.subject_create, name="subject_create"),
    path("settings/subjects/<int:pk>/", subjects.subject_edit, name="subject_edit"),
    path("settings/subjects/<int:pk>/activate/", subjects.subject_activate, name="subject_activate"),
    path("settings/subjects/<int:pk>/deactivate/", subjects.subject_deactivate, name="subject_deactivate"),
]
