"""A table as a school's system exports it, or a spreadsheet saves it: CSV of some encoding and with some delimiter."""

import codecs
import csv
import io
import re
import unicodedata
from dataclasses import dataclass

from grader.model import CourseError

UTF_8 = "UTF-8"
_FORMULA = tuple("=+-@＝＋－＠")
"""What a formula begins with, also as East Asian keyboards write it."""
_ACTING = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters other than tabs and line ends, and those that change the direction of text."""


@dataclass
class Sheet:
    """A CSV file with a header."""

    header: list[str]
    rows: list[list[str]]
    dialect: str
    encoding: str = UTF_8

    def column(self, name: str) -> int | None:
        """The first column of that name."""
        return next((index for index, title in enumerate(self.header) if folded(title) == folded(name)), None)

    def cell(self, row: list[str], name: str) -> str:
        """A row's field in the column of that name; empty where there is none."""
        index = self.column(name)
        return "" if index is None else row[index].strip()


def read(data: bytes, what: str = "The gradebook") -> Sheet:
    """A CSV file, its fields separated by commas, semicolons or tabs.

    It is UTF-8, with or without a byte order mark, UTF-16, as Excel's "Unicode text" is, or else cp1252, in which Excel
    saves CSV on many machines.

    Args:
        data: The file.
        what: What an error calls it.

    Raises:
        CourseError: where it is not such a file.
    """
    try:
        text, encoding = _decoded(data)
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        header, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise CourseError(f"{what} is not a CSV file: {error}.", "Export it again as CSV, in UTF-8.") from None
    return Sheet(header, [row + [""] * (len(header) - len(row)) for row in rows], delimiter, encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16"), "UTF-16"
    for odd, name in enumerate(("utf-16-be", "utf-16-le")):
        # Headings are mostly ASCII, every other byte of which is zero in UTF-16, and none elsewhere.
        if b"\0" in data[odd:200:2] and b"\0" not in data[1 - odd : 200 : 2]:
            return data.decode(name), "UTF-16"
    try:
        return data.decode("utf-8-sig"), UTF_8
    except UnicodeDecodeError:
        return data.decode("cp1252"), "cp1252"


def write(sheet: Sheet) -> str:
    """The sheet as CSV, with the delimiter that it came with.

    What the system wrote goes back to it as it was, but for characters that act on what shows them.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sheet.dialect)
    for row in (sheet.header, *sheet.rows):
        writer.writerow([_ACTING.sub("", cell) for cell in row])
    return text.getvalue()


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula; `as_meant` is the way back."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def as_meant(cell: str) -> str:
    """A cell that `inert` may have written, without its mark."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip().startswith(_FORMULA) else cell


def folded(text: str) -> str:
    """Text as people compare it: accents in one form, without regard to case and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
