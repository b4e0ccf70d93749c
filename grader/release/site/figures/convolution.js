/**
 * Convolution arithmetic: which cells a window reads at each step, how many steps there are, and the same picture read the
 * other way, which is a transposed convolution.
 *
 * The longer row is called wide (padded inputs, or outputs before cropping), the shorter one narrow (outputs, or inputs).
 */

import {
  below,
  canvas,
  cell,
  choice,
  clamp,
  frame,
  glide,
  inPageLanguage,
  key,
  label,
  lines,
  range,
  slider,
  stepper,
  svg,
} from "./lab.js";
import { texts } from "./convolution.text.js";

/**
 * The geometry of one dimension, as torch has it.
 *
 * @param setting `{ transposed, i, k, s, p, d, extra }`: input, kernel, stride, padding, dilation, `output_padding`.
 * @returns `{ span, size, wide, narrow, from, to }`: what the window spans, the output's size by torch's formula (torch
 *   raises an error where it is below 1), the cells of both rows, and where the wide row's real cells begin and end.
 */
export function geometry({ transposed, i, k, s, p, d, extra }) {
  const span = d * (k - 1) + 1;
  if (!transposed) {
    const wide = i + 2 * p;
    const size = Math.floor((wide - span) / s) + 1;
    return { span, size, wide, narrow: Math.max(0, size), from: p, to: p + i };
  }
  const full = (i - 1) * s + span;
  const size = full - 2 * p + extra;
  return { span, size, wide: Math.max(full, p + size), narrow: i, from: p, to: p + Math.max(0, size) };
}

/** The cells of the wide row that the kernel lies on at a step. */
export const taps = ({ k, s, d }, step) => range(k).map((tap) => step * s + tap * d);

/** For each cell of the wide row, at how many steps the kernel lies on it. */
export function touches(setting) {
  const { wide, narrow } = geometry(setting);
  const counts = Array(wide).fill(0);
  for (const step of range(narrow)) for (const place of taps(setting, step)) counts[place] += 1;
  return counts;
}

/** How many products meet in each of the `s` outputs of a period, far from the ends of a transposed convolution. */
export function period({ k, s, d }) {
  const counts = Array(s).fill(0);
  for (const tap of range(k)) counts[(tap * d) % s] += 1;
  return counts;
}

/** How many cells at the end of the padded input belong to no window. */
export const leftOver = (setting) => {
  const { wide, span } = geometry(setting);
  return wide < span ? 0 : (wide - span) % setting.s;
};

const PRESETS = {
  row: { i: 7, k: 3, s: 2, p: 0, d: 1 },
  plane: { i: 5, k: 3, s: 1, p: 1, d: 1, plane: true },
  transposed: { i: 4, k: 3, s: 2, p: 0, d: 1, transposed: true },
};
const MOST = { plain: 10, transposed: 6 };

/** Build the figure in `host`; a preset is `row`, `plane` or `transposed`. */
export default function convolution(host, preset) {
  const text = inPageLanguage(texts);
  const begin = PRESETS[preset] ?? PRESETS.row;
  let [steps, last] = [1, null];
  const changed = () => view.update();
  const number = (name, low, high, value) => slider({ name, low, high, value, changed });
  const kind = choice({
    name: text.kind,
    options: text.kinds,
    value: begin.transposed ? "transposed" : "plain",
    changed,
  });
  const shape = choice({ name: text.shape, options: text.shapes, value: begin.plane ? "plane" : "row", changed });
  const [i, k] = [number(text.input, 1, MOST.plain, begin.i), number(text.kernel, 1, 5, begin.k)];
  const [s, p, d] = [
    number(text.stride, 1, 4, begin.s),
    number(text.padding, 0, 3, begin.p),
    number(text.dilation, 1, 3, begin.d),
  ];
  const extra = number("output_padding", 0, 0, 0);
  const step = stepper({ name: text.step, back: text.back, on: text.on, said: (at) => text.place(at, steps), changed });

  const view = frame(
    host,
    { title: text.title, first: text.first[preset] ?? text.first.row },
    [[kind, shape], [i, k, s, p, d, extra], [step]],
    (width) => {
      const now = { transposed: kind.value === "transposed", plane: shape.value === "plane" };
      i.bounds(1, now.transposed ? MOST.transposed : MOST.plain);
      extra.node.hidden = !now.transposed;
      extra.bounds(0, now.transposed ? Math.max(s.value, d.value) - 1 : 0);
      Object.assign(now, { i: i.value, k: k.value, s: s.value, p: p.value, d: d.value, extra: extra.value });
      const plan = { ...now, ...geometry(now) };
      steps = Math.max(1, now.plane ? plan.narrow ** 2 : plan.narrow);
      step.bounds(0, steps - 1);
      step.value = clamp(step.value, 0, steps - 1);
      plan.step = step.value;
      plan.counts = touches(now);
      const said = spoken(plan, text);
      const { picture, window } = (now.plane ? planes : rows)(plan, width, text, said);
      const moved = last && last.plane === now.plane && last.size === plan.size && last.at !== plan.step;
      if (moved) glide(window.node, window.x - last.x, window.y - last.y);
      last = { ...window, plane: now.plane, size: plan.size, at: plan.step };
      follow(view.stage, window);
      return { picture, said, formula: lines(text.formula(plan), call(plan)), legend: legend(plan, text) };
    },
  );
}

