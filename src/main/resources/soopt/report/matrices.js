// H̄ and its inverse at the recorded moments: one colour scale over all of them, linear near 0 and logarithmic beyond.

const heat = {};

function startMatrices() {
  const with_ = data.runs.map((run, index) => [run, index]).filter(([run]) => run.matrices);
  if (!with_.length) return;
  byId("matrices").hidden = false;
  choices(
    byId("matrix-run"),
    with_.map(([run, index]) => [index, runName(run)]),
  );
  byId("matrix-run").parentElement.hidden = with_.length < 2;
  heat.hbar = openChart("hbar-chart");
  heat.inverse = openChart("inverse-chart");
  const start = () => {
    const { moments, groups } = chosen();
    byId("matrix-moment").max = moments.length - 1;
    byId("matrix-moment").value = Math.min(byId("matrix-moment").value, moments.length - 1);
    byId("matrix-moment").disabled = moments.length < 2;
    const regularized = moments.some((each) => each.regularized !== undefined);
    byId("matrix-kind").parentElement.hidden = !regularized;
    if (!regularized) byId("matrix-kind").value = "plain";
    byId("matrix-values").checked = groups.length <= 10 && byId("hbar-chart").clientWidth > 420;
    drawMatrices();
  };
  byId("matrix-run").addEventListener("change", start);
  for (const id of ["matrix-kind", "matrix-order", "matrix-normal", "matrix-values"])
    byId(id).addEventListener("change", drawMatrices);
  byId("matrix-moment").addEventListener("input", drawMatrices);
  byId("matrix-numbers").addEventListener("toggle", drawMatrices);
  start();
  onTheme(drawMatrices);
}

function chosen() {
  const { moments, groups } = data.runs[byId("matrix-run").value].matrices;
  return { moments, groups: data.groups[groups] };
}

/** The two matrices that are seen: which chart, what they are called in the page's data, and by people. */
function pair() {
  return byId("matrix-kind").value === "plain"
    ? [
        ["hbar", "hbar", "H̄"],
        ["inverse", "inverse", "H̄⁻¹"],
      ]
    : [
        ["hbar", "regularized", "H̄ + λ_int/2 ‖Dη‖ D²"],
        ["inverse", "regularized_inverse", "(H̄ + λ_int/2 ‖Dη‖ D²)⁻¹"],
      ];
}

/** The full matrix of a moment: of symmetric ones the page holds the upper half, row by row. */
function matrix(stored, size) {
  const values = column(stored);
  if (!values.length) return null;
  if (values.length === size * size)
    return Array.from({ length: size }, (_, i) => values.slice(i * size, (i + 1) * size));
  const full = Array.from({ length: size }, () => new Array(size));
  let next = 0;
  for (let i = 0; i < size; i++) for (let j = i; j < size; j++) full[i][j] = full[j][i] = values[next++];
  return full;
}

/** |H_st| / √|H_ss H_tt|. */
const normalized = (full) =>
  full.map((row, i) => row.map((value, j) => Math.abs(value) / Math.sqrt(Math.abs(full[i][i] * full[j][j]))));

/** Rows and columns: weights before biases, or as they are. */
function order(groups) {
  const all = groups.map((_, i) => i);
  const rank = { weight: 0, bias: 1 };
  if (byId("matrix-order").value === "given") return all;
  return all.sort((a, b) => (rank[groups[a].role] ?? 2) - (rank[groups[b].role] ?? 2) || a - b);
}

/** Of all moments: the largest value, and where linear turns to logarithmic: the lower quartile, within 5 decades. */
function scaleOf(all) {
  const sizes = all
    .flat(2)
    .map(Math.abs)
    .filter((value) => Number.isFinite(value) && value > 0)
    .sort((a, b) => a - b);
  if (!sizes.length) return { most: 1, turn: 1 };
  const most = sizes[sizes.length - 1];
  return { most, turn: Math.max(quantile(sizes, 0.25), most * 1e-5) };
}

