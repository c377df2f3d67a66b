"""Public addresses of specialists: ``/specialists/{slug}``."""

from __future__ import annotations

from http import HTTPStatus

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from contracts.rpc.profiles import Profiles
from gateway.http.document import document
from gateway.specialist_ids import specialist_ids

PATH = "/specialists/{}"


class SpecialistPages:
    profiles: Profiles
    specialist_ids = specialist_ids()

    @document("/specialists/<asked>")
    def specialist_page(self, request: Request, asked: str) -> Response:
        """Ids and former slugs redirect to the present slug."""
        specialist_id = self.specialist_ids.find(asked)
        specialist = self.profiles.get_specialist(specialist_id=specialist_id).load()
        if specialist.slug != asked:
            return moved(request, specialist.slug)
        raise NotFound


def moved(request: Request, slug: str) -> Response:
    """A permanent redirect to the specialist's present slug."""
    query = request.query_string.decode("ascii", "replace")
    location = PATH.format(slug) + (f"?{query}" if query else "")
    return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": location})
