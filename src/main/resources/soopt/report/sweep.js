// What varies against a metric: parallel coordinates of the configurations, and a heat map over two keys.

function startSweep() {
  if (!data.keys.length || data.configurations.length < 2 || !data.metrics.length) return;
  byId("sweep").hidden = false;
  choices(
    byId("sweep-metric"),
    data.metrics.map((metric) => [metric.name, metric.label]),
    data.usual,
  );
  const keys = data.keys.map((key, index) => [index, key.name]);
  choices(byId("grid-x"), keys);
  choices(byId("grid-y"), keys, keys.length > 1 ? 1 : 0);
  byId("grid-part").hidden = keys.length < 2;
  const parallel = openChart("parallel-chart");
  const map = keys.length < 2 ? null : openChart("grid-chart");
  const draw = () => {
    drawParallel(parallel);
    if (map) drawGrid(map);
  };
  byId("sweep")
    .querySelectorAll("select")
    .forEach((control) => control.addEventListener("change", draw));
  onFilter(draw);
  onTheme(draw);
}

const sweepMetric = () => data.metrics.find((each) => each.name === byId("sweep-metric").value);

/** What counts of a run: its best or its last value; NaN of runs that are unstable or were not measured. */
function score(run, metric) {
  if (run.excluded) return NaN;
  const values = column(run.metrics[metric.name]).filter(Number.isFinite);
  if (!values.length) return NaN;
  if (byId("sweep-moment").value === "last") return values[values.length - 1];
  return values.reduce((a, b) => (metric.larger ? Math.max(a, b) : Math.min(a, b)));
}

/** Over runs: {value, low, high, count, out}: out of them do not count. */
function scores(indices, metric) {
  const members = indices.filter((run) => wanted.has(run)).map((run) => data.runs[run]);
  const values = members
    .map((run) => score(run, metric))
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  const statistic = byId("sweep-statistic").value;
  const first = (statistic === "best") !== metric.larger;
  const value = !values.length
    ? NaN
    : statistic === "mean"
      ? mean(values)
      : statistic === "median"
        ? quantile(values, 0.5)
        : values[first ? 0 : values.length - 1];
  return {
    value,
    low: values[0],
    high: values[values.length - 1],
    count: values.length,
    out: members.length - values.length,
    all: members.length,
  };
}

/** How a key is laid out: numbers by size, on a logarithmic axis where they span more than a decade; else words. */
function keyAxis(index) {
  const values = [...new Set(data.configurations.map((each) => each.values[index]))];
  const numbers = values.map((value) => (value.trim() === "" ? NaN : Number(value)));
  const numeric = numbers.every((number) => Number.isFinite(number));
  const sorted = numeric ? values.sort((a, b) => Number(a) - Number(b)) : values.sort(collator.compare);
  return { values: sorted, numeric };
}

/** From 0 for the worst value to 1 for the best. */
function goodness(value, low, high, place, metric) {
  if (high === low) return 0.5;
  const part = (place(value) - place(low)) / (place(high) - place(low));
  return metric.larger ? part : 1 - part;
}