/** sign(v) log₁₀(1 + |v| / turn). */
const signedLog = (value, turn) => Math.sign(value) * Math.log10(1 + Math.abs(value) / turn);

function drawMatrices() {
  const { moments, groups } = chosen();
  const at = Number(byId("matrix-moment").value);
  const moment = moments[at];
  const when = `${moment.words} (${at + 1} of ${moments.length})`;
  byId("matrix-when").textContent = when;
  byId("matrix-moment").setAttribute("aria-valuetext", when);
  const normal = byId("matrix-normal").checked;
  const words = [];
  for (const [place, part, name] of pair()) {
    const all = moments
      .map((each) => matrix(each[part], groups.length))
      .filter(Boolean)
      .map((each) => (normal ? normalized(each) : each));
    const now = matrix(moment[part], groups.length);
    byId(place + "-name").textContent = name;
    heatMap(
      heat[place],
      place + "-chart",
      now && normal ? normalized(now) : now,
      groups,
      scaleOf(all),
      normal,
      `${name} ${moment.words}`,
    );
    if (!now) words.push(`${name} was not recorded here.`);
  }
  words.push(
    normal
      ? "|M_st| / √|M_ss M_tt|: 1 on the diagonal, and above 1 only where the matrix is not definite (drawn as 1)."
      : "Colour: sign(v) log₁₀(1 + |v| / v₀), one scale over all moments of the run; " +
          "v₀ is the lower quartile of |v| or 10⁻⁵ of the largest.",
  );
  words.push(
    { refresh: "H̄ as the optimizer used it.", training_set: "H̄ of the training set." }[moment.source] ??
      "H̄ of one batch.",
  );
  byId("matrix-caption").textContent = words.join(" ");
  if (byId("matrix-numbers").open) matrixTables(moment, groups);
}

function heatMap(chart, id, full, groups, scale, normal, label) {
  const ranks = order(groups);
  const names = ranks.map((i) => groups[i].name);
  const cells = [];
  const colours = normal ? mixedRamp() : diverging();
  const most = normal ? 1 : signedLog(scale.most, scale.turn);
  const part = (value) => (normal ? Math.min(value, 1) : (signedLog(value, scale.turn) / most + 1) / 2);
  if (full) {
    ranks.forEach((i, row) =>
      ranks.forEach((j, col) => {
        const value = full[i][j];
        const known = Number.isFinite(value);
        const colour = known ? mixed(colours, part(value)) : css("lacking");
        // what is not finite is no cell to the library
        cells.push({
          value: [col, row, known ? value : 0],
          exact: value,
          itemStyle: { color: colour },
          label: { color: inkOn(colour) },
        });
      }),
    );
  }
  const biases = ranks.findIndex((i) => groups[i].role === "bias");
  const small = groups.length > 24;
  const axis = (extra) => ({
    type: "category",
    data: names,
    splitLine: { show: false },
    axisTick: { show: false },
    axisLine: { show: false },
    axisLabel: {
      color: css("soft"),
      fontSize: small ? 9 : 11,
      width: 92,
      overflow: "truncate",
      hideOverlap: true,
      ...extra,
    },
  });
  chart.setOption(
    {
      ...common(),
      grid: { left: 100, right: 76, top: 8, bottom: 96 },
      xAxis: axis({ rotate: 55, interval: small ? "auto" : 0 }),
      yAxis: { ...axis({ interval: small ? "auto" : 0 }), inverse: true },
      tooltip: {
        ...tooltip(),
        trigger: "item",
        formatter: ({ value: [col, row], data: { exact: value } }) =>
          tip(`${names[row]} – ${names[col]}`, [
            [
              label,
              normal ? shown(value) : Number.isFinite(value) ? value.toPrecision(5).replace("-", "−") : "not finite",
            ],
          ]),
      },
      graphic: legendOf(colours, scale, normal, most),
      series: [
        {
          type: "heatmap",
          progressive: 0, // else SVG loses what is drawn in later parts
          data: cells,
          label: {
            show: byId("matrix-values").checked && groups.length <= 18,
            fontSize: groups.length > 10 ? 8 : 10,
            formatter: ({ data: { exact } }) => tiny(exact),
          },
          itemStyle: { borderColor: css("page"), borderWidth: groups.length > 40 ? 0 : 1 },
          emphasis: { itemStyle: { borderColor: css("text"), borderWidth: 1.5 } },
        },
        ...(biases > 0 && byId("matrix-order").value === "blocks" ? [blockLines(biases, names.length)] : []),
      ],
    },
    { notMerge: true },
  );
  describe(
    id,
    `${label}: a heat map of ${groups.length} by ${groups.length} groups; the numbers stand in the table below`,
  );
}