/** Keep the window in sight where the picture is wider than the page. */
function follow(stage, { x, extent }) {
  requestAnimationFrame(() => {
    const wanted = x + extent / 2 - stage.clientWidth / 2;
    if (stage.scrollWidth > stage.clientWidth) stage.scrollLeft = wanted;
  });
}

/** The layer, as torch is told of it, and the shapes that it makes of each other. */
function call({ transposed, plane, i, k, s, p, d, extra, size }) {
  const layer = `nn.Conv${transposed ? "Transpose" : ""}${plane ? 2 : 1}d`;
  const given = [
    ["stride", s, 1],
    ["padding", p, 0],
    ["output_padding", extra, 0],
    ["dilation", d, 1],
  ];
  const more = given.filter(([, value, usual]) => value !== usual).map(([name, value]) => `, ${name}=${value}`);
  const shape = (n) => `(1, 1, ${plane ? `${n}, ${n}` : n})`;
  return `${layer}(1, 1, ${k}${more.join("")}): ${shape(i)} → ${size < 1 ? "RuntimeError" : shape(size)}`;
}

function spoken(plan, text) {
  if (plan.size < 1) return text.impossible(plan);
  const places = (step) =>
    taps(plan, step).map((place) => (place < plan.from || place >= plan.to ? null : place - plan.from));
  const unread = range(plan.to - plan.from).filter((index) => plan.counts[plan.from + index] === 0);
  const rest = plan.transposed ? text.sums(plan, period(plan), unread) : text.reads(plan, leftOver(plan), unread);
  if (!plan.plane) return text.atStep(plan, places(plan.step)) + text.gap + rest;
  const [row, column] = [Math.floor(plan.step / plan.narrow), plan.step % plan.narrow];
  return text.atPlace(plan, [row, column], [places(row), places(column)]) + text.gap + rest;
}

function legend({ transposed, plane, p }, text) {
  const looks = transposed
    ? [
        ["input now", text.nowInput],
        ["output tap", text.stamp],
        ["output", text.output],
      ]
    : [
        ["input", text.inputCell],
        ["input tap", text.tap],
        ["output now", text.nowOutput],
      ];
  if (!plane) looks.push(["weight", text.weight, "w"]);
  if (p) looks.push(["padding", transposed ? text.cut : text.padded, transposed || plane ? "" : "0"]);
  looks.push(["unused", transposed ? text.unreached : text.unread]);
  looks.push(["bare", transposed ? text.sum : text.count, "2"]);
  return looks.map(([look, words, inside]) => key(cell(0, 0, 22, look, inside), words));
}

/** The look of a cell of the wide row or plane; `on` says whether the kernel lies on it. */
function look({ transposed }, inside, on, count) {
  const kind = !inside ? "padding" : transposed ? "output" : "input";
  return [kind, on && "tap", !count && inside && "unused"].filter(Boolean).join(" ");
}

