from django.urls import path

from cases.views import case, consents, desk, giving, intake, items, legalmatrix

urlpatterns = [
    path("todo/", desk.worklist, name="worklist"),
    path("cases/", desk.cases, name="cases"),
    path("cases/persons/", desk.show_persons, name="show_persons"),
    path("cases/search/", desk.case_search, name="case_search"),
    path("cases/new/", case.new_case, name="new_case"),
    path("cases/import/", intake.import_cases, name="import_cases"),
    path("cases/import/list/", intake.import_list, name="import_list"),
    path("cases/import/list/confirm/", intake.import_confirm, name="import_confirm"),
    path("cases/import/list/discard/", intake.import_discard, name="import_discard"),
    path("cases/import/list/rejected.csv", intake.import_rejected, name="import_rejected"),
    path("cases/<str:number>/", case.case_page, name="case"),
    path("cases/<str:number>/state/", case.case_state, name="case_state"),
    path("cases/<str:number>/spells/new/", case.new_spell, name="new_spell"),
    path("cases/<str:number>/protect/", case.protect, name="protect"),
    path("cases/<str:number>/assign/", case.assign, name="assign"),
    path("cases/<str:number>/give/", giving.give_many, name="give_many"),
    path("cases/<str:number>/items/new/", items.new_item, name="new_item"),
    path("cases/<str:number>/items/<int:pk>/", items.item_page, name="item"),
    path("cases/<str:number>/items/<int:pk>/version/", items.new_version, name="new_version"),
    path("cases/<str:number>/items/<int:pk>/give/", items.give, name="give"),
    path("cases/<str:number>/items/<int:pk>/stop/", items.stop_showing, name="stop_showing"),
    path("cases/<str:number>/consents/new/", consents.new_consent, name="new_consent"),
    path("cases/<str:number>/consents/<str:consent_number>/", consents.consent_page, name="consent"),
    path("cases/<str:number>/consents/<str:consent_number>/withdraw/", consents.withdraw, name="withdraw"),
    path("matrix/", legalmatrix.matrix, name="matrix"),
    path("own/", items.own_items, name="own_items"),
    path("own/<int:pk>/", items.own_item, name="own_item"),
]
