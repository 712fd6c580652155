"""The web application, for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from hub import walls

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
walls.close()
# What is loaded by now stays for good. Looking through it again at every collection would cost the
# board, which makes thousands of small objects, a fifth of its time; and so would looking often.
gc.freeze()
gc.set_threshold(50_000, 20, 20)
