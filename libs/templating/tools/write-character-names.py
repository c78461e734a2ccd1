"""Writes src/syntax/character-names.data.ts: the names of Unicode's characters, for `\\N{...}` in string literals.

Names of ideographs and Hangul syllables follow from their code points and are left out, as are historic scripts. A line
holds the code point as a difference to the one before (nothing for the next one) and the name; all of it is deflated.
"""

import base64
import pathlib
import textwrap
import unicodedata
import zlib

RANGES = [(0x20, 0x2FFF), (0x3000, 0x33FF), (0xFB00, 0xFFFD), (0x1D400, 0x1D7FF), (0x1F000, 0x1FAFF)]

lines = []
last = 0
for start, end in RANGES:
    for code in range(start, end + 1):
        name = unicodedata.name(chr(code), "")
        if name:
            gap = code - last
            lines.append(f"{'' if gap == 1 else gap}\t{name}" if gap != 1 else name)
            last = code
packed = zlib.compressobj(9, zlib.DEFLATED, -15)
data = base64.b64encode(packed.compress("\n".join(lines).encode()) + packed.flush()).decode()
rows = ",\n".join(f"  '{row}'" for row in textwrap.wrap(data, 4000))
target = pathlib.Path(__file__).parent.parent / "src/syntax/character-names.data.ts"
target.write_text(
    f"""/**
 * Names of characters in Unicode {unicodedata.unidata_version}, deflated; written by tools/write-character-names.py, which tells the format.
 */
export const characterNameData: readonly string[] = [
{rows},
];
"""
)
print(len(lines), "names,", len(data), "characters")
