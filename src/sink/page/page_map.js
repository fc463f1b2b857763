// All parts of the map, and its legend.
function markOnMaps(row) {
  for (const part of mapParts) part.mark(row ? part.find(row) ?? part.selected : part.selected);
}

// A line of the legend, with a cell as the maps have it.
function addKey(list, tone, fill, words) {
  const canvas = element("canvas", { className: "swatch", width: 26, height: 26 });
  drawCell(canvas.getContext("2d"), tone, fill, 0, 0, 26);
  list.append(element("li", {}, canvas, words));
}

function shadeWords(map, shade) {
  if (map.cell_bits > 0) {
    return ["more than 75% up", "more than 50%", "more than 25%", "25% or less"][shade];
  }
  const bound = milliseconds(map.shade_rtt_max_ms[shade]);
  return shade === 0 ? `up within ${bound}`
                     : `up, ${milliseconds(map.shade_rtt_max_ms[shade - 1])} to ${bound}`;
}

function drawKeys(list, map, parts) {
  const used = new Set(parts.flatMap((part) => [...new Set(part.tones)]));
  const colours = toneColours(map.cell_bits === 0);
  for (const tone of [9, 8, 7, 6, 5, 4, 3, 2, 1]) {
    if (!used.has(tone)) continue;
    const shaped = parts.some((part) => part.cell >= shapeMin) || tone > answeredTone;
    const fill = tone === silentTone && !shaped ? colour("--silent-fill") : colours[tone];
    addKey(list, shaped ? tone : bestShade, fill,
      tone > answeredTone ? shadeWords(map, bestShade - tone) : toneWords[tone]);
  }
}

function drawMaps() {
  for (const part of mapParts) part.draw();
  const list = byId("map-keys");
  list.replaceChildren();
  for (const map of data.maps) drawKeys(list, map, mapParts.filter((part) => part.map === map));
}

function buildMaps() {
  if (data.maps.length === 0) return;
  byId("map-section").hidden = false;
  for (const map of data.maps) {
    mapParts.push(...map.parts.map((part) => new MapPart(map, part)));
  }
  const bits = data.maps[0].cell_bits;
  byId("map-hint").textContent =
    `${bits === 0 ? "A cell is a host" : `A cell is a /${32 - bits}`}; neighbouring addresses ` +
    "are neighbours along a Hilbert curve. Point at a cell, or use the arrow keys.";
  byId("maps").append(...mapParts.map((part) => part.figure));
  drawMaps();
  new ResizeObserver(() => drawMaps()).observe(byId("map-body"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawMaps);
  const print = (on) => () => {
    document.documentElement.toggleAttribute("data-print", on);
    drawMaps();
  };
  addEventListener("beforeprint", print(true));
  addEventListener("afterprint", print(false));
}
