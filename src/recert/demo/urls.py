"""The addresses of the demo."""

app_name = "demo"
urlpatterns: list[object] = []
