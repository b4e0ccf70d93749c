/**
 * Upsampling in one dimension: where each output lies among the inputs, and which of them it takes in what shares.
 *
 * Places are torch's: input `a` has its centre at `a`, so that its cell reaches from `a - 1/2` to `a + 1/2`.
 */

import {
  below,
  canvas,
  choice,
  clamp,
  frame,
  html,
  inPageLanguage,
  key,
  label,
  lines,
  range,
  signed,
  slider,
  stepper,
  svg,
} from "./lab.js";
import { texts } from "./upsampling.text.js";

/** How many steps of the input one step of the output is; linear modes copy where the size stays the same. */
const stepOf = ({ mode, n, factor }) => (mode === "half" && sizeOf(n, factor) === n ? 1 : 1 / factor);

/** The number of outputs that a scale factor makes of `n` inputs. */
export const sizeOf = (n, factor) => Math.floor(n * factor);

/**
 * Where an output lies and what it takes, as torch computes it from a scale factor.
 *
 * @param setting `{ mode, n, factor }`; the mode is `nearest`, `nearest-exact`, `half` (linear) or `corners` (linear with
 *   `align_corners=True`).
 * @returns `{ place, shares }`: the place before it is clamped to the inputs, and pairs of an input and its share.
 */
export function source({ mode, n, factor }, output) {
  const [size, step] = [sizeOf(n, factor), 1 / factor];
  if (mode === "nearest") return only(output * step - 0.5, Math.floor(output * step), n);
  if (mode === "nearest-exact") return only((output + 0.5) * step - 0.5, Math.floor((output + 0.5) * step), n);
  if (size === n) return only(output, output, n);
  const place = mode === "corners" ? (size > 1 ? (output * (n - 1)) / (size - 1) : 0) : (output + 0.5) * step - 0.5;
  const x = Math.max(0, place);
  const low = Math.min(Math.floor(x), n - 1);
  const high = Math.min(low + 1, n - 1);
  const share = Math.min(x - low, 1);
  const shares =
    low === high
      ? [[low, 1]]
      : [
          [low, 1 - share],
          [high, share],
        ];
  return { place, shares: shares.filter(([, each]) => each > 0) };
}

const only = (place, index, n) => ({ place, shares: [[Math.min(index, n - 1), 1]] });

/** The inputs that no output takes anything of. */
export function ignored(setting) {
  const taken = new Set(
    range(sizeOf(setting.n, setting.factor)).flatMap((output) =>
      source(setting, output).shares.map(([index]) => index),
    ),
  );
  return range(setting.n).filter((index) => !taken.has(index));
}

export const VALUES = [1, 3, 0.5, 2, 2.5, 0.8];
const valueOf = ({ shares }) => shares.reduce((sum, [index, share]) => sum + share * VALUES[index], 0);

/** Build the figure in `host`; a preset is the mode that it begins with. */
export default function upsampling(host, preset) {
  const text = inPageLanguage(texts);
  let size = 1;
  const changed = () => view.update();
  const mode = choice({
    name: text.mode,
    options: text.modes,
    value: text.modes.some(([each]) => each === preset) ? preset : "half",
    changed,
  });
  const n = slider({ name: text.inputs, low: 2, high: VALUES.length, value: 4, changed });
  const factor = slider({ name: "scale_factor", low: 0.5, high: 4, step: 0.25, value: 2, changed });
  const output = stepper({
    name: text.output,
    back: text.back,
    on: text.on,
    said: (at) => text.place(at, size),
    changed,
  });

  const view = frame(host, text, [[mode], [n, factor], [output]], (width) => {
    const setting = { mode: mode.value, n: n.value, factor: factor.value };
    size = sizeOf(setting.n, setting.factor);
    output.bounds(0, size - 1);
    output.value = clamp(output.value, 0, size - 1);
    const plan = { ...setting, size, output: output.value, step: stepOf(setting), ...source(setting, output.value) };
    plan.value = valueOf(plan);
    plan.covered = size * plan.step;
    plan.ignored = ignored(setting);
    const said = text.takes(plan) + text.gap + text.notes(plan);
    const legend = [
      key(dot(11, 11), text.inputDot),
      key(square(11, 11, 3.5, "mark"), text.outputMark),
      key(square(11, 11, 6.5, "mark now"), text.chosen),
      key(line("edge", 11, 1, 11, 21), plan.mode === "corners" ? text.corners : text.edges),
    ];
    const formula = [...lines(text.formula(plan), call(plan)), html("p", {}, text.images)];
    return { picture: draw(plan, width, said, output.choose), said, formula, legend };
  });
}

function call({ mode, n, factor, size }) {
  const kind = mode === "half" || mode === "corners" ? "linear" : mode;
  const corners = kind === "linear" ? `, align_corners=${mode === "corners" ? "True" : "False"}` : "";
  return `nn.Upsample(scale_factor=${factor}, mode="${kind}"${corners}): (1, 1, ${n}) → (1, 1, ${size})`;
}

const square = (x, y, half, look) =>
  svg("rect", { class: look, x: x - half, y: y - half, width: 2 * half, height: 2 * half });
const line = (look, x1, y1, x2, y2, more = {}) => svg("line", { class: look, x1, y1, x2, y2, ...more });
const dot = (cx, cy) => svg("circle", { class: "dot", cx, cy, r: 5.5 });

