"""JSON that somebody typed or another program sent."""

from __future__ import annotations

import json
from typing import Any


class Decoder(json.JSONDecoder):
    """Refuses brackets without end and numbers without end as it refuses what is no JSON."""

    def decode(self, text: str, *_: Any) -> Any:
        try:
            return super().decode(text)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError("The document is beyond all measure", "", 0) from error


def read_json(text: str | bytes) -> Any:
    """What it says. Raises ValueError for all that cannot be read."""
    return json.loads(text, cls=Decoder)
