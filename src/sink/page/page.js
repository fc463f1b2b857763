// What stands above the map and between it and the table, and the order of it all.
function tile(list, name, value, note = "") {
  list.append(element("div", {}, element("dt", {}, name),
    element("dd", {}, element("strong", {}, value), note ? element("small", {}, note) : "")));
}

const probes = data.counts.reduce((sum, count) => sum + count, 0);
const countOf = (status) => data.counts[data.status_words.indexOf(status)];

function elapsedText(ms) {
  if (ms < 60000) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.floor(ms / 1000);
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s`
                        : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
}

function buildHead() {
  byId("command").textContent = data.command;
  const started = new Date(data.started);
  const time = element("time", { dateTime: data.started },
    started.toISOString().replace("T", " ").slice(0, 19) + " UTC");
  byId("when").append("Started ", time, `, took ${elapsedText(data.elapsed_ms)}`);
  const addresses = data.addresses.length > 0 ? ` (${data.addresses.join(", ")})` : "";
  if (data.machine || addresses) byId("when").append(`, probed from ${data.machine}${addresses}`);
  const name = data.title || "muster sweep";
  byId("title").textContent = name;
  document.title = `${grouped(countOf("up"))} of ${grouped(probes)} up – ${name}`;
  byId("foot").textContent =
    `Made by muster ${data.version}. This page is one file and asks nobody for anything.`;
  if (!data.stopped_by) return;
  const by = { interrupted: "by Ctrl-C or SIGTERM", run_deadline: "by its deadline",
               output_failed: "by a failed output", enough_up: "by --min-up",
               bad_target: "by a line that is not a target",
               out_of_memory: "for want of memory" }[data.stopped_by[0]] || "";
  const rest = data.not_started === undefined ? "an unknown number of targets was"
    : data.not_started === 1 ? "1 target was" : `${grouped(data.not_started)} targets were`;
  byId("partial").textContent =
    `This sweep is partial: it was stopped early ${by}, and ${rest} not started.`;
  byId("partial").hidden = false;
}

function buildSummary() {
  const tiles = byId("tiles");
  const up = countOf("up");
  tile(tiles, "Up", grouped(up), `${percent(up, probes)} of ${counted(probes, "probe", "probes")}`);
  tile(tiles, "Timeout", grouped(countOf("timeout")), percent(countOf("timeout"), probes));
  const others = probes - up - countOf("timeout");
  tile(tiles, "Other", grouped(others), percent(others, probes));
  if (data.packets_sent > 0) {
    const lost = data.packets_sent - data.packets_received;
    tile(tiles, "Packet loss", percent(lost, data.packets_sent),
      `${grouped(lost)} of ${grouped(data.packets_sent)}`);
  }
  if (data.rtt_count > 0) {
    tile(tiles, "Median RTT", milliseconds(data.rtt_p50_ms),
      `99% within ${milliseconds(data.rtt_p99_ms)}`);
  }
  if (data.elapsed_ms > 0) {
    tile(tiles, "Rate", `${grouped(Math.round((1000 * probes) / data.elapsed_ms))}/s`,
      `in ${elapsedText(data.elapsed_ms)}`);
  }
  if (data.stray_replies > 0) {
    tile(tiles, "Stray replies", grouped(data.stray_replies), "credited to nobody");
  }
  if (data.bad_targets > 0) tile(tiles, "Bad lines", grouped(data.bad_targets), "not targets");
  data.status_words.forEach((status, at) => {
    const count = data.counts[at];
    if (count === 0) return;
    const bar = element("span", { className: `bar ${status}` });
    bar.style.flexGrow = String(count);
    byId("share").append(bar);
    byId("share-keys").append(element("li", {},
      element("span", { className: `swatch bar ${status}` }), `${status} ${grouped(count)}`));
  });
}

function buildHistogram() {
  if (data.rtt_count === 0) return;
  byId("histogram-section").hidden = false;
  const most = Math.max(...data.histogram.map((bar) => bar[2]));
  const chart = byId("chart");
  data.histogram.forEach(([from, to, count], at) => {
    const fill = element("span", { className: "fill" });
    fill.style.height = count === 0 ? "0" : `max(2px, ${(100 * count) / most}%)`;
    const every = Math.ceil(data.histogram.length / 12);
    const label = at % every === 0 ? String(from) : "";
    chart.append(element("div", {
      className: "column",
      title: `${from} to ${to} ms: ${grouped(count)} (${percent(count, data.rtt_count)})`,
    }, element("span", { className: "area" }, fill),
      element("span", { className: "tick" }, label)));
  });
  chart.setAttribute("aria-label",
    `Histogram of ${counted(data.rtt_count, "round-trip time", "round-trip times")}: ` +
    `median ${milliseconds(data.rtt_p50_ms)}, 95% within ${milliseconds(data.rtt_p95_ms)}, ` +
    `longest ${milliseconds(data.rtt_max_ms)}.`);
  byId("histogram-hint").textContent =
    `${counted(data.rtt_count, "answer", "answers")}; ms, logarithmic; a label is its bar's ` +
    "lower end";
  for (const [name, value] of [["Min", "min"], ["Mean", "avg"], ["Median", "p50"], ["95%", "p95"],
                               ["99%", "p99"], ["Max", "max"]]) {
    tile(byId("rtt-tiles"), name, milliseconds(data[`rtt_${value}_ms`]));
  }
}

buildHead();
buildSummary();
buildHistogram();
buildMaps();
buildTable();
// The curve's own properties are tested in a real browser.
window.musterPage = { hilbertPlace, hilbertIndex, v6Text, v6Value, mapParts, table };
