from django.urls import path

from parties import views

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("lock/", views.lock_page, name="lock"),
    path("unlock/", views.unlock, name="unlock"),
    path("here/", views.still_here, name="still_here"),
    path("welcome/<uidb64>/<token>/", views.Welcome.as_view(), name="welcome"),
    path("invitation/<str:key>/", views.invitation, name="invitation"),
    path("assignment/", views.choose_membership, name="choose_membership"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/invitations/<int:pk>/again/", views.invite_again, name="invite_again"),
    path("people/invitations/<int:pk>/take-back/", views.take_back_invitation, name="take_back_invitation"),
    path("people/<int:pk>/end/", views.end_membership, name="end_membership"),
    path("people/<int:pk>/link/", views.send_link, name="send_link"),
    path("people/<int:pk>/substitute/", views.substitute, name="substitute"),
]
