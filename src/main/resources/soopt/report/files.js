// What the runs were told and where they ran: config.yaml and meta.json.

function startFiles() {
  const told = data.runs.map((run, index) => [run, index]).filter(([run]) => run.config.length);
  if (told.length) {
    byId("spec").hidden = false;
    choices(
      byId("spec-run"),
      told.map(([run, index]) => [index, runName(run)]),
    );
    byId("spec-run").parentElement.parentElement.hidden = told.length < 2;
    byId("spec-run").addEventListener("change", drawSpec);
    drawSpec();
  }
  const known = data.runs.map((run, index) => [run, index]).filter(([run]) => run.meta.length);
  if (known.length) {
    byId("provenance").hidden = false;
    choices(
      byId("meta-run"),
      known.map(([run, index]) => [index, runName(run)]),
    );
    byId("meta-run").parentElement.parentElement.hidden = known.length < 2;
    byId("meta-run").addEventListener("change", drawMeta);
    drawMeta();
  }
}

/** The lines of config.yaml; those that not all runs have are marked. */
function drawSpec() {
  const run = data.runs[byId("spec-run").value];
  const told = data.runs.filter((each) => each.config.length);
  const everywhere = new Map();
  for (const each of told)
    for (const line of new Set(each.config)) everywhere.set(line, (everywhere.get(line) ?? 0) + 1);
  let marked = 0;
  const lines = run.config.map((line) => {
    if (everywhere.get(line) === told.length) return data.lines[line] + "\n";
    marked++;
    return element("mark", data.lines[line]);
  });
  byId("spec-text").replaceChildren(...lines);
  byId("spec-caption").textContent =
    "config.yaml of the run, with all defaults: soopt run config.yaml gives the same run." +
    (marked ? " Marked: lines that not all runs have." : "");
}

/** meta.json, a row per entry; entries of objects by dotted names. */
function drawMeta() {
  const entries = [];
  const walk = (name, value) => {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) walk(name ? name + "." + key : key, inner);
    } else if (Array.isArray(value) && value.some((each) => each !== null && typeof each === "object")) {
      value.forEach((each, i) => walk(`${name}[${i}]`, each));
    } else {
      entries.push([name, Array.isArray(value) ? value.join(", ") : String(value ?? "–")]);
    }
  };
  walk("", JSON.parse(data.runs[byId("meta-run").value].meta.map((line) => data.lines[line]).join("\n")));
  const body = byId("meta-table").tBodies[0];
  body.replaceChildren();
  for (const [name, value] of entries) {
    const row = body.insertRow();
    row.append(element("th", name, { scope: "row" }), element("td", value));
  }
}
