// Lines against an axis: zoom by wheel, slider, buttons and keys; a legend of buttons; a scale that may be logarithmic.

/** Ticks of a logarithmic scale between two numbers: decades, or 1, 2, 5, or equal distances within a decade. */
function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const ticks = [];
  if (decades < 0.8) {
    const rough = (high - low) / 7;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
    for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(Number(tick.toPrecision(6)));
    return ticks;
  }
  const stride = Math.ceil(decades / 9);
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    if (power % stride !== 0) continue;
    for (const n of decades < 2.5 ? [1, 2, 5] : [1]) {
      const tick = Number((n * 10 ** power).toPrecision(6));
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return ticks;
}

/**
 * A figure of lines. Its model: {x, y: names of the axes, log, lines, hidden}. A line: {id, name, color, dash, points:
 * [[x, y]], low, high, counts, ended, hollow}; low and high are a band beside the points, ended marks where it broke
 * off, hollow the points that are drawn as their absolute value. hidden: the ids that are not seen at first.
 */
class LineFigure {
  constructor(name) {
    this.name = name;
    this.chart = openChart(name + "-chart");
    this.hidden = undefined; // ids of lines that are not seen
    this.span = null;
    this.makeZoom(byId(name + "-zoom"));
    this.chart.on("datazoom", () => this.zoomed());
    this.host = byId(name + "-chart");
    this.host.tabIndex = 0;
    this.host.addEventListener("keydown", (event) => this.key(event));
    byId(name + "-legend").addEventListener("click", (event) => this.toggle(event.target.closest("button")));
  }

  makeZoom(place) {
    const buttons = [
      ["Zoom in", () => this.scale(0.5)],
      ["Zoom out", () => this.scale(2)],
      ["◀ Earlier", () => this.pan(-0.25)],
      ["Later ▶", () => this.pan(0.25)],
      ["Whole", () => this.whole()],
      ["Save as CSV", () => this.save()],
      ["Save as SVG", () => this.picture()],
    ];
    for (const [text, act] of buttons) {
      const button = element("button", text, { type: "button" });
      button.addEventListener("click", act);
      place.append(button);
    }
  }