/** One dimension: both rows, the weights between them, and above or below a cell how often it is met. */
function rows(plan, width, text, said) {
  const { transposed, wide, narrow, span, from, to, s, step, counts } = plan;
  const cells = Math.max(wide, span);
  const side = clamp(Math.floor((width - 6) / cells), 22, 40);
  const across = Math.max(width, cells * side + 6);
  const x = (place) => (across - cells * side) / 2 + place * side;
  const centre = (at) => x(at * s + span / 2);
  // The lines from above; a transposed convolution has them the other way around.
  const top = transposed
    ? {
        narrowText: 10,
        narrow: 24,
        weights: 24 + side + 34,
        wide: 30 + 2 * side + 34,
        counts: 40 + 3 * side + 34,
        wideText: 62 + 3 * side + 34,
      }
    : {
        wideText: 10,
        counts: 32,
        wide: 42,
        weights: 48 + side,
        narrow: 48 + 2 * side + 34,
        narrowText: 62 + 3 * side + 34,
      };
  const picture = canvas(across, Math.max(...Object.values(top)) + 14, said);
  const on = plan.size < 1 ? [] : taps(plan, step);
  for (const place of range(wide)) {
    const inside = place >= from && place < to;
    const name = inside ? `${transposed ? "y" : "x"}${below(place - from)}` : transposed ? "" : "0";
    picture.append(cell(x(place), top.wide, side, look(plan, inside, on.includes(place), counts[place]), name));
    if (inside || !transposed)
      picture.append(
        label(x(place + 0.5), top.counts, counts[place], { class: inside && !counts[place] ? "count none" : "count" }),
      );
  }
  const first = plan.size < 1 ? 0 : step * s;
  const moving = svg("g", { class: "moving" });
  const high = 2 * side + 12;
  moving.append(
    svg("rect", {
      class: "window",
      x: x(first) - 1,
      y: Math.min(top.wide, top.weights) - 3,
      width: span * side + 2,
      height: high,
      rx: 5,
    }),
  );
  const meets = transposed ? top.narrow + side : top.narrow;
  for (const [tap, place] of taps(plan, plan.size < 1 ? 0 : step).entries()) {
    const edge = transposed ? top.weights : top.weights + side;
    if (plan.size > 0)
      moving.append(svg("line", { class: "link", x1: x(place + 0.5), y1: edge, x2: centre(step), y2: meets }));
    moving.append(cell(x(place), top.weights, side, "weight", `w${below(tap)}`));
  }
  for (const at of range(narrow)) {
    const kind = transposed ? "input" : "output";
    const name = `${transposed ? "x" : "y"}${below(at)}`;
    picture.append(
      cell(centre(at) - side / 2, top.narrow, side, at === step && plan.size > 0 ? `${kind} now` : kind, name),
    );
  }
  picture.append(
    moving,
    label(across / 2, top.wideText, text.wide(plan)),
    label(across / 2, top.narrowText, text.narrow(plan)),
  );
  return { picture, window: { node: moving, x: x(first), y: 0, extent: span * side } };
}

/** Two dimensions: both planes side by side, or one above the other on a narrow page; numbers say how often a cell is met. */
function planes(plan, width, text, said) {
  const { transposed, wide, narrow, span, from, to, s, step, counts } = plan;
  const cells = Math.max(wide, span);
  const beside = width >= 460;
  const gap = 44;
  const room = beside ? (width - gap - 6) / (cells + Math.max(narrow, 1)) : (width - 6) / cells;
  const side = clamp(Math.floor(room), 14, 30);
  const [large, small] = [cells * side, narrow * side];
  const across = Math.max(width, 6 + (beside ? large + gap + small : large));
  const start = (across - (beside ? large + gap + small : large)) / 2;
  const head = 24;
  // The input comes first: the narrow plane of a transposed convolution, the wide one otherwise.
  const wideAt = transposed ? (beside ? [start + small + gap, head] : [start, head + small + gap]) : [start, head];
  const middle = beside ? head + Math.max(0, (large - small) / 2) : head + (transposed ? 0 : large + gap);
  const narrowAt = [beside ? (transposed ? start : start + large + gap) : (across - small) / 2, middle];
  const picture = canvas(across, beside ? head + large + 4 : head + large + small + gap + 4, said);
  const [row, column] = plan.size < 1 ? [0, 0] : [Math.floor(step / narrow), step % narrow];
  const [down, right] = [row, column].map((at) => (plan.size < 1 ? [] : taps(plan, at)));
  const real = (place) => place >= from && place < to;
  for (const y of range(wide)) {
    for (const x of range(wide)) {
      const [inside, count] = [real(y) && real(x), counts[y] * counts[x]];
      const kind = look(plan, inside, down.includes(y) && right.includes(x), count);
      const name = side < 16 || (transposed && !inside) ? "" : count;
      picture.append(cell(wideAt[0] + x * side, wideAt[1] + y * side, side, kind, name));
    }
  }
  for (const y of range(narrow)) {
    for (const x of range(narrow)) {
      const kind = `${transposed ? "input" : "output"}${y === row && x === column && plan.size > 0 ? " now" : ""}`;
      picture.append(cell(narrowAt[0] + x * side, narrowAt[1] + y * side, side, kind));
    }
  }
  const [x, y] = [wideAt[0] + column * s * side, wideAt[1] + row * s * side];
  const window = svg("rect", {
    class: "window",
    x: x - 1,
    y: y - 1,
    width: span * side + 2,
    height: span * side + 2,
    rx: 4,
  });
  const centred = { class: "count" };
  picture.append(window, label(wideAt[0] + large / 2, wideAt[1] - 13, text.widePlane(plan), centred));
  picture.append(label(narrowAt[0] + small / 2, narrowAt[1] - 13, text.narrowPlane(plan), centred));
  return { picture, window: { node: window, x, y, extent: span * side } };
}
