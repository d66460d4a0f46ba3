// The charts: numbers come from the page itself, colours from here; without this file the tables below them remain.
"use strict";
const INK = "#33424f", LINE = "#d5dee4", DEEP = "#17415a";
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });
// A tooltip of HTML would carry inline styles, which the policy of the page forbids.
const tooltip = (formatter) => ({ renderMode: "richText", confine: true, textStyle: { color: INK }, formatter });
const axis = { axisLine: { lineStyle: { color: LINE } }, axisTick: { show: false }, axisLabel: { color: INK } };

function line(told) {
  const drawn = (name, data, style) => ({ name, data, type: "line", symbol: "none", smooth: false, ...style });
  return {
    textStyle: { fontFamily: "inherit" },
    grid: { left: 56, right: 16, top: 36, bottom: 28 },
    legend: { top: 0, left: 0, itemWidth: 22, textStyle: { color: INK } },
    tooltip: { ...tooltip((points) => [points[0].axisValue, ...points.filter((one) => one.value != null).map((one) => `${one.seriesName}: ${whole.format(one.value)}`)].join("\n")), trigger: "axis" },
    xAxis: { type: "category", data: told.days, boundaryGap: false, ...axis },
    yAxis: { type: "value", axisLabel: { color: INK, formatter: (value) => short.format(value) }, splitLine: { lineStyle: { color: "#eaeff2" } } },
    series: [
      drawn(told.names.target, told.target, { lineStyle: { color: "#8a97a3", width: 1.5, type: "dotted" }, itemStyle: { color: "#8a97a3" } }),
      drawn(told.names.expected, told.expected, { lineStyle: { color: "#1c5d82", width: 2, type: "dashed" }, itemStyle: { color: "#5f93b3" } }),
      drawn(told.names.cash, told.cash, { lineStyle: { color: DEEP, width: 3 }, itemStyle: { color: DEEP }, areaStyle: { color: "rgba(28, 93, 130, .10)" } }),
    ],
  };
}

function heat(told, place) {
  const first = Number(told.hours[0]);
  const most = Math.max(...told.enough.map((one) => one[2] ?? 0), told.rates ? 0.05 : 1);
  const at = (cells, ink) => cells.map((one) => ({ value: [one[0] - first, one[1], one[2] ?? 0], told: one, label: { color: ink(one[2] ?? 0) } }));
  const wide = place.clientWidth > 560;
  const shown = told.rates ? (value) => percent.format(value) : (value) => whole.format(value);
  const say = ({ data: { told: [hour, day, rate, part, n, low, high] } }) => [
    `${told.days[day]} ${String(hour).padStart(2, "0")}:00`,
    told.rates ? `${told.name}: ${percent.format(rate ?? 0)} (${part} / ${n})` : `${told.name}: ${whole.format(part)}`,
    ...(told.rates && n ? [`95 %: ${percent.format(low)} – ${percent.format(high)}`] : []),
  ].join("\n");
  const cells = (name, data, ink, more) => ({ name, type: "heatmap", data: at(data, ink), itemStyle: { borderColor: "#fff", borderWidth: 2, borderRadius: 3 }, emphasis: { itemStyle: { borderColor: "#f59f00" } }, ...more });
  return {
    textStyle: { fontFamily: "inherit" },
    grid: { left: 48, right: 8, top: 8, bottom: 78 },
    tooltip: tooltip(say),
    xAxis: { type: "category", data: told.hours, position: "bottom", splitArea: { show: false }, ...axis },
    yAxis: { type: "category", data: told.days, inverse: true, ...axis },
    visualMap: [
      { min: 0, max: most, seriesIndex: 0, dimension: 2, calculable: false, orient: "horizontal", left: "center", bottom: 4, itemHeight: 160, itemWidth: 12, formatter: shown, text: [shown(most), shown(0)], textStyle: { color: INK }, inRange: { color: ["#d8e9f2", "#9cc4da", "#3f86ad", "#17415a"] } },
      { type: "piecewise", show: false, seriesIndex: 1, dimension: 2, pieces: [{ gte: 0, color: "#eceff1" }] },
    ],
    series: [
      cells(told.name, told.enough, (value) => (value > most * 0.45 ? "#fff" : INK), { label: { show: wide, fontSize: 10, formatter: ({ data }) => shown(data.told[2] ?? 0) } }),
      cells(told.few_name, told.few, () => "#5b6670", { label: { show: wide, fontSize: 10, formatter: ({ data }) => String(data.told[4]) } }),
    ],
  };
}

const KINDS = { line, heat };

function draw(place) {
  if (place.dataset.drawn || typeof echarts === "undefined") return;
  const told = document.getElementById(place.dataset.from);
  if (!told) return;
  place.dataset.drawn = "1";
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const numbers = JSON.parse(told.textContent);
  const show = () => { chart.resize(); chart.setOption({ animation: false, ...KINDS[place.dataset.chart](numbers, place) }); };
  show();
  new ResizeObserver(show).observe(place);
}

const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
drawAll(document);
document.addEventListener("htmx:load", (event) => { if (event.target.querySelectorAll) drawAll(event.target.parentElement || document); });
