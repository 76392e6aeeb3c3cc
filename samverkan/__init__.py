"""The frame of the house: settings, urls, Celery, middleware, the page around every page.

No models and no words of the trade live here. It is the only package that sees every room.
"""

from samverkan.celery import app as celery_app

__all__ = ["celery_app"]
