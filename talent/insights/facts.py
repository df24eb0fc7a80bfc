"""Facts of the record that only the two governments know. Rows of `transparency_fact`; all are mandatory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    code: str
    country: str = ""

    @property
    def label(self) -> str:
        """How commands and start-up messages call it."""
        return f"{self.code} ({self.country})" if self.country else self.code


FACTS: tuple[Fact, ...] = (
    *(
        Fact(code, country)
        for code in (
            "owner-organisation",
            "team",
            "senior-responsible-owner",
            "contact",
            "data-protection-assessment",
        )
        for country in ("GB", "KR")
    ),
    Fact("equality-assessment", "GB"),
    Fact("ai-assessment", "KR"),
    Fact("sharing-agreement"),
    Fact("third-parties"),
    Fact("previous-process"),
    Fact("training"),
)
