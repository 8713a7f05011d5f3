"""Pages for advisors, surveyors and administrators.

Imports `storage` and nothing else of ours; `app.py` hands in what the pages need and calls
`create_admin`. Only signed-in people come in, each only to her own countries and factories.
Start reading in `access.py` (who may open what), then `queue.py` (the first page) and
`case_page.py` (what a case shows).
"""

from admin.headers import security_headers
from admin.services import AdminServices
from admin.wiring import create_admin

__all__ = ["AdminServices", "create_admin", "security_headers"]
