/**
 * Which keys a query reads: the weights of one head, under a causal mask and with padding, and what goes wrong without the
 * root or with a mask that comes too late.
 */

import {
  canvas,
  cell,
  choice,
  clamp,
  frame,
  inPageLanguage,
  key,
  label,
  lines,
  range,
  slider,
  stepper,
  svg,
} from "./lab.js";
import { texts } from "./attention.text.js";

export const LENGTH = 5;
export const SIZES = [2, 8, 32, 128];

/** Queries and keys of a head of `d` features, the same ones each time: independent normal numbers of variance 1. */
export function vectors(d) {
  let state = 12;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const rows = () => range(LENGTH).map(() => range(d).map(normal));
  return { queries: rows(), keys: rows() };
}

/** Whether a query may read a key. */
export function allowed({ causal, padding }, query, each) {
  const padded = padding === "end" ? each >= LENGTH - 2 : padding === "start" && each < 1;
  return !padded && !(causal && each > query);
}

/** The products of queries and keys, divided by the root of their size if `scaled`. */
export function scores({ d, scaled }) {
  const { queries, keys } = vectors(d);
  const dot = (one, other) => one.reduce((sum, each, place) => sum + each * other[place], 0);
  return queries.map((one) => keys.map((other) => dot(one, other) / (scaled ? Math.sqrt(d) : 1)));
}

/** The softmax of a row, in which −∞ has no weight; NaN where nothing else is there. */
export function softmax(row) {
  const most = Math.max(...row);
  const powers = row.map((score) => Math.exp(score - most));
  const sum = powers.reduce((sofar, each) => sofar + each, 0);
  return powers.map((power) => power / sum);
}

/** The weights: forbidden scores are −∞ before the softmax, or, as one should not, forbidden weights 0 after it if `late`. */
export function weights(setting) {
  return scores(setting).map((row, query) => {
    const open = row.map((_, each) => allowed(setting, query, each));
    if (setting.late) return softmax(row).map((weight, each) => (open[each] ? weight : 0));
    return softmax(row.map((score, each) => (open[each] ? score : -Infinity)));
  });
}

/** Build the figure in `host`. */
export default function attention(host) {
  const text = inPageLanguage(texts);
  const changed = () => view.update();
  const mask = choice({ name: text.mask, options: text.masks, value: "none", changed });
  const padding = choice({ name: text.padding, options: text.paddings, value: "none", changed });
  const when = choice({ name: text.when, options: text.whens, value: "before", changed });
  const scale = choice({ name: text.scale, options: text.scales, value: "root", changed });
  const size = slider({
    name: text.size,
    low: 0,
    high: SIZES.length - 1,
    value: 1,
    said: (at) => `d = ${SIZES[at]}`,
    wide: true,
    changed,
  });
  const query = stepper({
    name: text.which,
    back: text.back,
    on: text.on,
    said: (at) => text.place(at, LENGTH),
    changed,
  });
  query.bounds(0, LENGTH - 1);
  query.value = 2;

  const view = frame(host, text, [[mask, padding], [when, scale], [size], [query]], (width) => {
    const setting = {
      causal: mask.value === "causal",
      padding: padding.value,
      late: when.value === "after",
      scaled: scale.value === "root",
      d: SIZES[size.value],
    };
    const plan = { ...setting, query: query.value, scores: scores(setting), weights: weights(setting) };
    plan.open = range(LENGTH).map((row) => range(LENGTH).map((each) => allowed(setting, row, each)));
    plan.sums = plan.weights.map((row) => row.reduce((sum, each) => sum + each, 0));
    const said = text.reads(plan) + text.gap + text.note(plan);
    const legend = [
      key(level(0, 0, 22, 0.6, ""), text.weight),
      key(cell(0, 0, 22, "hidden unused"), text.hidden),
      key(svg("rect", { class: "window", x: 2, y: 5, width: 18, height: 12, rx: 3 }), text.chosen),
      key(label(11, 11, "Σ"), text.sum),
    ];
    const formula = lines(text.formula(plan), ...masks(plan));
    return { picture: draw(plan, width, text, said, query.choose), said, formula, legend };
  });
}

