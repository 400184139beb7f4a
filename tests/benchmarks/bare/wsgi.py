"""What gunicorn serves of it."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup(set_prefix=False)
settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != settings.ALLAUTH]
application = WSGIHandler()
