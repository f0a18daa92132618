"""Reads an archive of CSV files and a workbook as other programs do, and prints as
JSON what it finds: argument 1 is the archive, argument 2 the workbook."""

import csv
import datetime
import io
import json
import sys
import zipfile

import openpyxl


def rows(text, delimiter=","):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def value(cell):
    if isinstance(cell.value, datetime.datetime):
        return cell.value.date().isoformat()
    return cell.value


archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
tables = {name: text for name, text in texts.items() if name.endswith(".csv")}
workbook = openpyxl.load_workbook(sys.argv[2])
json.dump(
    {
        "names": archive.namelist(),
        "manifest": json.loads(texts["manifest.json"]),
        "tables": {name: rows(text) for name, text in tables.items()},
        # What a spreadsheet sees that is set to another separator.
        "misread": [
            cell
            for text in tables.values()
            for delimiter in ";\t"
            for row in rows(text, delimiter)
            for cell in row
        ],
        "bare_line_ends": [
            name for name, text in tables.items() if text.replace("\r\n", "").endswith("\n")
        ],
        "sheets": {
            sheet.title: [[[cell.data_type, value(cell)] for cell in row] for row in sheet.rows]
            for sheet in workbook.worksheets
        },
        "formats": {
            sheet.title: sorted({cell.number_format for row in sheet.rows for cell in row})
            for sheet in workbook.worksheets
        },
        "heads": {sheet.title: sheet.oddHeader.center.text for sheet in workbook.worksheets},
        "created": workbook.properties.created.isoformat(),
    },
    sys.stdout,
)
