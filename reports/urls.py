from django.urls import path

from reports import views

urlpatterns = [
    path("", views.reports, name="reports"),
    path("new/", views.new_report, name="new_report"),
    path("<int:pk>/", views.report, name="report"),
    path("<int:pk>/part/<slug:key>/", views.report, name="report_part"),
    path("<int:pk>/part/<slug:key>/save/", views.save_text, name="save_report_text"),
    path("<int:pk>/part/<slug:key>/figures/", views.figures, name="report_figures"),
    path("<int:pk>/freeze/", views.freeze_report, name="freeze_report"),
    path("<int:pk>/discard/", views.discard_report, name="discard_report"),
    path("<int:pk>/version/", views.new_version, name="new_report_version"),
    path("<int:pk>/draw/", views.draw_again, name="draw_report_again"),
    path("<int:pk>/progress/", views.report_progress, name="report_progress"),
    path("<int:pk>/report.pdf", views.report_pdf, name="report_pdf"),
]
