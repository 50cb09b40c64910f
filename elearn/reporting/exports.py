"""Lists as files for spreadsheets: CSV sent as it is read, XLSX written to a temporary file. Nothing is a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

import xlsxwriter

from .rules import safe_cell

Row = list[str | dt.date | None]

LONGEST_CELL = 32_000
"""Spreadsheets hold 32,767 characters in a cell."""


def write_csv(headings: list[str], rows: Iterable[Row], delimiter: str, show_date: Callable) -> Iterator[bytes]:
    """CSV in UTF-8 with the mark by which spreadsheets know it, about 200 lines at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([safe_cell(heading) for heading in headings])
    for number, row in enumerate(rows, 1):
        writer.writerow([_as_text(cell, show_date) for cell in row])
        if number % 200 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _as_text(cell, show_date: Callable) -> str:
    if cell is None:
        return ""
    return show_date(cell) if isinstance(cell, dt.date) else safe_cell(cell)


def write_xlsx(title: str, headings: list[str], rows: Iterable[Row], date_format: str) -> BinaryIO:
    """An XLSX file, in a temporary file that vanishes when it is closed. Text is written as text, days as days;
    lines go to the disk as they come, so that a large list needs little memory."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer that sends it closes it)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(title[:31])
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": date_format})
        quoted = book.add_format({"quote_prefix": True})  # The apostrophe that is not shown: text, even once edited.
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 2, 28)
        sheet.set_column(3, len(headings), 18)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(last, column, cell, day)
                elif cell:
                    sheet.write_string(last, column, cell[:LONGEST_CELL], quoted if safe_cell(cell) != cell else None)
        sheet.autofilter(0, 0, last, len(headings) - 1)
    file.seek(0)
    return file
