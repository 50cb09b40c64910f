"""Edition: an immutable publication of a document; SiteState: what every answer must know of the installation."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from ..db import Base, UtcDateTime


class Edition(Base):
    """One document as it was published: its files word for word, company values resolved.

    ``document`` is ``course:premiers-pas``, ``charter``, ``quiz:security``, ``award:programme``, ``pages``,
    ``glossary``, ``briefs``, ``placement``.
    """

    __tablename__ = "edition"
    id: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[dict] = deferred(mapped_column(JSON))
    article_digests: Mapped[dict | None] = mapped_column(JSON)
    """For the charter: the digest of each article, so that a later edition can say what changed."""
    is_current: Mapped[bool] = mapped_column(default=True)
    published_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    __table_args__ = (
        UniqueConstraint("document", "number"),
        Index(
            "uq_edition_current",
            "document",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )


class SiteState(Base):
    """The single row that every request reads: company settings, and the revision of the published content.

    ``revision`` rises with each publication and each change of settings; a process whose copy is older loads anew.
    """

    __tablename__ = "site_state"
    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    revision: Mapped[int] = mapped_column(default=1)
    settings: Mapped[dict] = mapped_column(JSON, default=dict)
    __table_args__ = (CheckConstraint("id = 1", name="single"),)