function drawParallel(chart) {
  const metric = sweepMetric();
  const axes = data.keys.map((key, index) => keyAxis(index));
  const lines = data.configurations
    .map((configuration) => ({ configuration, ...scores(configuration.runs, metric) }))
    .filter((line) => line.all);
  const known = lines.filter((line) => !Number.isNaN(line.value));
  const values = known.map((line) => line.value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const log = metric.log && low > 0 && high / low > 10;
  const place = (value) => (log ? Math.log10(value) : value);
  const colour = (value) => mixed(ramp(), goodness(value, low, high, place, metric));
  const text = { color: css("text") };
  const line = { lineStyle: { color: css("line") } };
  const column_ = (value, index) => axes[index].values.indexOf(value);
  chart.setOption(
    {
      ...common(),
      tooltip: {
        ...tooltip(),
        trigger: "item",
        formatter: ({ data: item }) => item.line && lineTip(item.line, metric),
      },
      parallel: {
        left: 60,
        right: 96,
        top: 48,
        bottom: 24,
        parallelAxisDefault: {
          z: 20,
          nameTextStyle: text,
          axisLabel: { ...text, backgroundColor: css("page"), padding: [1, 3], borderRadius: 2 },
          axisLine: line,
          axisTick: line,
          nameGap: 18,
        },
      },
      parallelAxis: [
        ...axes.map((axis, index) => ({
          dim: index,
          type: "category",
          data: axis.values.map(setting),
          name: data.keys[index].name,
          boundaryGap: true,
        })),
        {
          dim: axes.length,
          type: "value",
          name: metric.label,
          min: known.length ? place(low) : 0,
          max: known.length ? (high === low ? place(high) + 1e-9 : place(high)) : 1,
          axisLabel: { formatter: (value) => shown(log ? 10 ** value : value) },
        },
      ],
      series: [
        {
          type: "parallel",
          progressive: 0,
          realtime: true,
          inactiveOpacity: 0.06,
          activeOpacity: 0.95,
          emphasis: { lineStyle: { width: 4, opacity: 1 } },
          data: [
            ...lines
              .filter((each) => Number.isNaN(each.value))
              .map((each) => ({
                value: [...each.configuration.values.map(column_), "-"],
                line: each,
                lineStyle: { color: css("soft"), type: [3, 4], width: 1, opacity: 0.7 },
              })),
            ...known.map((each) => ({
              value: [...each.configuration.values.map(column_), place(each.value)],
              line: each,
              lineStyle: {
                color: colour(each.value),
                width: known.length > 60 ? 1.2 : 2.2,
                opacity: known.length > 60 ? 0.5 : 0.9,
              },
            })),
          ],
        },
      ],
    },
    { notMerge: true },
  );
  const lacking = lines.length - known.length;
  byId("parallel-caption").textContent =
    `A line for each configuration, ${byId("sweep-statistic").value} over its seeds; bright is better. ` +
    "Drag along an axis to choose a part of it." +
    (lacking ? ` Dashed: ${lacking} of which no run counts (diverged, unstable, not finished or not measured).` : "");
  const best = known.sort((a, b) => (metric.larger ? b.value - a.value : a.value - b.value))[0];
  describe(
    "parallel-chart",
    `Parallel coordinates of ${lines.length} configurations` +
      (best ? `; best: ${best.configuration.label}, ${metric.label} ${shown(best.value)}` : ""),
  );
}

function lineTip(line, metric) {
  const rows = data.keys.map((key, index) => [key.name, line.configuration.values[index]]);
  return tip(line.configuration.label, [...rows, ...scoreRows(line, metric)]);
}

function scoreRows(each, metric) {
  const rows = Number.isNaN(each.value) ? [[metric.label, "none counts"]] : [[metric.label, shown(each.value)]];
  if (each.count > 1) rows.push([`of ${each.count} runs`, `${shown(each.low)} to ${shown(each.high)}`]);
  if (each.out) rows.push(["do not count", String(each.out)]);
  return rows;
}

function drawGrid(chart) {
  const metric = sweepMetric();
  const [x, y] = [Number(byId("grid-x").value), Number(byId("grid-y").value)];
  const [across, up] = [keyAxis(x), keyAxis(y)];
  const cells = [];
  across.values.forEach((column_, i) =>
    up.values.forEach((row, j) => {
      const members = data.configurations.filter((each) => each.values[x] === column_ && each.values[y] === row);
      const found = scores(
        members.flatMap((each) => each.runs),
        metric,
      );
      if (found.all) cells.push({ i, j, found });
    }),
  );
  const values = cells.map((cell) => cell.found.value).filter((value) => !Number.isNaN(value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const log = metric.log && low > 0 && high / low > 10;
  const place = (value) => (log ? Math.log10(value) : value);
  const label = { color: css("text") };
  const axis = (values_, key) => ({
    type: "category",
    data: values_.map(setting),
    name: data.keys[key].name,
    nameLocation: "middle",
    nameTextStyle: label,
    axisLabel: { color: css("soft") },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: css("line") } },
  });
  chart.setOption(
    {
      ...common(),
      grid: { left: 110, right: 30, top: 14, bottom: 54 },
      xAxis: { ...axis(across.values, x), nameGap: 30 },
      yAxis: { ...axis(up.values, y), nameGap: 78 },
      tooltip: {
        ...tooltip(),
        trigger: "item",
        formatter: ({ data: item }) =>
          tip(
            `${data.keys[x].name} ${across.values[item.cell.i]}, ${data.keys[y].name} ${up.values[item.cell.j]}`,
            scoreRows(item.cell.found, metric),
          ),
      },
      series: [
        {
          type: "heatmap",
          progressive: 0,
          itemStyle: { borderColor: css("page"), borderWidth: 2 },
          emphasis: { itemStyle: { borderColor: css("text") } },
          label: {
            show: cells.length <= 150,
            formatter: ({ data: item }) =>
              (Number.isNaN(item.cell.found.value) ? "✕" : shown(item.cell.found.value)) +
              (item.cell.found.out && item.cell.found.count ? ` (${item.cell.found.out} ✕)` : ""),
          },
          data: cells.map((cell) => {
            const colour = Number.isNaN(cell.found.value)
              ? css("lacking")
              : mixed(ramp(), goodness(cell.found.value, low, high, place, metric));
            return { value: [cell.i, cell.j, 0], cell, itemStyle: { color: colour }, label: { color: inkOn(colour) } };
          }),
        },
      ],
    },
    { notMerge: true },
  );
  const others = data.keys.length > 2 ? "the other keys and " : "";
  byId("grid-caption").textContent =
    `${metric.label}: ${byId("sweep-statistic").value} over ${others}the seeds, bright is better. ` +
    "✕: runs that do not count (diverged, unstable, not finished or not measured).";
  describe("grid-chart", `${metric.label} over ${data.keys[x].name} and ${data.keys[y].name}`);
}
