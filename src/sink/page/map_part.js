// A part of the map: a canvas drawn along the Hilbert curve, with what is under the pointer or the
// arrow keys told in words.
const sideMax = 768;  // pixels
const cellMax = 26;
const labelHeight = 16;
const labelMin = 90;  // A piece has to be so wide for a name above it.
const rowsToldMax = 6;
const mapParts = [];

class MapPart {
  constructor(map, part) {
    this.map = map;
    this.part = part;
    this.cellBits = map.cell_bits;
    this.side = 2 ** ((part.bits - this.cellBits) / 2);
    this.base = map.v4 ? v4Value(part.base) : v6Value(part.base);
    this.selected = null;
    this.readCells();
    this.findBox();
    this.build();
  }

  // The tone of every cell of the square, and for cells of many hosts how many are up and how many
  // were asked.
  readCells() {
    this.tones = new Uint8Array(this.side * this.side);
    this.counts = this.cellBits > 0 ? new Map() : null;
    this.part.blocks.forEach((block, at) => {
      for (let i = 0; i < 256; ++i) {
        this.tones[block * 256 + i] = this.part.tones.charCodeAt(at * 256 + i) - 48;
        if (this.counts) {
          const from = 2 * (at * 256 + i);
          this.counts.set(block * 256 + i, this.part.counts.slice(from, from + 2));
        }
      }
    });
  }

  // The least rectangle that holds every block with hosts in it.
  findBox() {
    const box = { left: this.side, top: this.side, right: 0, bottom: 0 };
    for (const block of this.part.blocks) {
      const [x, y] = hilbertPlace(this.side, block * 256);
      const left = Math.floor(x / 16) * 16;
      const top = Math.floor(y / 16) * 16;
      box.left = Math.min(box.left, left);
      box.top = Math.min(box.top, top);
      box.right = Math.max(box.right, left + 16);
      box.bottom = Math.max(box.bottom, top + 16);
    }
    this.box = box;
    this.columns = box.right - box.left;
    this.lines = box.bottom - box.top;
  }

  build() {
    const up = this.tones.reduce((sum, tone) => sum + (tone > answeredTone ? 1 : 0), 0);
    const asked = this.tones.reduce((sum, tone) => sum + (tone > 0 ? 1 : 0), 0);
    let words = `${grouped(up)} of ${counted(asked, "host", "hosts")} up`;
    if (this.counts) {
      const all = [...this.counts.values()];
      const sum = (at) => all.reduce((total, pair) => total + pair[at], 0);
      words = `${grouped(sum(0))} of ${counted(sum(1), "host", "hosts")} up`;
    }
    const name = `${this.part.base}/${(this.map.v4 ? 32 : 128) - this.part.bits}`;
    this.canvas = element("canvas", {
      tabIndex: 0, role: "application", "aria-roledescription": "map",
      "aria-label": `Map of ${name}, ${words}. Arrow keys move from host to host, ` +
        "Enter shows one in the results.",
    });
    this.marker = element("div", { className: "marker", hidden: true });
    this.frame = element("div", { className: "frame" }, this.canvas, this.marker);
    this.figure = element("figure", {},
      element("figcaption", {}, element("strong", {}, name), ` ${words}`), this.frame);
    this.listen();
  }

