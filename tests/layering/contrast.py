#!/usr/bin/env python3
"""Whether the console's colours can be read (WCAG 2.2, 1.4.3 and 1.4.11).

    contrast.py [SOURCE]       check console/static/base.css
    contrast.py --self-test    break a colour, and see it found

The ratios are computed from the custom properties, in light and in dark.
"""
import os
import re
import sys

TEXT, SHAPE = 4.5, 3.0
# ink, the grounds that it stands on, least ratio
PAIRS = [
    ("ink", "ground paper hover button bad-ground", TEXT),
    ("soft", "ground paper hover button", TEXT),
    ("link", "ground paper hover", TEXT),
    ("fresh", "paper hover", TEXT),
    ("ok", "paper hover ground", TEXT),
    ("wait", "paper hover ground", TEXT),
    ("bad", "paper hover ground bad-ground", TEXT),
    ("on-primary", "primary", TEXT),
    ("on-mark", "mark", TEXT),
    ("on-red", "red", TEXT), ("on-orange", "orange", TEXT),
    ("on-yellow", "yellow", TEXT), ("on-blue", "blue", TEXT),
    ("focus", "ground paper hover", SHAPE),
]


def block(css, selector):
    """The custom properties of the first block of a selector."""
    at = css.find(selector + " {")
    if at < 0:
        raise SystemExit("base.css: no block " + selector)
    body = css[at:css.index("}", at)]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))


def luminance(colour):
    digits = colour.strip().lstrip("#")
    if len(digits) == 3:
        digits = "".join(c * 2 for c in digits)
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
             for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def ratio(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def check(css):
    wrong = []
    light = block(css, ":root")
    dark = block(css, ':root:not([data-theme="light"])')
    if dark != block(css, ':root[data-theme="dark"]'):
        wrong.append("dark by wish of the browser is not dark by choice")
    for theme, over in (("light", {}), ("dark", dark)):
        colours = {**light, **over}
        for ink, grounds, least in PAIRS:
            for ground in grounds.split():
                r = ratio(colours[ink], colours[ground])
                if r < least:
                    wrong.append("%s: --%s on --%s is %.2f, not %.1f"
                                 % (theme, ink, ground, r, least))
    return wrong


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    test = sys.argv[1:] == ["--self-test"]
    if len(sys.argv) > 1 and not test:
        root = sys.argv[1]
    with open(os.path.join(root, "console/static/base.css"),
              encoding="utf-8") as f:
        css = f.read()
    if test:
        pale = re.sub(r"--soft: #\w+", "--soft: #c0c0c0", css)
        if not check(pale):
            raise SystemExit("a pale grey was not found")
        if not check(css.replace("--ink: #e4e9f0", "--ink: #111111", 1)):
            raise SystemExit("a dark ink on dark was not found")
        print("ok: what is broken is found")
        return 0
    wrong = check(css)
    for line in wrong:
        print("console/static/base.css: " + line)
    if not wrong:
        print("ok: every pair of colours can be read")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
