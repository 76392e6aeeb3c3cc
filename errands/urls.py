from django.urls import path

from errands import views

urlpatterns = [
    path("drafts/", views.own_drafts, name="drafts"),
    path("drafts/<slug:form>/", views.save_draft, name="draft"),
    path("drafts/<slug:form>/<str:object_key>/", views.save_draft, name="draft_of"),
]
