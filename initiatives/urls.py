from django.urls import path

from initiatives import views

urlpatterns = [
    path("", views.initiatives, name="initiatives"),
    path("new/", views.new_initiative, name="new_initiative"),
    path("import/", views.import_initiative, name="import_initiative"),
    path("import/check/", views.import_initiative_check, name="import_initiative_check"),
    path("<int:pk>/", views.initiative, name="initiative"),
    path("<int:pk>/edit/", views.edit_initiative, name="edit_initiative"),
    path("<int:pk>/time/<int:year>/", views.time_rows, name="initiative_time"),
    path("<int:pk>/shares/<int:year>/", views.shares, name="initiative_shares"),
    path("<int:pk>/seats/", views.seats, name="initiative_seats"),
    path("<int:pk>/seats/<int:seat>/end/", views.end_seat, name="end_initiative_seat"),
    path("<int:pk>/timers/", views.timers, name="initiative_timers"),
    path("<int:pk>/add/<slug:noun>/", views.new_row, name="new_initiative_row"),
    path("<int:pk>/rows/<slug:noun>/<int:row>/", views.row, name="initiative_row"),
    path("<int:pk>/rows/<slug:noun>/<int:row>/remove/", views.remove_row, name="remove_initiative_row"),
]