  key(event) {
    const act = {
      "+": () => this.scale(0.5),
      "=": () => this.scale(0.5),
      "-": () => this.scale(2),
      0: () => this.whole(),
      ArrowLeft: () => this.pan(-0.25),
      ArrowRight: () => this.pan(0.25),
    }[event.key];
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey) {
      act();
      event.preventDefault();
    }
  }

  /** Shows a model; the part that is seen stays if the axis is the same. */
  show(model) {
    const other = !this.model || this.model.x !== model.x || this.extent(model)[1] !== this.all[1];
    this.model = model;
    this.hidden ??= new Set(model.hidden);
    this.all = this.extent(model);
    if (other || !this.span) this.span = [...this.all];
    this.legend();
    this.draw();
  }

  extent(model) {
    let low = Infinity;
    let high = -Infinity;
    for (const line of model.lines) {
      if (!line.points.length) continue;
      low = Math.min(low, line.points[0][0]);
      high = Math.max(high, line.points[line.points.length - 1][0]);
    }
    return low < high ? [low, high] : [Number.isFinite(low) ? low - 0.5 : 0, Number.isFinite(low) ? low + 0.5 : 1];
  }

  visible() {
    return this.model.lines.filter((line) => !this.hidden.has(line.id));
  }

  scale(factor) {
    const centre = (this.span[0] + this.span[1]) / 2;
    const half = ((this.span[1] - this.span[0]) / 2) * factor;
    this.see(centre - half, centre + half);
  }

  pan(part) {
    const width = this.span[1] - this.span[0];
    const low = Math.min(Math.max(this.span[0] + part * width, this.all[0]), this.all[1] - width);
    this.see(low, low + width);
  }

  whole() {
    this.see(...this.all);
  }

  see(low, high) {
    const least = (this.all[1] - this.all[0]) / 1000;
    if (high - low < least) return;
    this.span = [Math.max(low, this.all[0]), Math.min(high, this.all[1])];
    this.draw();
  }

  zoomed() {
    const zoom = this.chart.getOption().dataZoom[0];
    const width = this.all[1] - this.all[0];
    this.span = [this.all[0] + (zoom.start / 100) * width, this.all[0] + (zoom.end / 100) * width];
    this.chart.setOption(this.heights());
  }

  place(y) {
    if (!this.model.log) return y;
    return y > 0 ? Math.log10(y) : NaN;
  }

  /** The range of what is seen. */
  range() {
    let low = Infinity;
    let high = -Infinity;
    for (const line of this.visible()) {
      line.points.forEach(([x, y], i) => {
        if (x < this.span[0] || x > this.span[1]) return;
        for (const value of [y, line.low?.[i], line.high?.[i]]) {
          if (value === undefined || !Number.isFinite(this.place(value))) continue;
          if (this.model.log && value !== y && value < y / 1e4) continue; // mean − deviation may come near 0
          low = Math.min(low, this.place(value));
          high = Math.max(high, this.place(value));
        }
      });
    }
    if (low > high) return [0, 1];
    const margin = high > low ? 0.04 * (high - low) : this.model.log ? 0.05 : Math.abs(high) * 0.05 || 0.5;
    return [low - margin, high + margin];
  }

  heights() {
    const [low, high] = this.range();
    const option = { yAxis: { min: low, max: high } };
    if (this.model.log) {
      const ticks = logTicks(10 ** low, 10 ** high);
      option.series = [
        {
          id: "ticks",
          markLine: { data: ticks.map((tick) => ({ yAxis: Math.log10(tick), label: { formatter: shown(tick) } })) },
        },
      ];
    }
    return option;
  }

  draw() {
    const { model } = this;
    const soft = { color: css("soft") };
    const width = this.all[1] - this.all[0];
    const zoom = {
      start: (100 * (this.span[0] - this.all[0])) / width,
      end: (100 * (this.span[1] - this.all[0])) / width,
      filterMode: "none",
    };
    const option = {
      ...common(),
      grid: { left: 74, right: 22, top: 30, bottom: 84 },
      xAxis: {
        type: "value",
        name: model.x,
        nameLocation: "middle",
        nameGap: 26,
        min: this.all[0],
        max: this.all[1],
        axisLine: { onZero: false, lineStyle: { color: css("line") } },
        axisLabel: { ...soft, formatter: shown, hideOverlap: true },
        splitLine: { show: false },
        nameTextStyle: { color: css("text") },
      },
      yAxis: {
        type: "value",
        name: model.y,
        nameLocation: "end",
        nameTextStyle: { align: "left", padding: [0, 0, 0, -66], color: css("text") },
        axisLabel: { show: !model.log, ...soft, formatter: shown, showMinLabel: false, showMaxLabel: false },
        axisTick: { show: false },
        axisLine: { show: false },
        splitLine: { show: !model.log, lineStyle: { color: css("grid") } },
      },
      dataZoom: [
        { type: "inside", ...zoom, zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false },
        {
          type: "slider",
          ...zoom,
          height: 18,
          bottom: 12,
          showDataShadow: false,
          labelFormatter: shown,
          brushSelect: false,
          borderColor: css("line"),
          fillerColor: css("accent-soft"),
          textStyle: soft,
          handleStyle: { color: css("page"), borderColor: css("soft") },
          moveHandleStyle: { color: css("line") },
        },
      ],
      tooltip: {
        ...tooltip(),
        trigger: "axis",
        axisPointer: { type: "line", lineStyle: { color: css("soft") } },
        formatter: (at) => this.tip(at[0]?.axisValue),
      },
      series: [this.ticks(), ...this.visible().flatMap((line, i) => this.series(line, i))],
    };
    this.chart.setOption(option, { notMerge: true });
    this.chart.setOption(this.heights());
    describe(
      this.name + "-chart",
      `${model.y} against ${model.x}, ${this.visible().length} of ${model.lines.length} lines; ` +
        "arrows move, + and − zoom, 0 shows all",
    );
  }

  /** Lines across the figure at the ticks of a logarithmic scale: the library's own has decades only. */
  ticks() {
    return {
      id: "ticks",
      type: "line",
      data: this.model.log ? [[this.all[0], NaN]] : [],
      silent: true,
      markLine: {
        silent: true,
        symbol: "none",
        animation: false,
        z: 0,
        data: [],
        lineStyle: { color: css("grid"), type: "solid", width: 1 },
        label: { position: "start", color: css("soft"), distance: 8 },
      },
    };
  }

  series(line, index) {
    const points = line.points.map(([x, y]) => [x, this.place(y)]);
    const lies = (i) => Number.isFinite(points[i]?.[1]);
    const lone = points.filter((_, i) => lies(i) && !lies(i - 1) && !lies(i + 1)); // between gaps: no line shows them
    const main = {
      type: "line",
      name: line.name,
      data: points,
      showSymbol: false,
      z: 3,
      connectNulls: false,
      lineStyle: { color: line.color, type: line.dash, width: line.width ?? 1.8 },
      itemStyle: { color: line.color },
      emphasis: { disabled: true },
    };
    const all = [main];
    if (lone.length)
      all.push({
        type: "scatter",
        progressive: 0,
        name: line.name,
        data: lone,
        z: 3,
        silent: true,
        symbolSize: 4,
        itemStyle: { color: line.color },
      });
    if (line.low?.length && line.low.some((low, i) => low !== line.high[i])) all.unshift(this.band(line, index));
    if (line.ended && points.length) {
      all.push({
        type: "scatter",
        progressive: 0,
        name: line.name,
        data: [points[points.length - 1]],
        z: 4,
        silent: true,
        symbolSize: 11,
        itemStyle: { color: line.color },
        symbol: "path://M0,2 L2,0 L5,3 L8,0 L10,2 L7,5 L10,8 L8,10 L5,7 L2,10 L0,8 L3,5 Z",
      });
    }
    if (line.hollow?.length) {
      all.push({
        type: "scatter",
        progressive: 0,
        name: line.name,
        data: line.hollow.map(([x, y]) => [x, this.place(y)]),
        z: 4,
        silent: true,
        symbolSize: 6,
        itemStyle: { color: css("page"), borderColor: line.color, borderWidth: 1.4 },
      });
    }
    return all;
  }

  band(line, index) {
    return {
      type: "custom",
      id: "band" + index,
      data: [line.points[0]],
      silent: true,
      clip: true,
      z: 1,
      renderItem: (_, api) => {
        const corner = (i, value) => {
          const y = this.place(value);
          return api.coord([line.points[i][0], Number.isFinite(y) ? y : this.range()[0]]);
        };
        const points = line.points
          .map((_, i) => corner(i, line.high[i]))
          .concat(line.points.map((_, i) => corner(i, line.low[i])).reverse());
        return { type: "polygon", shape: { points }, style: { fill: line.color, opacity: 0.17 } };
      },
    };
  }

  tip(x) {
    if (x === undefined) return "";
    const rows = [];
    for (const line of this.visible()) {
      const i = nearest(line.points, x);
      if (i < 0) continue;
      const y = line.points[i][1];
      const band =
        line.low?.length && line.low[i] !== line.high[i] ? ` [${shown(line.low[i])}, ${shown(line.high[i])}]` : "";
      const count = line.counts && line.counts[i] > 1 ? `, ${line.counts[i]} runs` : "";
      rows.push([y, [line.name, (line.sign?.[i] < 0 ? "−" : "") + shown(y) + band + count, line.color]]);
    }
    rows.sort((a, b) => b[0] - a[0]);
    const more = rows.length > 14 ? [[`and ${rows.length - 14} more`, ""]] : [];
    return tip(
      `${this.model.x} ${shown(x)}`,
      rows
        .slice(0, 14)
        .map((row) => row[1])
        .concat(more),
    );
  }

  legend() {
    const box = byId(this.name + "-legend");
    const focused = [...box.children].indexOf(document.activeElement);
    const buttons = this.model.lines.map((line, index) => {
      const button = element("button", "", {
        type: "button",
        "aria-pressed": String(!this.hidden.has(line.id)),
        "data-line": index,
      });
      button.append(swatch(line), line.name);
      return button;
    });
    if (buttons.length > 2) {
      buttons.push(
        element("button", "all", { type: "button", class: "all", "data-all": "1" }),
        element("button", "none", { type: "button", class: "all", "data-all": "" }),
      );
    }
    box.replaceChildren(...buttons);
    if (focused >= 0) buttons[focused]?.focus();
  }

  toggle(button) {
    if (!button) return;
    if (button.dataset.all !== undefined) {
      this.hidden = new Set(button.dataset.all ? [] : this.model.lines.map((line) => line.id));
    } else {
      const { id } = this.model.lines[button.dataset.line];
      if (!this.hidden.delete(id)) this.hidden.add(id);
    }
    this.legend();
    this.draw();
  }

  /** The numbers that the figure shows, a row per point. */
  save() {
    const rows = [["line", this.model.x, this.model.y, "low", "high", "runs"]];
    for (const line of this.visible()) {
      line.points.forEach(([x, y], i) =>
        rows.push([
          line.name,
          x,
          (line.sign?.[i] ?? 1) * y,
          line.low?.[i] ?? "",
          line.high?.[i] ?? "",
          line.counts?.[i] ?? "",
        ]),
      );
    }
    saveCsv(this.name + ".csv", rows);
  }

  picture() {
    const link = element("a", "", { href: this.chart.getDataURL({ type: "svg" }), download: this.name + ".svg" });
    link.click();
  }
}

/** The index of the point next to x; −1 if the line is elsewhere. */
function nearest(points, x) {
  if (!points.length || x < points[0][0] || x > points[points.length - 1][0])
    return points.length === 1 && points[0][0] === x ? 0 : -1;
  let best = 0;
  for (let i = 1; i < points.length && points[i][0] - x <= Math.abs(points[best][0] - x); i++) {
    if (Math.abs(points[i][0] - x) <= Math.abs(points[best][0] - x)) best = i;
  }
  return best;
}

/** A short piece of a line as the figure draws it. */
function swatch(line) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "line");
  const dash = line.dash === "solid" ? "" : line.dash === "dotted" ? "2 3" : line.dash.join(" ");
  const marks = { x1: 0, x2: 24, y1: 5, y2: 5, stroke: line.color, "stroke-width": 2.4, "stroke-dasharray": dash };
  Object.entries(marks).forEach(([key, value]) => path.setAttribute(key, value));
  Object.entries({ width: 24, height: 10, "aria-hidden": "true" }).forEach(([key, value]) =>
    svg.setAttribute(key, value),
  );
  svg.append(path);
  return svg;
}
