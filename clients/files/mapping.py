"""Which column of a file is which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Self

from clients.files.parts import Parts
from clients.imports.mapping import ImportMapping
from clients.imports.refusals import FileRefused
from clients.imports.targets import Target
from tenants.binding import bound_firm, local_today


@dataclass(frozen=True)
class FileMapping(ImportMapping):
    """Of one kind of files, that names its ``parts``. Without ``columns`` the headings are recognised by name."""

    parts: ClassVar[Parts]

    # What lies after it is in the future.
    today: date = date.max

    @classmethod
    def of(cls, document: object, *, at: datetime | None = None) -> Self:
        return replace(super().of(document, at=at), today=local_today(bound_firm(), at=at))

    @classmethod
    def offered(cls) -> Mapping[str, Target]:
        return cls.parts.targets()

    def recognise(self, cells: Sequence[str]) -> int:
        return super().recognise(cells) if self.columns else self.parts.count_known(cells)

    def places(self, header: Sequence[str]) -> list[tuple[int, Target]]:
        found = self._chosen(header) if self.columns else self._recognised(header)
        targets = self.parts.targets(self.today)
        return [(place, targets[name]) for place, name in found]

    def _chosen(self, header: Sequence[str]) -> list[tuple[int, str]]:
        found = [(place, target.name) for place, target in super().places(header)]
        for part in self._missing(found):
            raise FileRefused("target_needed", field="mapping.columns", field_name=part)
        return found

    def _recognised(self, header: Sequence[str]) -> list[tuple[int, str]]:
        found = [(place, part.name) for place, part in self.parts.recognise(header)]
        for part in self._missing(found):
            shown = ", ".join(cell[:40] for cell in header[:20])
            raise FileRefused("missing_column", column=str(self.parts[part].label), found=shown)
        return found

    def _missing(self, found: Sequence[tuple[int, str]]) -> list[str]:
        return [part.name for part in self.parts.needed if part.name not in {name for _place, name in found}]
