// What the page knows: the sweep's data with addresses as numbers and every row as an object.
const data = JSON.parse(document.getElementById("data").textContent);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const byId = (id) => document.getElementById(id);
const grouped = (value) => value.toLocaleString("en");
const counted = (value, one, many) => `${grouped(value)} ${value === 1 ? one : many}`;
const milliseconds = (ms) =>
  ms >= 1000 ? `${(ms / 1000).toLocaleString("en", { maximumFractionDigits: 3 })} s`
             : `${ms.toLocaleString("en", { maximumFractionDigits: 3 })} ms`;
const percent = (part, whole) => {
  if (whole === 0) return "0%";
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.1) return "<0.1%";
  if (share < 100 && share > 99.9) return ">99.9%";
  return `${share.toLocaleString("en", { maximumFractionDigits: 1 })}%`;
};

function v4Text(value) {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

// IPv4 text as a number; null if it is none.
function v4Value(text) {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!parts) return null;
  const bytes = parts.slice(1).map(Number);
  return bytes.some((one) => one > 255) ? null : bytes.reduce((sum, one) => sum * 256 + one, 0);
}

// The well-formed IPv6 text that muster writes, as a BigInt.
function v6Value(text) {
  const [head, tail = null] = text.split("::");
  const words = (part) => (part ? part.split(":") : []);
  const before = words(head);
  const after = tail === null ? [] : words(tail);
  const zeros = tail === null ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array(zeros).fill("0"), ...after];
  return all.reduce((sum, word) => (sum << 16n) | BigInt(`0x${word}`), 0n);
}

function v6Text(value) {
  const words = [];
  for (let i = 7n; i >= 0n; --i) words.push(((value >> (16n * i)) & 0xffffn).toString(16));
  const runs = [...words.join(":").matchAll(/\b0(:0)+\b/g)];
  if (runs.length === 0) return words.join(":");
  const longest = runs.reduce((best, run) => (run[0].length > best[0].length ? run : best));
  const whole = words.join(":");
  return `${whole.slice(0, longest.index).replace(/:$/, "")}::${whole
    .slice(longest.index + longest[0].length).replace(/^:/, "")}`;
}

// An address as a number that can be compared and looked up, whatever its family.
const isV6 = (text) => text.includes(":");

function readRows() {
  let last = 0;
  return data.table.rows.map((fields, number) => {
    const details = typeof fields[fields.length - 1] === "object" && fields.length > 1
      ? fields[fields.length - 1] : null;
    let address = "";
    let key = null;
    if (typeof fields[0] === "number") {
      last += fields[0];
      key = last;
      address = v4Text(last);
    } else if (fields[0] !== null) {
      address = fields[0];
      key = address;
    }
    const value = (at) => (typeof fields[at] === "number" ? fields[at] : 0);
    return {
      number, address, key, details,
      status: data.status_words[fields[1]],
      reason: data.reason_words[fields[2]],
      rtt: fields[3] < 0 ? null : fields[3] / 1000,
      probe: data.probe_words[value(4)],
      port: value(5),
      ttl: value(6) % 256 || (details && details.ttl) || 0,
      ofRange: value(6) < 256,
      code: (details && details.status_code) || null,
    };
  });
}

const rows = readRows();
const rowsOfAddress = new Map();
for (const row of rows) {
  if (row.key === null) continue;
  const known = rowsOfAddress.get(row.key);
  if (known) known.push(row);
  else rowsOfAddress.set(row.key, [row]);
}

// What a row is about, as its user wrote it, with the port if that is not in it.
function targetOf(row) {
  const { target, url, redirects } = row.details || {};
  const written = target || row.address || "";
  // Where redirects led is no more than a detail.
  if (row.probe === "http") return url && !redirects ? url : written;
  if (row.port === 0 || written.endsWith(`:${row.port}`)) return written;
  const host = hostIn(written);
  return isV6(host) ? `[${host}]:${row.port}` : `${host}:${row.port}`;
}

// The host of a URL, of host:port or of a host alone; an address without its brackets.
function hostIn(written) {
  const authority = written.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/[/?#].*$/, "");
  const parts = /^\[(.*)\](?::\d+)?$/.exec(authority) || /^([^:]*):\d+$/.exec(authority);
  return parts ? parts[1] : authority;
}

// What needs somebody's attention stands first: of what was named by itself whatever is not up, of a
// range what answered in a wrong way. Then what is up; last, where a range has nobody.
const noBody = ["timeout", "refused", "unreachable", "skipped", "cancelled"];
function attention(row) {
  if (row.status === "up") return 1;
  return row.ofRange && noBody.includes(row.status) ? 2 : 0;
}

// What else is known of it, in a few words.
function noteOf(row) {
  const words = [];
  const d = row.details || {};
  if (row.reason && row.reason !== "no_reply") words.push(row.reason);
  if (d.error_source) words.push(`from ${d.error_source}`);
  if (d.sent) words.push(`${d.received}/${d.sent} received, ${+(100 * d.loss).toFixed(1)}% loss`);
  if (d.location) words.push(`to ${d.location}`);
  if (d.title) words.push(`“${d.title}”`);
  if (d.server) words.push(d.server);
  if (d.command) words.push(d.command.split(" ")[0].split("/").pop());
  if (d.output) words.push(d.output);
  if (row.address && d.target && !d.target.includes(row.address)) words.push(row.address);
  if (row.ttl && row.probe === "icmp" && !d.sent) words.push(`ttl ${row.ttl}`);
  return words.join(" · ");
}
