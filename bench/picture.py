"""The results as a picture: for each workload and size the ratio to the limit, on a logarithmic axis with a
line at the limit. Plain SVG, without packages."""

import html
import math

LEFT, WIDTH, RIGHT = 300, 640, 30
ROW, TOP, BOTTOM = 17, 96, 40
SHAPES = {  # side: (color, radius)
    "ours": ("#1f5fbf", 5),
    "ours, all cores": ("#7fb2f0", 5),
}
PEERS = ["#d9822b", "#4f9d4f", "#a05195", "#8a6d3b", "#777777"]


def text(x, y, words, anchor="start", color="#333", size=12, weight="normal"):
    """A text element."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}" '
        f'font-size="{size}" font-weight="{weight}">{html.escape(str(words))}</text>'
    )


def line(x1, y1, x2, y2, color="#ddd", width=1.0):
    """A straight line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{color}" stroke-width="{width}"/>'
    )


def dot(x, y, color, radius, words):
    """A dot that says its ratio when the pointer rests on it."""
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{color}" stroke="#fff">'
        f"<title>{html.escape(words)}</title></circle>"
    )


def gathered(rows):
    """{workload: {size: {side: ratio}}}; ours at all cores is a side of its own."""
    workloads = {}
    for row in rows:
        sides = workloads.setdefault(row["workload"], {}).setdefault(row["size"], {})
        for side, ratio in row["ratios"].items():
            if row["threads"] == 1:
                sides[side] = ratio
            elif side == "ours":
                sides["ours, all cores"] = ratio
    return workloads


def ticks(low, high):
    """1, 2, 5 and their tens within the range."""
    found = []
    for exponent in range(-3, 7):
        found += [m * 10**exponent for m in (1, 2, 5) if low <= m * 10**exponent <= high]
    return found if len(found) <= 14 else [t for t in found if math.log10(t).is_integer()]


def draw(rows, processor):
    """The whole picture as text."""
    workloads = gathered(rows)
    sides = []
    for sizes in workloads.values():
        for ratios in sizes.values():
            sides += [side for side in ratios if side not in sides]
    colors = dict(SHAPES)
    others = [side for side in sides if side not in SHAPES]
    for index, side in enumerate(others):
        colors[side] = (PEERS[index % len(PEERS)], 3.5)

    every = [r for sizes in workloads.values() for ratios in sizes.values() for r in ratios.values()]
    low, high = min([0.5, *every]) / 1.1, max([2, *every]) * 1.1
    scale = WIDTH / math.log(high / low)

    def place(ratio):
        return LEFT + math.log(ratio / low) * scale

    count = sum(len(sizes) for sizes in workloads.values()) + len(workloads)
    bottom = TOP + count * ROW
    height, width = bottom + BOTTOM, LEFT + WIDTH + RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        text(16, 26, "Time, as a multiple of the loop written by hand", size=17, weight="bold"),
        text(16, 46, f"median; less is better; {processor}", color="#666"),
    ]
    x = 16
    for side in sorted(sides, key=list(colors).index):
        color, radius = colors[side]
        parts.append(dot(x + 5, 65, color, radius, side))
        parts.append(text(x + 15, 69, side))
        x += 40 + 7.2 * len(side)

    for tick in ticks(low, high):
        parts.append(line(place(tick), TOP, place(tick), bottom))
        for y in (TOP - 6, bottom + 16):
            parts.append(text(place(tick), y, f"{tick:g}", "middle", "#666", 11))
    y = TOP
    for workload, sizes in workloads.items():
        parts.append(text(16, y + ROW - 4, workload, weight="bold"))
        parts.append(line(16, y, LEFT + WIDTH, y))
        for size in sorted(sizes):
            y += ROW
            parts.append(text(LEFT - 12, y + 4, f"{size:,}", "end", "#666", 11))
            ratios = sizes[size]
            # ours last, on top of the others
            for side in sorted(ratios, key=list(colors).index, reverse=True):
                color, radius = colors[side]
                words = f"{workload} {size:,}, {side}: {ratios[side]:.2f}"
                parts.append(dot(place(ratios[side]), y, color, radius, words))
        y += ROW
    parts.append(line(place(1), TOP, place(1), bottom, "#c22", 1.5))
    parts.append(text(place(1), bottom + 32, "the limit", "middle", "#c22", 12, "bold"))
    return "\n".join([*parts, "</svg>\n"])