/** The masks as `nn.MultiheadAttention` takes them. */
function masks({ causal, padding, open }) {
  const hidden = padding === "end" ? [0, 0, 0, 1, 1] : [1, 0, 0, 0, 0];
  const found = [];
  if (causal) found.push(`attn_mask = torch.ones(${LENGTH}, ${LENGTH}, dtype=torch.bool).triu(1)  # True forbids`);
  if (padding !== "none")
    found.push(`key_padding_mask = torch.tensor([[${hidden.map((each) => (each ? "True" : "False")).join(", ")}]])`);
  return open.flat().every(Boolean) ? ["attn_mask=None, key_padding_mask=None"] : found;
}

/** A weight in words, beside a bar that is as high as it is large. */
function level(x, y, side, weight, text) {
  const group = svg("g", { class: "cell level" });
  group.append(svg("rect", { x: x + 1.5, y: y + 1.5, width: side - 3, height: side - 3, rx: 2 }));
  const high = (side - 5) * weight;
  group.append(svg("rect", { class: "bar", x: x + 2.5, y: y + side - 2.5 - high, width: 5, height: high }));
  if (text !== "") group.append(label(x + side / 2 + 2.5, y + side / 2, text));
  return group;
}

export const shown = (weight) => (Number.isNaN(weight) ? "nan" : weight.toFixed(2));

function draw(plan, width, text, said, choose) {
  const [edge, head, sum] = [62, 22, 40];
  const side = clamp(Math.floor((width - edge - sum - 4) / LENGTH), 32, 52);
  const left = edge + Math.max(0, (width - edge - sum - LENGTH * side - 4) / 2);
  const picture = canvas(Math.max(width, left + LENGTH * side + sum), head + LENGTH * side + 66, said, {
    class: "weights",
  });
  const [x, y] = [(each) => left + each * side, (row) => head + row * side];
  const tight = side < 44;
  if (tight) picture.append(label(left - 6, head / 2, text.key, { "text-anchor": "end" }));
  for (const each of range(LENGTH))
    picture.append(label(x(each + 0.5), head / 2, tight ? each : `${text.key} ${each}`));
  picture.append(label(x(LENGTH) + sum / 2, head / 2, "Σ"));
  for (const row of range(LENGTH)) {
    const group = svg("g", { class: row === plan.query ? "row now" : "row" });
    group.append(label(left - 6, y(row + 0.5), `${text.query} ${row}`, { "text-anchor": "end" }));
    for (const each of range(LENGTH)) {
      const [open, weight] = [plan.open[row][each], plan.weights[row][each]];
      group.append(
        open ? level(x(each), y(row), side, weight, shown(weight)) : cell(x(each), y(row), side, "hidden unused"),
      );
    }
    const whole = Math.abs(plan.sums[row] - 1) < 1e-9;
    group.append(
      label(x(LENGTH) + sum / 2, y(row + 0.5), whole ? "1" : shown(plan.sums[row]), {
        class: whole ? "total" : "total off",
      }),
    );
    group.addEventListener("click", () => choose(row));
    picture.append(group);
  }
  picture.append(
    svg("rect", {
      class: "window",
      x: x(0) - 2,
      y: y(plan.query) - 1,
      width: LENGTH * side + 4,
      height: side + 2,
      rx: 5,
    }),
  );
  // The scores of the query chosen, below their keys.
  const foot = head + LENGTH * side;
  const written = plan.scores[plan.query].map((score, each) =>
    plan.open[plan.query][each] || plan.late ? score.toFixed(tight ? 1 : 2).replace("-", "−") : "−∞",
  );
  picture.append(label(left + (LENGTH * side) / 2, foot + 20, text.scores(plan)));
  for (const [each, score] of written.entries())
    picture.append(label(x(each + 0.5), foot + 44, score, { class: "score" }));
  return picture;
}
