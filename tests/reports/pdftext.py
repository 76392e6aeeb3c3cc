"""The text of a drawn PDF, read from its own content and character maps: what a screen reader or a search
would find.
"""

import io
import re

import pikepdf

TOP, BOTTOM = 70, 775  # points from the upper edge; running heads and feet lie outside


def words(pdf: bytes, top: float = TOP, bottom: float = BOTTOM) -> str:
    """The text between the running heads and feet, page after page, white space folded."""
    return " ".join(pages(pdf, top, bottom))


def pages(pdf: bytes, top: float = TOP, bottom: float = BOTTOM) -> list[str]:
    """The same, page by page."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [" ".join(" ".join(_lines(page, top, bottom)).split()) for page in document.pages]


def _lines(page: pikepdf.Page, top: float, bottom: float) -> list[str]:
    fonts = {name: _characters(font) for name, font in page.Resources.get("/Font", {}).items()}
    height = float(page.mediabox[3])
    lines: list[str] = []
    matrix = pikepdf.Matrix()
    stack: list[pikepdf.Matrix] = []
    font: dict[int, str] = {}
    inside = False
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction.operands, str(instruction.operator)
        if operator == "q":
            stack.append(matrix)
        elif operator == "Q":
            matrix = stack.pop()
        elif operator == "cm":
            matrix = pikepdf.Matrix(*map(float, operands)) @ matrix
        elif operator == "Tf":
            font = fonts[str(operands[0])]
        elif operator == "Tm":
            place = pikepdf.Matrix(*map(float, operands)) @ matrix
            inside = top < height - place.f < bottom
        elif operator in ("Tj", "TJ") and inside:
            pieces = operands[0] if operator == "TJ" else operands
            codes = b"".join(bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String))
            lines.append(
                "".join(font.get(int.from_bytes(codes[n : n + 2]), "") for n in range(0, len(codes), 2))
            )
    return lines


def _characters(font: pikepdf.Object) -> dict[int, str]:
    """Code to text, as the font's own ToUnicode map says."""
    cmap = font.ToUnicode.read_bytes().decode("ascii", "replace")
    return {
        int(code, 16): bytes.fromhex(text).decode("utf-16-be")
        for code, text in re.findall(r"<([0-9A-Fa-f]{4})>\s*<((?:[0-9A-Fa-f]{4})+)>", cmap)
    }
