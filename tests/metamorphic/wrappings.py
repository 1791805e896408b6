"""What programs put round a text: marks of each line, documents, strings, cells, encodings."""

from __future__ import annotations

import base64
import csv
import io
import json
import quopri
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

Wrap = Callable[[str], str]

MIME = (
    "MIME-Version: 1.0\nFrom: a@b.example\nTo: c@d.example\nSubject: Lunch\n"
    "Date: Mon, 3 Mar 2025 10:14:00 +0000\nContent-Type: {}; charset=utf-8\n"
    "Content-Transfer-Encoding: {}\n\n"
)


def before_each(margin: str) -> Wrap:
    return lambda text: "\n".join(margin + line for line in text.split("\n"))


def numbered(text: str) -> str:
    return "".join(f"{place}: {line}\n" for place, line in enumerate(text.split("\n"), 1))


def hunk(text: str) -> str:
    return "--- a/x\n+++ b/x\n@@ -0,0 +1,9 @@\n" + before_each("+")(text) + "\n"


def page_of(between: str, end: str) -> Wrap:
    def page(text: str) -> str:
        lines = end.join(between + escape(line) for line in text.split("\n"))
        return f"<html><body>{lines}{end}</body></html>"

    return page


def rich_text(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}").encode("utf-16-le")
    units = (int.from_bytes(plain[at : at + 2], "little") for at in range(0, len(plain), 2))
    return "{\\rtf1\\ansi\\deff0 " + "".join(map(_rich, units)) + "}"


def _rich(unit: int) -> str:
    if unit == ord("\n"):
        return "\\par\n"
    return chr(unit) if unit < 0x80 else f"\\u{unit - 0x10000 if unit > 0x7FFF else unit}?"


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def table(delimiter: str, quoting: int) -> Wrap:
    def rows(text: str) -> str:
        out = io.StringIO()
        lines = csv.writer(out, delimiter=delimiter, quoting=quoting)
        lines.writerows(
            (["no", "author", "note"], [1, "Ann", "Lunch"], [2, "Bob", text], [3, "Ann", "Home"])
        )
        return out.getvalue()

    return rows


def mail(kind: str, wrap: Wrap) -> Wrap:
    return lambda text: (
        MIME.format(kind, "base64") + base64.encodebytes(wrap(text).encode()).decode()
    )


def quoted_printable(text: str) -> str:
    body = quopri.encodestring(text.encode()).decode()
    return MIME.format("text/plain", "quoted-printable") + body


WRAPPINGS: dict[str, Wrap] = {
    "quoted": before_each("> "),
    "quoted twice": before_each("> > "),
    "quoted tightly": before_each(">"),
    "behind a bar": before_each("| "),
    "indented": before_each("    "),
    "by tabs": before_each("\t"),
    "comment": before_each("# "),
    "comment of a program": before_each("// "),
    "list": before_each("- "),
    "numbered": numbered,
    "patch": hunk,
    "Windows": lambda text: text.replace("\n", "\r\n"),
    "paragraphs": page_of("<p>", "</p>"),
    "breaks": page_of("", "<br>\n"),
    "spans": page_of("<div><span style='x'>", "</span></div>"),
    "preformatted": lambda text: f"<html><body><pre>{escape(text)}</pre></body></html>",
    "entities": lambda text: (
        "<html><body><p>" + "".join(f"&#{ord(sign)};" for sign in text) + "</p></body></html>"
    ),
    "page encoded twice": lambda text: page_of("<p>", "</p>")(escape(text)),
    "form": lambda text: f"<html><form><textarea name=x>{escape(text)}</textarea></form></html>",
    "rich text": rich_text,
    "INI": lambda text: f"[notes]\nauthor=Ann\ntext={escaped(text)}\nlast=1\n",
    "properties": lambda text: (
        "note.author=Ann\nnote.text=" + text.replace("\n", "\\n\\\n    ") + "\nnote.last=1\n"
    ),
    "YAML": lambda text: f"author: Ann\nnote: |\n{before_each('  ')(text)}\nlast: 1\n",
    "JSON": lambda text: json.dumps({"no": 7, "note": text}),
    "JSON below": lambda text: json.dumps({"no": 7, "note": {"body": text}}, indent=2),
    "JSON lines": lambda text: '{"note": "Lunch"}\n' + json.dumps({"note": text}) + "\n",
    "JSON list": lambda text: json.dumps({"lines": text.split("\n")}),
    "JSON in JSON": lambda text: json.dumps({"payload": json.dumps({"note": text})}),
    "page in JSON": lambda text: json.dumps({"body": f"<p>{escape(text)}</p>"}).replace(
        "\\n", "<br>"
    ),
    "CSV": table(",", csv.QUOTE_MINIMAL),
    "CSV with semicolons": table(";", csv.QUOTE_ALL),
    "TSV, escaped": lambda text: (
        "no\tauthor\tnote\n1\tAnn\tLunch\n2\tBob\t" + escaped(text) + "\n3\tAnn\tHome\n"
    ),
    "Markdown table": lambda text: (
        "| No | Note |\n|---|---|\n| 1 | Lunch |\n| 2 | "
        + text.replace("|", "\\|").replace("\n", "<br>")
        + " |\n"
    ),
    "Markdown code": lambda text: f"# Notes\n\n```\n{text}\n```\n",
    "XML": lambda text: (
        f'<?xml version="1.0"?>\n<notes><note no="1"><text>{escape(text)}</text></note></notes>'
    ),
    "attribute": lambda text: (
        '<?xml version="1.0"?>\n<notes><note text="'
        + escape(text).replace("\n", "&#10;")
        + '"/></notes>'
    ),
    "dump": lambda text: (
        "INSERT INTO notes (no, author, body) VALUES (1,'Ann','Lunch'),(2,'Bob','"  # noqa: S608 - it is read, never run
        + text.replace("'", "''").replace("\n", "\\n")
        + "');\n"
    ),
    "URL": lambda text: f"POST /save?no=7&note={quote(text)} HTTP/1.1\n",
    "form's URL": lambda text: f"https://crm.example/save?no=7&note={quote_plus(text)}&x=1\n",
    "URL encoded twice": lambda text: f"GET /save?note={quote(quote(text))}&x=1\n",
    "calendar": lambda text: (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDESCRIPTION:"
        + escaped(text).replace(",", "\\,").replace(";", "\\;")
        + "\nEND:VEVENT\nEND:VCALENDAR\n"
    ),
    "base64": lambda text: base64.encodebytes(f"Lunch today\n\n{text}".encode()).decode(),
    "mail": mail("text/plain", str),
    "mail, quoted-printable": quoted_printable,
    "mail as a page": mail("text/html", page_of("<p>", "</p>")),
    "mail, quoted": mail("text/plain", before_each("> ")),
    "signed": lambda text: f"{text}\n\nKind regards\nAnn Lee\n",
}

