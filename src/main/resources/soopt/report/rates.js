// Learning rates of the groups: weights solid, biases dotted, coloured by depth.

function startRates() {
  const with_ = data.runs.map((run, index) => [run, index]).filter(([run]) => run.rates);
  if (!with_.length) return;
  byId("rates").hidden = false;
  choices(
    byId("rate-run"),
    with_.map(([run, index]) => [index, runName(run)]),
  );
  byId("rate-run").parentElement.hidden = with_.length < 2;
  const figure = new LineFigure("rate");
  const draw = () => figure.show(rateModel());
  byId("rates")
    .querySelectorAll("select, input")
    .forEach((control) => control.addEventListener("change", draw));
  onTheme(draw);
}

/** Mean of each value and those before it, as many as there are up to the window. */
function smooth(values, window) {
  return values.map((_, i) => {
    const part = values.slice(Math.max(0, i - window + 1), i + 1).filter((value) => !Number.isNaN(value));
    return part.length ? mean(part) : NaN;
  });
}

function rateModel() {
  const run = data.runs[byId("rate-run").value];
  const { rates } = run;
  const groups = data.groups[rates.groups];
  const axis = byId("rate-axis").value;
  byId("rate-kind").disabled = !rates.raw;
  const kind = rates.raw ? byId("rate-kind").value : "applied";
  const window = Number(byId("rate-smooth").value);
  const log = byId("rate-log").checked;
  const xs = column(rates[axis]);
  const layers = Math.max(...groups.map((group) => group.layer));
  const lines = groups.map((group, s) => {
    const values = smooth(column(rates[kind][s]), window);
    const kept = xs.map((x, i) => [x, values[i]]).filter(([, y]) => !Number.isNaN(y));
    return {
      id: group.name,
      name: group.name,
      color: mixed(ramp(), layers ? group.layer / layers : 0),
      dash: { weight: "solid", bias: "dotted" }[group.role] ?? [8, 4],
      points: kept.map(([x, y]) => [x, log ? Math.abs(y) : y]),
      sign: kept.map(([, y]) => (log ? Math.sign(y) : 1)),
      hollow: log ? kept.filter(([, y]) => y < 0).map(([x, y]) => [x, -y]) : [],
    };
  });
  const count = (wanted) =>
    groups
      .map((group, s) => [group.name, column(rates[kind][s]).filter(wanted).length])
      .filter(([, found]) => found)
      .map(([name, found]) => `${name} (${found})`)
      .join(", ");
  const negative = count((eta) => eta < 0);
  const zero = count((eta) => eta === 0);
  const words = [
    "Solid: weights; dotted: biases; dashed: both. Colour: depth, from the first layer to the last as in the legend.",
  ];
  if (log) words.push("Logarithmic scale of |η|.");
  if (negative) words.push(`Negative rates${log ? ", hollow marks" : ""}: ${negative}.`);
  if (zero && log) words.push(`Rates of 0, as clipped negative ones are, are gaps: ${zero}.`);
  if (window > 1) words.push(`Running mean of the last ${window} computations.`);
  byId("rate-caption").textContent = words.join(" ");
  const y =
    (log ? "|η| " : "η ") +
    (kind === "applied" ? "applied" : "of the cubic step") +
    (window > 1 ? `, mean of ${window}` : "");
  return { x: axis, y, log, lines };
}
