from django.urls import path

from inquiries import agendaview, onpaper, views

urlpatterns = [
    path("", views.inquiries, name="inquiries"),
    path("agenda/", agendaview.print_agenda, name="agenda"),
    path("log/", views.log_inquiry, name="log_inquiry"),
    path("ask/<str:number>/<int:unit>/", views.ask, name="ask"),
    path("<int:pk>/", views.inquiry_page, name="inquiry"),
    path("received/<str:number>/", onpaper.receive_question, name="receive_question"),
    path("<int:pk>/print-answer/", onpaper.print_answer, name="print_answer"),
    path("<int:pk>/print/", onpaper.print_question, name="print_question"),
    path("<int:pk>/paper-answer/", onpaper.record_answer, name="record_paper_answer"),
    path("<int:pk>/decline/", views.decline, name="decline_inquiry"),
    path("<int:pk>/close/", views.close, name="close_inquiry"),
    path("<int:pk>/take-back/", views.take_back, name="take_back_inquiry"),
]
