// The table: sorted and filtered in memory, shown a page at a time, so that it is as quick with
// 65,536 rows as with ten.
const pageRows = 100;
const columns = [
  { id: "target", name: "Target", order: (row) => row.number },
  { id: "status", name: "Status",
    order: (row) => attention(row) * 100 + data.status_words.indexOf(row.status) },
  { id: "code", name: "HTTP", order: (row) => row.code ?? Infinity, numeric: true },
  { id: "rtt", name: "RTT, ms", order: (row) => row.rtt ?? Infinity, numeric: true },
  { id: "probe", name: "Probe", order: (row) => row.probe },
  { id: "note", name: "Details", order: (row) => noteOf(row) },
].filter((column) => column.id !== "code" || rows.some((row) => row.code !== null));
const hasCodes = columns.some((column) => column.id === "code");
const table = { shown: rows, sort: "status", down: false, page: 0 };

function searchText(row) {
  if (row.search === undefined) {
    const details = row.details ? Object.values(row.details).join(" ") : "";
    const words = [targetOf(row), row.address, row.status, row.reason, row.probe, details];
    row.search = words.join(" ").toLowerCase();
  }
  return row.search;
}

// A test for one word of the filter: an IPv4 address or block, or else a part of any text.
function testOf(word) {
  const [text, length] = word.split("/");
  const base = v4Value(text);
  const bits = length === undefined ? 32 : /^\d{1,2}$/.test(length) ? Number(length) : 99;
  if (base !== null && bits <= 32) {
    const size = 2 ** (32 - bits);
    const begin = Math.floor(base / size) * size;
    return (row) => typeof row.key === "number" && row.key >= begin && row.key < begin + size;
  }
  return (row) => searchText(row).includes(word);
}

function applyFilter() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const tests = words.map(testOf);
  const status = byId("filter-status").value;
  const probe = byId("filter-probe").value;
  table.shown = rows.filter((row) => (status === "" || row.status === status) &&
    (probe === "" || row.probe === probe) && tests.every((test) => test(row)));
  table.page = 0;
  applySort();
}

function applySort() {
  const column = columns.find((one) => one.id === table.sort);
  const keys = new Map(table.shown.map((row) => [row, column.order(row)]));
  const sign = table.down ? -1 : 1;
  table.shown.sort((a, b) => {
    const left = keys.get(a);
    const right = keys.get(b);
    // What has no RTT, or no code, stands at the end either way.
    if (left === Infinity || right === Infinity) {
      return left === right ? a.number - b.number : left === Infinity ? 1 : -1;
    }
    return left < right ? -sign : left > right ? sign : a.number - b.number;
  });
  drawTable();
}

function sortBy(id) {
  table.down = table.sort === id && !table.down;
  table.sort = id;
  table.page = 0;
  applySort();
}

function filterFor(text) {
  byId("filter").value = text;
  byId("filter-status").value = "";
  byId("filter-probe").value = "";
  applyFilter();
  byId("results").scrollIntoView();
  byId("results").focus({ preventScroll: true });
}

// A code, or one try of several as its words in brackets.
function wordsOf(entry) {
  return typeof entry === "object" ? `(${Object.values(entry).join(" ")})` : entry;
}

function detailsRow(row) {
  const list = element("dl", { className: "fields" });
  const known = { target: targetOf(row), address: row.address, port: row.port || "",
                  probe: row.probe, status: row.status, reason: row.reason, rtt_ms: row.rtt,
                  ttl: row.ttl || "", ...row.details };
  for (const [name, value] of Object.entries(known)) {
    if (value === "" || value === null) continue;
    const text = Array.isArray(value) ? value.map(wordsOf).join(" ") : String(value);
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, text)));
  }
  return element("tr", { className: "details", role: "row" },
    element("td", { colSpan: columns.length, role: "cell" }, list));
}

