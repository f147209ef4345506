// Tables that sort by a click on a header, and the filter of the runs.

const collator = new Intl.Collator("en", { numeric: true });

/** Orders the rows of a table by a column; numbers before words, and what is missing last in both directions. */
function sortTable(table, index, ascending) {
  const key = (row) => row.cells[index].dataset.value ?? row.cells[index].textContent;
  const keyed = [...table.tBodies[0].rows].map((row) => {
    const text = key(row);
    return { row, text, missing: text === "" || text === "NaN", number: text.trim() === "" ? NaN : Number(text) };
  });
  keyed.sort((a, b) => {
    if (a.missing !== b.missing) return a.missing ? 1 : -1;
    const numbers = !Number.isNaN(a.number) && !Number.isNaN(b.number);
    const order = numbers ? a.number - b.number : collator.compare(a.text, b.text);
    return ascending ? order : -order;
  });
  table.tBodies[0].append(...keyed.map((each) => each.row));
  [...table.tHead.rows[0].cells].forEach((cell, i) => {
    if (i === index) cell.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    else cell.removeAttribute("aria-sort");
  });
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((cell, index) => {
    const button = element("button", cell.textContent, { type: "button" });
    if (cell.title) button.title = cell.title;
    button.addEventListener("click", () => sortTable(table, index, cell.getAttribute("aria-sort") !== "ascending"));
    cell.replaceChildren(button);
  });
}

// The filter: which runs the table and the figures show.

const rows = new Map([...byId("runs-table").tBodies[0].rows].map((row) => [Number(row.dataset.run), row]));
const listeners = [];
let wanted = new Set(rows.keys());

/** Calls it when other runs are wanted. */
function onFilter(act) {
  listeners.push(act);
}

// A word of the filter that is more than text: val_loss<0.5, step-size=0.1.
const CONDITION = /^([^<>=]+)(<=|>=|<|>|=)(.+)$/;

/** What a run has in a column of the table, or for a key by its full name; undefined if there is no such column. */
function field(run, name) {
  const heads = [...byId("runs-table").tHead.rows[0].cells].map((cell) => cell.textContent.toLowerCase());
  const column_ = heads.indexOf(name);
  if (column_ >= 0) {
    const cell = rows.get(run).cells[column_];
    return cell.dataset.value ?? cell.textContent;
  }
  const key = data.keys.findIndex((each) => each.key.toLowerCase() === name);
  return key < 0 ? undefined : data.configurations[data.runs[run].configuration].values[key];
}

/** Whether a run has all words: each is found in its row, or is a condition that holds. */
function matches(run, words) {
  const text = rows.get(run).textContent.toLowerCase();
  return words.every((word) => {
    const [, name, sign, value] = CONDITION.exec(word) ?? [];
    const has = sign && field(run, name)?.toLowerCase();
    if (has === undefined) return text.includes(word);
    const [left, right] = [has, value].map((each) => (each.trim() === "" ? NaN : Number(each)));
    if (sign === "=") return has === value || left === right;
    return { "<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right }[sign];
  });
}

function filter() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const states = new Set([...byId("states").querySelectorAll("input:checked")].map((box) => box.value));
  wanted = new Set();
  for (const [run, row] of rows) {
    row.hidden = !states.has(data.runs[run].state) || !matches(run, words);
    if (!row.hidden) wanted.add(run);
  }
  const part = wanted.size < rows.size;
  byId("filter-count").textContent = part ? `${wanted.size} of ${rows.size} runs, in the figures too` : "";
  listeners.forEach((act) => act());
}

function startFilter() {
  const counts = new Map();
  data.runs.forEach((run) => counts.set(run.state, (counts.get(run.state) ?? 0) + 1));
  for (const [state, count] of counts) {
    const box = element("input", "", { type: "checkbox", value: state, checked: "" });
    const label = element("label", "");
    label.append(box, `${state} (${count})`);
    byId("states").append(label);
    box.addEventListener("change", filter);
  }
  byId("states").hidden = counts.size < 2;
  byId("run-controls").hidden = rows.size < 2;
  let waiting;
  byId("filter").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
}

for (const button of document.querySelectorAll("button[data-save]")) {
  button.addEventListener("click", () => {
    const table = byId(button.dataset.save);
    const cells = (row) => [...row.cells].map((cell) => cell.dataset.value ?? cell.textContent);
    saveCsv(
      button.dataset.save + ".csv",
      [table.tHead.rows[0], ...table.tBodies[0].rows].filter((row) => !row.hidden).map(cells),
    );
  });
}