const mixedRamp = () => (isDark() ? ["#23292f", ...RAMP.slice(1)] : ["#f4f4f2", ...[...RAMP].reverse().slice(1)]);

/** Lines between weights and biases: the blocks of the paper's figure 1. */
function blockLines(at, size) {
  return {
    type: "custom",
    data: [[0, 0]],
    silent: true,
    z: 5,
    renderItem: (_, api) => {
      const [width, height] = api.size([1, 1]);
      const corner = (i, j) => {
        const [x, y] = api.coord([0, 0]);
        return [x + (i - 0.5) * width, y + (j - 0.5) * height];
      };
      const line = (from, to) => ({
        type: "line",
        shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
        style: { stroke: css("text"), lineWidth: 1.5 },
      });
      return {
        type: "group",
        children: [line(corner(at, 0), corner(at, size)), line(corner(0, at), corner(size, at))],
      };
    },
  };
}

/** The scale beside the cells, with values where they lie on it. */
function legendOf(colours, scale, normal, most) {
  const height = 200;
  const stops = Array.from({ length: 41 }, (_, i) => ({ offset: i / 40, color: mixed(colours, 1 - i / 40) }));
  const ticks = normal
    ? [0, 0.25, 0.5, 0.75, 1]
    : [1, 0.01, 0].flatMap((f) => (f ? [scale.most * f, -scale.most * f] : [0])).sort((a, b) => a - b);
  const place = (value) => height * (normal ? 1 - value : (1 - signedLog(value, scale.turn) / most) / 2);
  return {
    elements: [
      {
        type: "group",
        right: 4,
        top: 16,
        children: [
          {
            type: "rect",
            shape: { x: 0, y: 0, width: 12, height },
            style: { fill: new echarts.graphic.LinearGradient(0, 0, 0, 1, stops), stroke: css("line") },
          },
          ...ticks.map((tick) => ({
            type: "text",
            x: 17,
            y: place(tick),
            style: {
              text: tiny(tick).padEnd(7),
              fill: css("soft"),
              font: "10px system-ui, sans-serif",
              textVerticalAlign: "middle",
            },
          })),
        ],
      },
    ],
  };
}

/** Two digits, as a cell has room for. */
function tiny(value) {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e-2 && size < 1e3 ? String(Number(value.toPrecision(2))) : value.toExponential(0).replace("e+", "e");
  return text.replaceAll("-", "−");
}

function matrixTables(moment, groups) {
  const box = byId("matrix-numbers").querySelector("div");
  box.replaceChildren();
  for (const [, part, name] of pair()) {
    const full = matrix(moment[part], groups.length);
    if (!full) continue;
    const table = element("table");
    table.createCaption().textContent = name + ", " + moment.words;
    const head = table.createTHead().insertRow();
    head.append(
      element("th", "", { class: "plain" }),
      ...groups.map((group) => element("th", group.name, { class: "plain number", scope: "col" })),
    );
    const body = table.createTBody();
    full.forEach((row, i) => {
      const line = body.insertRow();
      line.append(
        element("th", groups[i].name, { scope: "row" }),
        ...row.map((value) => element("td", shown(value), { class: "number" })),
      );
    });
    box.append(table);
  }
}
