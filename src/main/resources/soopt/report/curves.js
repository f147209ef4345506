// Metrics in the course of the runs.

function startCurves() {
  if (!data.metrics.length) return;
  byId("curves").hidden = false;
  choices(
    byId("curve-metric"),
    data.metrics.map((metric) => [metric.name, metric.label]),
  );
  choices(
    byId("curve-axis"),
    data.axes.map((axis) => [axis.name, axis.label]),
  );
  const seeds = data.configurations.some((each) => each.runs.length > 1);
  for (const id of ["curve-lines", "curve-middle", "curve-band"]) byId(id).parentElement.hidden = !seeds;
  if (!seeds) byId("curve-lines").value = "runs";
  const figure = new LineFigure("curve");
  byId("curve-metric").addEventListener("change", () => {
    byId("curve-log").checked = data.metrics.find((each) => each.name === byId("curve-metric").value).log;
  });
  byId("curve-log").checked = data.metrics[0].log;
  const draw = () => figure.show(curveModel());
  byId("curves")
    .querySelectorAll("select, input")
    .forEach((control) => control.addEventListener("change", draw));
  onFilter(draw);
  onTheme(draw);
}

function curveModel() {
  const metric = data.metrics.find((each) => each.name === byId("curve-metric").value);
  const axis = data.axes.find((each) => each.name === byId("curve-axis").value);
  const perRun = byId("curve-lines").value === "runs";
  byId("curve-middle").disabled = byId("curve-band").disabled = perRun;
  const log = byId("curve-log").checked;
  const lines = perRun ? runLines(axis.name, metric.name) : bandLines(axis.name, metric.name);
  caption(perRun, lines, log);
  return { x: axis.label, y: metric.label, log, lines, hidden: behind() };
}

/** Whether the run broke off: its line ends in a cross. */
const broke = (run) => run.state === "DIVERGED" || run.state === "FAILED";

/** Of more configurations than this the figure shows the best at first. */
const FEW = 12;

/** The ids of the lines that are not seen at first. */
function behind() {
  if (data.configurations.length <= FEW) return [];
  return data.configurations.flatMap((each, index) =>
    each.rank < FEW ? [] : ["c" + index, ...each.runs.map((run) => "r" + run)],
  );
}

/** The look of a configuration: of few by their order, so that neighbours differ; of many by rank. */
const lookOf = (index) => look(data.configurations.length <= FEW ? index : data.configurations[index].rank);

function runLines(axis, metric) {
  const many = data.configurations.length > 1;
  return data.runs
    .map((run, index) => ({
      ...(many ? lookOf(run.configuration) : look(index)),
      id: "r" + index,
      name: runName(run),
      points: wanted.has(index) ? course(run, axis, metric) : [],
      ended: broke(run),
      width: wanted.size > 30 ? 1.1 : 1.6,
    }))
    .filter((line) => line.points.length);
}

function bandLines(axis, metric) {
  const lines = [];
  data.configurations.forEach((configuration, index) => {
    const members = configuration.runs.filter((run) => wanted.has(run)).map((run) => data.runs[run]);
    const courses = members.map((run) => course(run, axis, metric)).filter((points) => points.length);
    if (!courses.length) return;
    const name = configuration.label + (courses.length === 1 ? "" : ` (${courses.length} seeds)`);
    const all = together(courses, byId("curve-middle").value, byId("curve-band").value);
    lines.push({
      ...lookOf(index),
      id: "c" + index,
      name,
      ...all,
      ended: members.every(broke),
      rank: configuration.rank,
    });
  });
  return data.configurations.length <= FEW ? lines : lines.sort((a, b) => a.rank - b.rank);
}

function caption(perRun, lines, log) {
  const band = byId("curve-band").value;
  const several = lines.some((line) => line.counts?.some((count) => count > 1));
  const words = [];
  if (perRun && lines.length > 1) words.push("A line for each run.");
  else if (several)
    words.push(
      `Line: ${byId("curve-middle").value} over the seeds of a configuration.` +
        (band === "none" ? "" : ` Band: ${BANDS[band]}.`) +
        " It ends where fewer than half of the seeds go on.",
    );
  if (data.configurations.length > FEW) {
    words.push(`At first the ${FEW} best configurations by ${data.usual} are seen; the legend shows the others.`);
  }
  if (lines.some((line) => line.ended)) words.push("A cross ends what diverged or failed.");
  if (log) words.push("Logarithmic scale: values that are not positive are left out.");
  words.push(
    "Train loss and accuracy of an epoch are means over its batches, each before its update.",
    "Drag or Ctrl + wheel, the buttons, or arrow keys, + and − move and zoom.",
  );
  byId("curve-caption").textContent = words.join(" ");
}