HEADS = {
    "German": ("Von", "Gesendet", "An", "Betreff", "-----Urspr\u00fcngliche Nachricht-----"),
    "French": (
        "De\u00a0",
        "Envoy\u00e9\u00a0",
        "\u00c0\u00a0",
        "Objet\u00a0",
        "Message transf\u00e9r\u00e9 :",
    ),
    "Spanish": ("De", "Enviado", "Para", "Asunto", "-----Mensaje reenviado-----"),
    "Italian": ("Da", "Inviato", "A", "Oggetto", "Inizio messaggio inoltrato:"),
    "Dutch": ("Van", "Verzonden", "Aan", "Onderwerp", "-------- Doorgestuurd bericht --------"),
    "Polish": (
        "Od",
        "Wys\u0142ano",
        "Do",
        "Temat",
        "-------- Przekazana wiadomo\u015b\u0107 --------",
    ),
    "Portuguese": ("De", "Enviado", "Para", "Assunto", "-----Mensagem encaminhada-----"),
    "Swedish": ("Fr\u00e5n", "Skickat", "Till", "\u00c4mne", "_" * 32),
    "English": ("From", "Sent", "To", "Subject", "---------- Forwarded message ---------"),
}
REPLIES = {
    "English": "On Mon, 3 Mar 2025 at 10:14, Ann Lee wrote:",
    "German": "Am Mo., 3. M\u00e4rz 2025 um 10:14 Uhr schrieb Ann Lee:",
    "French": "Le lun. 3 mars 2025 \u00e0 10:14, Ann Lee a \u00e9crit\u00a0:",
    "Spanish": "El lun, 3 mar 2025 a las 10:14, Ann Lee escribi\u00f3:",
    "Italian": "Il giorno lun 3 mar 2025 alle ore 10:14 Ann Lee ha scritto:",
    "Dutch": "Op ma 3 mrt 2025 om 10:14 heeft Ann Lee het volgende geschreven:",
    "Polish": "Dnia 3 marca 2025 10:14 Ann Lee napisa\u0142(a):",
    "Portuguese": "Em seg., 3 de mar. de 2025 \u00e0s 10:14, Ann Lee escreveu:",
    "Swedish": "Den m\u00e5n 3 mars 2025 kl 10:14 skrev Ann Lee:",
}


def forwarded(language: str, mark: str = "{}\n") -> Wrap:
    """Give what forwards a text as the mail programs of a language do, with or without a mark."""
    who, when, whom, what, separator = HEADS[language]
    head = f"{who}: Ann Lee\n{when}: Monday 10:14\n{whom}: Desk\n{what}: WG: FW: Lunch\n\n"
    return lambda text: mark.format(separator) + head + text + "\n"


def replied(language: str) -> Wrap:
    return lambda text: f"Thanks!\n\n{REPLIES[language]}\n\n" + before_each("> ")(text) + "\n"


for each in HEADS:
    WRAPPINGS[f"forwarded, {each}"] = forwarded(each)
    WRAPPINGS[f"forwarded below a line, {each}"] = forwarded(each, "fyi\n\n")
    WRAPPINGS[f"reply, {each}"] = replied(each)
