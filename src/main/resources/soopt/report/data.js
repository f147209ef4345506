// The numbers of the page. soopt wrote them into it as JSON: columns that several runs share stand there once, and so
// do lines of their files; runs point to them by number.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

/** A column of numbers; null is NaN: not measured, or not finite. */
const column = (index) =>
  index === undefined ? [] : data.columns[index].map((value) => (value === null ? NaN : value));

/** The points of a metric of a run against an axis, in order, without those that lack a number. */
function course(run, axis, metric) {
  const xs = column(run.metrics[axis]);
  const ys = column(run.metrics[metric]);
  const points = [];
  for (let i = 0; i < Math.min(xs.length, ys.length); i++) {
    if (!Number.isNaN(xs[i]) && !Number.isNaN(ys[i])) points.push([xs[i], ys[i]]);
  }
  return points;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Linear between order statistics, of values in order. */
function quantile(sorted, part) {
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** √(Σ (v − mean)² / (n − 1)). */
function deviation(values) {
  const middle = mean(values);
  return values.length < 2 ? 0 : Math.sqrt(values.reduce((sum, v) => sum + (v - middle) ** 2, 0) / (values.length - 1));
}

/** Linear between the points of a course; NaN before the first and after the last. */
function valueAt(points, x) {
  if (!points.length || x < points[0][0] || x > points[points.length - 1][0]) return NaN;
  let low = 0;
  let high = points.length - 1;
  while (high - low > 1) {
    const between = (low + high) >> 1;
    if (points[between][0] <= x) low = between;
    else high = between;
  }
  const [x0, y0] = points[low];
  const [x1, y1] = points[high];
  if (x === x0 || x1 === x0) return y0;
  return x === x1 ? y1 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

const POINTS = 200;

/** Where a band has points: at those of the longest run if the others' are among them, else at 200 equal distances. */
function grid(courses) {
  const all = new Set(courses.flatMap((points) => points.map((point) => point[0])));
  const longest = Math.max(...courses.map((points) => new Set(points.map((point) => point[0])).size));
  const sorted = [...all].sort((a, b) => a - b);
  if (sorted.length === longest) return sorted;
  const first = sorted[0];
  const last = sorted[sorted.length - 1];
  return Array.from({ length: POINTS }, (_, i) =>
    i === POINTS - 1 ? last : first + (i * (last - first)) / (POINTS - 1),
  );
}

/**
 * Several courses as one: middle, and a band around it. Where fewer than half of them have a value there is none: what
 * remains would be other runs, not a course.
 */
function together(courses, middle, band) {
  const known = courses.filter((points) => points.length);
  if (!known.length) return { points: [], low: [], high: [], counts: [] };
  if (known.length === 1) return { points: known[0], low: [], high: [], counts: known[0].map(() => 1) };
  const result = { points: [], low: [], high: [], counts: [] };
  for (const x of grid(known)) {
    const values = known
      .map((points) => valueAt(points, x))
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b);
    if (2 * values.length < known.length) continue;
    const centre = middle === "mean" ? mean(values) : quantile(values, 0.5);
    const edges = {
      range: () => [values[0], values[values.length - 1]],
      quartiles: () => [quantile(values, 0.25), quantile(values, 0.75)],
      deviation: () => [centre - deviation(values), centre + deviation(values)],
      none: () => [centre, centre],
    }[band]();
    result.points.push([x, centre]);
    result.low.push(edges[0]);
    result.high.push(edges[1]);
    result.counts.push(values.length);
  }
  return result;
}

const BANDS = {
  range: "smallest to largest",
  quartiles: "first to third quartile",
  deviation: "± standard deviation",
  none: "",
};

/** A number for people: four digits, powers of ten where it is very large or small. */
function shown(value) {
  if (value === null || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const rounded = Number(value.toPrecision(size >= 1e4 && size < 1e6 ? 6 : 4));
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6) ? rounded.toExponential().replace("e+", "e") : String(rounded);
  return text.replaceAll("-", "−");
}

/** A value of a setting: as it is written, unless that is a number of many digits. */
function setting(value) {
  return value.length > 8 && Number.isFinite(Number(value)) ? shown(Number(value)) : value || "–";
}

/** A text field of CSV: quoted, and with an apostrophe where a spreadsheet would compute it. */
function csvField(value) {
  if (typeof value === "number") return String(value);
  const control = /[\u0000-\u001f\u007f-\u009f]/g;
  const text = value.replace(control, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  const isNumber = text.trim() !== "" && Number.isFinite(Number(text));
  const harmless = /^[=+\-@]/.test(text) && !isNumber ? "'" + text : text;
  return /[",]/.test(harmless) ? '"' + harmless.replaceAll('"', '""') + '"' : harmless;
}

/** Gives a file of CSV to whoever reads the page. */
function saveCsv(name, rows) {
  const text = rows.map((row) => row.map(csvField).join(",") + "\n").join("");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** An element with text, never with markup. */
function element(name, text = "", properties = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(properties)) made.setAttribute(key, value);
  return made;
}

/** Fills a select. */
function choices(select, entries, chosen) {
  select.replaceChildren(...entries.map(([value, text]) => element("option", text, { value })));
  if (chosen !== undefined) select.value = chosen;
}

/** How a run is called where one is chosen: by what is special of it, its seed and its id. */
function runName(run) {
  const label = data.configurations.length > 1 ? data.configurations[run.configuration].label + ", " : "";
  const seed = run.seed ? "seed " + run.seed + " " : "";
  return label + seed + "(" + run.id + (run.state === "COMPLETED" ? "" : ", " + run.state) + ")";
}
