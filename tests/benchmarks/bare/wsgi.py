"""What gunicorn serves of it."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from tests.benchmarks.bare.settings import ALLAUTH

django.setup(set_prefix=False)
settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != ALLAUTH]
application = WSGIHandler()