  listen() {
    const canvas = this.canvas;
    canvas.addEventListener("pointermove", (event) => this.point(event, false));
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("click", (event) => this.point(event, true));
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focus", () => {
      if (this.selected === null) this.select(this.first());
    });
  }

  first() { return this.tones.findIndex((tone) => tone > 0); }
  last() { return this.tones.findLastIndex((tone) => tone > 0); }

  address(index) {
    return this.map.v4 ? v4Text(this.base + index * 2 ** this.cellBits)
                       : v6Text(this.base + BigInt(index));
  }

  // The place of a cell within the box.
  place(index) {
    const [x, y] = hilbertPlace(this.side, index);
    return [x - this.box.left, y - this.box.top];
  }

  at(column, line) {
    if (column < 0 || line < 0 || column >= this.columns || line >= this.lines) return null;
    return hilbertIndex(this.side, column + this.box.left, line + this.box.top);
  }

  draw() {
    const room = Math.min(byId("map-body").clientWidth, sideMax);
    const fitting = room / Math.max(this.columns, this.lines);
    this.cell = fitting >= 2 ? Math.min(Math.floor(fitting), cellMax) : fitting;
    const scale = Math.max(1, Math.round(this.cell * (window.devicePixelRatio || 1)));
    this.canvas.width = this.columns * scale;
    this.findBands();
    const ratio = scale / this.cell;
    const height = this.lines * this.cell + this.bands.length * this.strip;
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${this.columns * this.cell}px`;
    this.canvas.style.height = `${height}px`;
    const paint = this.canvas.getContext("2d");
    const colours = toneColours(this.cellBits === 0);
    const silentFill = colour("--silent-fill");
    const gap = scale >= 6 ? Math.max(1, Math.round(scale / 12)) : 0;
    for (let index = 0; index < this.tones.length; ++index) {
      const tone = this.tones[index];
      if (tone === 0) continue;
      const [x, y] = this.place(index);
      const fill = tone === silentTone && scale - gap < shapeMin ? silentFill : colours[tone];
      drawCell(paint, tone, fill, x * scale, Math.round(this.top(y) * ratio), scale - gap);
    }
    this.drawLabels(paint, scale);
    this.mark(this.selected);
  }

  // A part of more than 256 cells has sixteen pieces (or four) that are framed and named. Its lines
  // of cells lie in bands of one piece's height, with a strip above each for the names: no name
  // covers a cell.
  findBands() {
    const bits = this.part.bits - this.cellBits;
    this.pieceBits = this.part.bits - (bits >= 12 ? 4 : 2);
    this.pieceSide = 2 ** ((this.pieceBits - this.cellBits) / 2);
    const named = this.map.v4 && this.pieceBits >= 8 && bits > 8;
    this.strip = named && this.pieceSide * this.cell >= labelMin ? labelHeight : 0;
    this.bands = [];
    for (let line = 0; line < this.lines;) {
      const rest = this.pieceSide - ((line + this.box.top) % this.pieceSide);
      const lines = named ? Math.min(rest, this.lines - line) : this.lines;
      const top = line * this.cell + (this.bands.length + 1) * this.strip;
      this.bands.push({ line, lines, top });
      line += lines;
    }
    this.named = named;
  }

  // Where a line of cells begins, in pixels of the page; and the line at such a place, or null.
  top(line) {
    const band = this.bands.find((one) => line < one.line + one.lines) ?? this.bands.at(-1);
    return band.top + (line - band.line) * this.cell;
  }

  lineAt(y) {
    const band = this.bands.find((one) => y < one.top + one.lines * this.cell);
    return !band || y < band.top ? null : band.line + Math.floor((y - band.top) / this.cell);
  }

  drawLabels(paint, scale) {
    if (!this.named) return;
    const ratio = scale / this.cell;
    paint.strokeStyle = colour("--frame");
    paint.fillStyle = colour("--ink");
    paint.lineWidth = ratio;
    paint.font = `600 ${11 * ratio}px system-ui, sans-serif`;
    paint.textBaseline = "top";
    const side = this.pieceSide;
    for (let index = 0; index < this.tones.length; index += side * side) {
      const [left, top] = hilbertPlace(this.side, index).map((one) => Math.floor(one / side) * side);
      const x = Math.max(left, this.box.left) - this.box.left;
      const y = Math.max(top, this.box.top) - this.box.top;
      const columns = Math.min(left + side, this.box.right) - this.box.left - x;
      const lines = Math.min(top + side, this.box.bottom) - this.box.top - y;
      if (columns <= 0 || lines <= 0) continue;
      const name = `${this.address(index)}/${32 - this.pieceBits}`;
      const above = Math.round(this.top(y) * ratio);
      paint.strokeRect(x * scale, above, columns * scale, lines * scale);
      if (this.strip === 0 || paint.measureText(name).width > columns * scale) continue;
      paint.fillText(name, x * scale + ratio, above - (labelHeight - 4) * ratio);
    }
  }

  cellOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const line = this.lineAt(event.clientY - box.top);
    return line === null ? null : this.at(Math.floor((event.clientX - box.left) / this.cell), line);
  }

  point(event, chosen) {
    const index = this.cellOf(event);
    if (index === null || this.tones[index] === 0) return this.leave();
    this.mark(index);
    if (chosen || event.pointerType === "touch") {
      byId("tip").hidden = true;
      this.select(index);
    } else {
      this.showTip(index, event);
    }
    return undefined;
  }

  leave() {
    byId("tip").hidden = true;
    this.mark(this.selected);
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in moves) {
      const [x, y] = this.place(this.selected ?? this.first());
      const [right, down] = moves[event.key];
      const index = this.at(x + right, y + down);
      if (index !== null) this.select(index);
    } else if (event.key === "Home") {
      this.select(this.first());
    } else if (event.key === "End") {
      this.select(this.last());
    } else if (event.key === "Enter" && this.selected !== null) {
      this.showInTable(this.selected);
    } else {
      return;
    }
    event.preventDefault();
  }

  mark(index) {
    this.marker.hidden = index === null;
    if (index === null) return;
    const [x, y] = this.place(index);
    const size = Math.max(this.cell, 5);
    const spare = (size - this.cell) / 2;
    this.marker.style.left = `${x * this.cell - spare - 2}px`;
    this.marker.style.top = `${this.top(y) - spare - 2}px`;
    this.marker.style.width = `${size + 3}px`;
    this.marker.style.height = `${size + 3}px`;
  }

  name(index) {
    const address = this.address(index);
    return this.cellBits > 0 ? `${address}/${32 - this.cellBits}` : address;
  }

  tell(index) {
    const lines = [element("strong", {}, this.name(index))];
    const tone = this.tones[index];
    if (this.counts) {
      const [up, asked] = this.counts.get(index) || [0, 0];
      lines.push(element("div", {}, asked === 0 ? toneWords[0] :
        `${grouped(up)} of ${counted(asked, "host", "hosts")} up (${percent(up, asked)})`));
      return lines;
    }
    const known = rowsOfAddress.get(this.map.v4 ? this.base + index : this.address(index)) || [];
    if (known.length === 0) lines.push(element("div", {}, toneWords[tone]));
    for (const row of known.slice(0, rowsToldMax)) {
      const rtt = row.rtt === null ? "" : ` ${milliseconds(row.rtt)}`;
      const port = row.port ? `:${row.port}` : "";
      const note = [row.code, noteOf(row)].filter(Boolean).join(" · ");
      lines.push(element("div", {}, `${row.probe}${port} `,
        element("span", { className: `status ${row.status}` }, row.status),
        `${rtt}${note ? ` · ${note}` : ""}`));
    }
    if (known.length > rowsToldMax) {
      lines.push(element("div", {}, `and ${known.length - rowsToldMax} more`));
    }
    return lines;
  }

  showTip(index, event) {
    const tip = byId("tip");
    tip.replaceChildren(...this.tell(index));
    tip.hidden = false;
    const { innerWidth, innerHeight } = window;
    const x = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
    const below = event.clientY + 16;
    const above = event.clientY - tip.offsetHeight - 12;
    const y = below + tip.offsetHeight > innerHeight ? above : below;
    tip.style.left = `${Math.max(4, x)}px`;
    tip.style.top = `${Math.max(4, y)}px`;
  }

  select(index) {
    for (const other of mapParts) {
      if (other === this) continue;
      other.selected = null;
      other.mark(null);
    }
    this.selected = index;
    this.mark(index);
    const detail = byId("detail");
    const button = element("button", { type: "button" }, "Show in the results");
    button.addEventListener("click", () => this.showInTable(index));
    detail.replaceChildren(element("div", {}, ...this.tell(index)), button);
    detail.hidden = false;
  }

  showInTable(index) { filterFor(this.name(index)); }

  // The cell of an address, or null if it is not on this part.
  find(row) {
    if (row.key === null || (typeof row.key === "number") !== this.map.v4) return null;
    const offset = this.map.v4 ? Math.floor((row.key - this.base) / 2 ** this.cellBits)
                               : Number(v6Value(row.key) - this.base);
    return offset >= 0 && offset < this.tones.length ? offset : null;
  }
}
