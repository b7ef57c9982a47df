"""The addresses of a demo, which are not there where settings say that it is none."""

from django.urls import include, path

from recert.urls import handler404, urlpatterns

__all__ = ["handler404"]

names = {getattr(one, "namespace", None) for one in urlpatterns}
if "demo" not in names:
    urlpatterns = [*urlpatterns, path("demo/", include("recert.demo.urls"))]
