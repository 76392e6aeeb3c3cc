from django.urls import path

from cases import intake_views, views

urlpatterns = [
    path("todo/", views.worklist, name="worklist"),
    path("cases/", views.cases, name="cases"),
    path("cases/persons/", views.show_persons, name="show_persons"),
    path("cases/search/", views.case_search, name="case_search"),
    path("cases/new/", views.new_case, name="new_case"),
    path("cases/import/", intake_views.import_cases, name="import_cases"),
    path("cases/import/list/", intake_views.import_list, name="import_list"),
    path("cases/import/list/confirm/", intake_views.import_confirm, name="import_confirm"),
    path("cases/import/list/discard/", intake_views.import_discard, name="import_discard"),
    path("cases/import/list/rejected.csv", intake_views.import_rejected, name="import_rejected"),
    path("cases/<str:number>/", views.case_page, name="case"),
    path("cases/<str:number>/state/", views.case_state, name="case_state"),
    path("cases/<str:number>/spells/new/", views.new_spell, name="new_spell"),
    path("cases/<str:number>/protect/", views.protect, name="protect"),
    path("cases/<str:number>/assign/", views.assign, name="assign"),
    path("cases/<str:number>/items/new/", views.new_item, name="new_item"),
    path("cases/<str:number>/items/<int:pk>/", views.item_page, name="item"),
    path("cases/<str:number>/items/<int:pk>/version/", views.new_version, name="new_version"),
    path("cases/<str:number>/items/<int:pk>/give/", views.give, name="give"),
    path("cases/<str:number>/items/<int:pk>/stop/", views.stop_showing, name="stop_showing"),
    path("cases/<str:number>/consents/new/", views.new_consent, name="new_consent"),
    path("cases/<str:number>/consents/<str:consent_number>/", views.consent_page, name="consent"),
    path("cases/<str:number>/consents/<str:consent_number>/withdraw/", views.withdraw, name="withdraw"),
    path("own/", views.own_items, name="own_items"),
    path("own/<int:pk>/", views.own_item, name="own_item"),
]
