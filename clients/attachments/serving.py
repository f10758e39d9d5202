"""How a file leaves: as a download, whatever it is; a browser neither shows nor runs it (STY-42, security.md T12)."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, StreamingHttpResponse
from django.utils.http import content_disposition_header

from clients.attachments import storage
from clients.models import Attachment

CHUNK = 1 << 16


def download(attachment: Attachment) -> StreamingHttpResponse:
    """A stream, opened when it is first read. A content that the storage has lost is a 404, not half an answer."""
    if not storage.is_stored(attachment.stored_as):
        raise Http404
    answer = StreamingHttpResponse(_pieces(attachment.stored_as), content_type=attachment.content_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, attachment.name) or "attachment"
    answer.headers["Content-Length"] = str(attachment.size)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "private, no-store"
    # Most files are packed already; the length above is that of the file itself.
    answer.headers["Content-Encoding"] = "identity"
    return answer


def _pieces(key: str) -> Iterator[bytes]:
    with storage.open_stored(key) as file:
        while piece := file.read(CHUNK):
            yield piece