/** The values above, the inputs below them, and the outputs where they lie; every place has the same x in all three. */
function draw(plan, width, said, choose) {
  const { n, size, mode, output, shares } = plan;
  const unit = clamp((width - 24) / n, 40, 110);
  const left = (width - n * unit) / 2;
  const x = (place) => left + (place + 0.5) * unit;
  const rows = { top: 14, zero: 118, inputs: 132, high: 34, outputs: 236 };
  const y = (value) => rows.zero - (value * (rows.zero - rows.top)) / 3;
  const picture = canvas(width, rows.outputs + rows.high + 30, said, { class: "samples" });
  const sampled = range(size).map((each) => ({ each, ...source(plan, each) }));

  // What coincides: the outer edges of the cells, or the centres of the outermost ones.
  const ends =
    mode === "corners" ? [0, ...(size > 1 ? [n - 1] : [])] : [-0.5, ...(plan.covered === n ? [n - 0.5] : [])];
  for (const end of ends) picture.append(line("edge", x(end), rows.inputs - 6, x(end), rows.outputs + rows.high + 6));
  picture.append(
    line("axis", x(-0.5), rows.zero, x(n - 0.5), rows.zero),
    svg("path", { class: "curve", d: curve(plan, x, y) }),
  );
  for (const index of range(n)) {
    const taken = shares.some(([each]) => each === index);
    picture.append(line("stem", x(index), rows.zero, x(index), y(VALUES[index])));
    picture.append(dot(x(index), y(VALUES[index])));
    const box = svg("g", { class: `cell input${taken ? " tap" : ""}` });
    box.append(svg("rect", { x: x(index - 0.5) + 1.5, y: rows.inputs, width: unit - 3, height: rows.high, rx: 2 }));
    picture.append(
      box,
      label(x(index), rows.inputs + rows.high / 2, `in${below(index)}${unit < 62 ? "" : ` = ${VALUES[index]}`}`),
    );
  }
  const inside = (place) => clamp(place, 0, n - 1);
  for (const { each, place, ...rest } of sampled) {
    const now = each === output;
    const kept = mode.startsWith("nearest") ? place : inside(place);
    if (!now) picture.append(square(x(kept), y(valueOf(rest)), 3.5, "mark"));
    picture.append(outputCell(plan, each, place, x, rows, unit, () => choose(each)));
  }
  const [foot, edge] = [rows.outputs, rows.inputs + rows.high];
  for (const [index, share] of shares) {
    picture.append(line("link", x(plan.place), foot, x(index), edge, { style: `stroke-width: ${1.5 + 4 * share}px` }));
  }
  // The labels come last, so that no line runs through them; where there is no room side by side, one stands lower.
  for (const [turn, [index, share]] of shares.entries()) {
    const at = unit < 70 ? [0.8, 0.4][turn] : 0.65;
    picture.append(
      label(x(plan.place) + (x(index) - x(plan.place)) * at, foot + (edge - foot) * at, signed(share), {
        class: "share",
      }),
    );
  }
  picture.append(
    square(x(mode.startsWith("nearest") ? plan.place : inside(plan.place)), y(plan.value), 6.5, "mark now"),
  );
  picture.append(
    label(clamp(x(plan.place), 56, width - 56), foot + rows.high + 18, `y${below(output)}: ${where(plan)}`),
  );
  return picture;
}

/** Where an output reads, in the terms of its mode's formula. */
function where({ mode, place }) {
  if (mode === "nearest") return `i·s = ${signed(place + 0.5)}`;
  return mode === "nearest-exact" ? `(i + ½)·s = ${signed(place + 0.5)}` : `x = ${signed(place)}`;
}

/** An output where it lies: a cell as wide as a step, or a point where corners are aligned. */
function outputCell({ mode, n, output, step, size }, each, place, x, rows, unit, chosen) {
  const group = svg("g", { class: each === output ? "cell output now" : "cell output" });
  const middle = rows.outputs + rows.high / 2;
  const wide = mode === "corners" ? (unit * (n - 1)) / Math.max(size - 1, 1) : step * unit;
  const centre = mode === "corners" ? x(place) : x((each + 0.5) * step - 0.5);
  if (mode === "corners") group.append(svg("circle", { cx: centre, cy: middle, r: clamp(wide * 0.42, 4, 13) }));
  else
    group.append(svg("rect", { x: centre - wide / 2 + 1, y: rows.outputs, width: wide - 2, height: rows.high, rx: 2 }));
  if (wide >= 20) group.append(label(centre, middle, wide < 26 ? each : `y${below(each)}`));
  group.addEventListener("click", chosen);
  return group;
}

/** What every place between the first and the last edge would get. */
function curve({ mode, n }, x, y) {
  if (mode.startsWith("nearest")) {
    return range(n)
      .map((index) => `${index ? "L" : "M"}${x(index - 0.5)} ${y(VALUES[index])}L${x(index + 0.5)} ${y(VALUES[index])}`)
      .join("");
  }
  const points = range(n)
    .map((index) => `L${x(index)} ${y(VALUES[index])}`)
    .join("");
  return `M${x(-0.5)} ${y(VALUES[0])}${points}L${x(n - 0.5)} ${y(VALUES[n - 1])}`;
}
