// A part of the map: a canvas drawn along the Hilbert curve, with what is under the pointer or the
// arrow keys told in words.
const sideMax = 768;  // pixels
const cellMax = 26;
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
    this.canvas.height = this.lines * scale;
    this.canvas.style.width = `${this.columns * this.cell}px`;
    this.canvas.style.height = `${this.lines * this.cell}px`;
    const paint = this.canvas.getContext("2d");
    const colours = toneColours(this.cellBits === 0);
    const silentFill = colour("--silent-fill");
    const gap = scale >= 6 ? Math.max(1, Math.round(scale / 12)) : 0;
    for (let index = 0; index < this.tones.length; ++index) {
      const tone = this.tones[index];
      if (tone === 0) continue;
      const [x, y] = this.place(index);
      const fill = tone === silentTone && scale - gap < shapeMin ? silentFill : colours[tone];
      drawCell(paint, tone, fill, x * scale, y * scale, scale - gap);
    }
    this.drawLabels(paint, scale);
    this.mark(this.selected);
  }

  // Frames and names of the sixteen (or four) pieces, where they are large enough to be read.
  drawLabels(paint, scale) {
    const pieceBits = this.part.bits - (this.part.bits - this.cellBits >= 12 ? 4 : 2);
    const pieceSide = 2 ** ((pieceBits - this.cellBits) / 2);
    if (!this.map.v4 || pieceBits < 8 || this.part.bits - this.cellBits <= 8) return;
    const ratio = scale / this.cell;
    const pixels = pieceSide * scale;
    paint.strokeStyle = colour("--frame");
    paint.lineWidth = ratio;
    paint.font = `600 ${11 * ratio}px system-ui, sans-serif`;
    paint.textBaseline = "top";
    const cells = pieceSide * pieceSide;
    for (let index = 0; index < this.tones.length; index += cells) {
      const [x, y] = this.place(index).map((one) => Math.floor(one / pieceSide) * pixels);
      paint.strokeRect(x, y, pixels, pixels);
      const name = `${this.address(index)}/${32 - pieceBits}`;
      const width = paint.measureText(name).width + 8 * ratio;
      if (width > pixels) continue;
      paint.fillStyle = colour("--label-back");
      paint.fillRect(x + ratio, y + ratio, width, 16 * ratio);
      paint.fillStyle = colour("--ink");
      paint.fillText(name, x + 5 * ratio, y + 4 * ratio);
    }
  }

  cellOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return this.at(Math.floor((event.clientX - box.left) / this.cell),
                   Math.floor((event.clientY - box.top) / this.cell));
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
    this.marker.style.top = `${y * this.cell - spare - 2}px`;
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
      const note = noteOf(row);
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
