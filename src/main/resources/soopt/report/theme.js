// Light and dark, and what the figures need of it.
const system = window.matchMedia("(prefers-color-scheme: dark)");
const themed = [];
let wish = "system";
let printing = false;

try {
  wish = localStorage.getItem("soopt-theme") || "system";
} catch (refused) {
  // a page from a file may have no storage
}

const isDark = () => !printing && (wish === "dark" || (wish === "system" && system.matches));

function applyTheme() {
  document.documentElement.toggleAttribute("data-dark", isDark());
  byId("theme").textContent = "Theme: " + { system: "as the system", light: "light", dark: "dark" }[wish];
  themed.forEach((draw) => draw());
}

/** Calls it at the beginning and whenever the colours change. */
function onTheme(draw) {
  themed.push(draw);
}

const css = (name) =>
  getComputedStyle(document.documentElement)
    .getPropertyValue("--" + name)
    .trim();

byId("theme").addEventListener("click", () => {
  wish = { system: "dark", dark: "light", light: "system" }[wish];
  try {
    localStorage.setItem("soopt-theme", wish);
  } catch (refused) {
    // it lasts as long as the page then
  }
  applyTheme();
});
system.addEventListener("change", applyTheme);

// On paper all is light, and figures are as wide as a page.
const PAGE = 700;
byId("print").addEventListener("click", () => window.print());
function print(on) {
  printing = on;
  applyTheme();
  charts.forEach((chart) => chart.resize({ width: on ? PAGE : "auto" }));
}
window.addEventListener("beforeprint", () => print(true));
window.addEventListener("afterprint", () => print(false));

// Paul Tol's bright and its lighter sisters: told apart by the colour-blind, first by hue, then by the dashes.
const LIGHT = ["#4477aa", "#d1495b", "#228833", "#b8860b", "#2aa4c4", "#aa3377", "#6b6b6b"];
const DARK = ["#7cb0ea", "#ff8a94", "#62c77a", "#e0c04c", "#74dcf5", "#e07fb8", "#b9bec4"];
const DASHES = ["solid", [7, 4], [2, 3], [9, 3, 2, 3]];

/** The look of the i-th of several lines. */
function look(index) {
  const colours = isDark() ? DARK : LIGHT;
  return { color: colours[index % colours.length], dash: DASHES[Math.floor(index / colours.length) % DASHES.length] };
}

// viridis, cut where it would vanish in a light page, and lighter for a dark one
const RAMP = ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"];
const PALE = ["#8d7bd0", "#6f93dc", "#4fb0c6", "#3fc48f", "#8fd44f", "#fde725"];
const ramp = () => (isDark() ? PALE : RAMP.slice(0, 7));

/** Between the colours of a ramp, at 0 ≤ part ≤ 1. */
function mixed(colours, part) {
  const place = Math.min(Math.max(part, 0), 1) * (colours.length - 1);
  const below = Math.min(Math.floor(place), colours.length - 2);
  const parts = [1, 3, 5].map((at) => {
    const [from, to] = [colours[below], colours[below + 1]].map((colour) => parseInt(colour.slice(at, at + 2), 16));
    return Math.round(from + (place - below) * (to - from));
  });
  return "#" + parts.map((part) => part.toString(16).padStart(2, "0")).join("");
}

/** From negative over the page's neutral to positive: blue to red, read by lightness too. */
const diverging = () =>
  isDark()
    ? ["#9ecbff", "#4f8fd6", "#2b5584", "#23292f", "#8a3b34", "#e06a5c", "#ffb3a7"]
    : ["#0b3c7d", "#3b7dc4", "#a9cbe9", "#f4f4f2", "#f3b8a6", "#d1495b", "#7a0c1e"];

/** Black or white, whichever is read better on a colour. */
function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const light = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return light > 0.32 ? "#14181d" : "#ffffff";
}

// Figures are drawn as SVG: text stays text, and paper gets lines.
const charts = [];

/** A chart in an element of the page. */
function openChart(id) {
  const chart = echarts.init(byId(id), null, { renderer: "svg" });
  charts.push(chart);
  new ResizeObserver(() => printing || chart.resize()).observe(byId(id));
  return chart;
}

/** What all charts have. */
const common = () => ({
  animation: false,
  textStyle: { color: css("text"), fontFamily: "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif" },
});

const tooltip = () => ({
  backgroundColor: css("page"),
  borderColor: css("line"),
  textStyle: { color: css("text") },
  confine: true,
  transitionDuration: 0,
});

/** Rows of names and values, the first line in bold; an element, so that no name is markup. */
function tip(title, rows) {
  const box = element("div", "", { class: "tip" });
  box.append(element("b", title));
  const table = element("table");
  for (const [name, value, colour] of rows) {
    const row = table.insertRow();
    const first = row.insertCell();
    if (colour) first.append(Object.assign(element("span", "■ "), { style: "color:" + colour }));
    first.append(name);
    row.insertCell().textContent = value;
  }
  box.append(table);
  return box;
}

/** Names a figure for those who do not see it. */
function describe(id, text) {
  byId(id).setAttribute("role", "img");
  byId(id).setAttribute("aria-label", text);
}