function bodyRow(row) {
  const attributes = { type: "button", className: "open", "aria-expanded": "false" };
  const toggle = element("button", attributes, targetOf(row));
  const cell = (className, ...children) => element("td", { className, role: "cell" }, ...children);
  const rtt = row.rtt === null ? "" : row.rtt.toFixed(3);
  const code = hasCodes ? [cell("number code", row.code === null ? "" : String(row.code))] : [];
  const made = element("tr", { role: "row" },
    element("th", { scope: "row", role: "rowheader" }, toggle),
    cell("", element("span", { className: `status ${row.status}` }, row.status)),
    ...code, cell("number rtt", rtt), cell("", row.probe), cell("note", noteOf(row)));
  toggle.addEventListener("click", () => {
    const open = toggle.getAttribute("aria-expanded") === "true";
    toggle.setAttribute("aria-expanded", String(!open));
    if (open) made.nextElementSibling.remove();
    else made.after(detailsRow(row));
  });
  made.addEventListener("pointerenter", () => markOnMaps(row));
  made.addEventListener("pointerleave", () => markOnMaps(null));
  return made;
}

function drawTable() {
  const pages = Math.max(1, Math.ceil(table.shown.length / pageRows));
  table.page = Math.min(Math.max(table.page, 0), pages - 1);
  const begin = table.page * pageRows;
  byId("rows").replaceChildren(...table.shown.slice(begin, begin + pageRows).map(bodyRow));
  for (const column of columns) {
    const order = table.sort !== column.id ? "none" : table.down ? "descending" : "ascending";
    byId(`column-${column.id}`).setAttribute("aria-sort", order);
  }
  byId("found").textContent = table.shown.length === rows.length
    ? counted(rows.length, "row", "rows")
    : `${grouped(table.shown.length)} of ${counted(rows.length, "row", "rows")}`;
  byId("page-number").textContent = `Page ${grouped(table.page + 1)} of ${grouped(pages)}`;
  byId("first").disabled = byId("previous").disabled = table.page === 0;
  byId("last").disabled = byId("next").disabled = table.page === pages - 1;
}

function buildChoice(id, words, all) {
  const select = byId(id);
  select.append(element("option", { value: "" }, all),
    ...words.map((word) => element("option", { value: word }, word)));
  select.addEventListener("change", applyFilter);
}

function sayLeftOut() {
  const { silent_left_out: silent, others_left_out: others, texts_left_out: texts } = data.table;
  const said = [];
  if (silent > 0) said.push(counted(silent, "silent result", "silent results"));
  if (others > 0) said.push(counted(others, "other result", "other results"));
  let text = said.length === 0 ? "" :
    `The table has ${grouped(rows.length)} results; ${said.join(" and ")} did not fit and are ` +
      "left out.";
  if (texts > 0) text += ` The details of ${counted(texts, "result", "results")} are left out.`;
  byId("left-out").textContent = text.trim();
  byId("left-out").hidden = text === "";
}

function buildTable() {
  for (const column of columns) {
    const button = element("button", { type: "button" }, column.name);
    button.addEventListener("click", () => sortBy(column.id));
    byId("columns").append(element("th", {
      id: `column-${column.id}`, scope: "col", role: "columnheader",
      className: column.numeric ? "number" : "",
    }, button));
  }
  const present = (name, words) => words.filter((word) => rows.some((row) => row[name] === word));
  const probes = present("probe", data.probe_words);
  buildChoice("filter-status", present("status", data.status_words), "any");
  buildChoice("filter-probe", probes, "any");
  byId("filter-probe-label").hidden = probes.length < 2;
  let pending = 0;
  byId("filter").addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(applyFilter, 120);
  });
  byId("filters").addEventListener("submit", (event) => {
    event.preventDefault();
    applyFilter();
  });
  const turn = (id, to) => byId(id).addEventListener("click", () => {
    table.page = to();
    drawTable();
  });
  turn("first", () => 0);
  turn("previous", () => table.page - 1);
  turn("next", () => table.page + 1);
  turn("last", () => Infinity);
  byId("results-hint").textContent = "What needs attention first; the columns' names sort.";
  sayLeftOut();
  applyFilter();
}
