/**
 * Which cells of a block share a mean: BatchNorm, LayerNorm, RMSNorm, GroupNorm and InstanceNorm on one picture.
 */

import { canvas, cell, choice, clamp, frame, inPageLanguage, key, label, lines, range, slider } from "./lab.js";
import { texts } from "./normalization.text.js";

export const product = (numbers) => numbers.reduce((sofar, each) => sofar * each, 1);

/**
 * What is the same for all cells that share statistics with a cell, and differs between those that do not.
 *
 * @param setting `{ layer, shape, groups, last }`: `layer` as torch calls it, without the number of dimensions; `groups` is of
 *   GroupNorm, and `last`, how many axes `normalized_shape` has, of LayerNorm and RMSNorm.
 */
export function shared({ layer, shape, groups, last }, index) {
  if (layer === "BatchNorm") return [index[1]];
  if (layer === "InstanceNorm") return index.slice(0, 2);
  if (layer === "GroupNorm") return [index[0], Math.floor((index[1] * groups) / shape[1])];
  return index.slice(0, shape.length - last);
}

/** The shape of the statistics with reduced axes kept; GroupNorm's are those of its input as `(N, G, n)`. */
export function statistics({ layer, shape, groups, last }) {
  if (layer === "BatchNorm") return shape.map((size, axis) => (axis === 1 ? size : 1));
  if (layer === "InstanceNorm") return shape.map((size, axis) => (axis < 2 ? size : 1));
  if (layer === "GroupNorm") return [shape[0], groups, 1];
  return shape.map((size, axis) => (axis < shape.length - last ? size : 1));
}

/** How many values one mean is taken over. */
export const count = (setting) => product(setting.shape) / product(statistics(setting));

/** The shape of the scale (and of the shift, except RMSNorm's), as torch stores it; null where there is none unless asked for. */
export function parameters({ layer, shape, last }) {
  if (layer === "InstanceNorm") return null;
  return layer === "BatchNorm" || layer === "GroupNorm" ? [shape[1]] : shape.slice(shape.length - last);
}

/** Whether torch raises an error in training, or has no such layer: where a single value would have to make a variance. */
export function refused({ layer, shape, ...more }) {
  const alone = count({ layer, shape, ...more }) === 1;
  if (layer === "InstanceNorm") return alone || shape.length === 2;
  return alone && (layer === "BatchNorm" || (layer === "GroupNorm" && shape[0] === 1));
}

/** All indices of a shape, in order. */
export const indices = (shape) =>
  shape.reduce((sofar, size) => sofar.flatMap((index) => range(size).map((each) => [...index, each])), [[]]);

const LAYERS = ["BatchNorm", "LayerNorm", "RMSNorm", "GroupNorm", "InstanceNorm"];
// The axes that go down the page, those that go across it, outer ones first, and the sizes after the batch.
const DATA = {
  image: { axes: "NCHW", down: [0, 2], across: [1, 3], rest: [4, 3, 2] },
  sequence: { axes: "NCL", down: [1], across: [0, 2], rest: [4, 3] },
  words: { axes: "NLE", down: [1], across: [0, 2], rest: [4, 3] },
  table: { axes: "NC", down: [0], across: [1], rest: [4] },
};
const PRESETS = { BatchNorm: "image", LayerNorm: "words", RMSNorm: "words", GroupNorm: "image", InstanceNorm: "image" };
const divisors = (number) => range(number + 1).filter((each) => each && number % each === 0);
const same = (one, other) => one.every((each, place) => each === other[place]);

/** Build the figure in `host`; a preset is the layer that it begins with. */
export default function normalization(host, preset) {
  const text = inPageLanguage(texts);
  const begin = preset in PRESETS ? preset : "BatchNorm";
  const changed = () => view.update();
  const layer = choice({ name: text.layer, options: LAYERS.map((each) => [each, each]), value: begin, changed });
  const data = choice({ name: text.data, options: text.datas, value: PRESETS[begin], changed });
  const batch = slider({ name: text.batch, low: 1, high: 3, value: 2, changed });
  const groups = slider({
    name: text.groups,
    low: 0,
    high: 2,
    value: 1,
    said: (at) => `G = ${divisors(4)[at]}`,
    changed,
  });
  let [shape, kind, at] = [[], "", null];
  const lastly = (count) => `(${shape.slice(shape.length - count).join(", ")}${count === 1 ? "," : ""})`;
  const last = slider({ name: "normalized_shape", low: 1, high: 1, value: 1, said: lastly, wide: true, changed });

  const view = frame(
    host,
    { title: text.title, first: text.first[begin] },
    [[layer], [data], [batch, groups, last], []],
    (width) => {
      const { axes, rest } = DATA[data.value];
      shape = [batch.value, ...rest];
      last.bounds(1, rest.length);
      if (kind !== data.value) {
        [kind, at] = [data.value, shape.map(() => 0)];
        last.value = kind === "image" ? rest.length : 1;
      }
      at = at.map((each, axis) => Math.min(each, shape[axis] - 1));
      last.value = clamp(last.value, 1, rest.length);
      const setting = { layer: layer.value, shape, groups: divisors(shape[1])[groups.value], last: last.value };
      groups.node.hidden = setting.layer !== "GroupNorm";
      last.node.hidden = setting.layer !== "LayerNorm" && setting.layer !== "RMSNorm";
      const plan = {
        ...setting,
        axes,
        kind,
        at,
        n: count(setting),
        means: product(statistics(setting)),
        statistics: statistics(setting),
        parameters: parameters(setting),
      };
      const positionless = plan.layer === "InstanceNorm" && kind === "table";
      plan.refused = refused(setting);
      const said = text.shares(plan) + text.gap + text.note(plan);
      const formula = positionless ? [] : lines(text.formula(plan), made(plan), mean(plan));
      const looks = [
        ["now", text.picked],
        ["tap", text.companion],
        ["", text.other(plan)],
      ];
      const legend = looks.map(([look, words]) => key(cell(0, 0, 22, look, "2"), words));
      return { picture: draw(plan, width, text, pick), said, formula, legend };
    },
  );

  function pick(index) {
    at = index;
    view.update();
    view.stage.querySelector('[tabindex="0"]').focus();
  }
}

const tuple = (sizes) => `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;

/** The layer as torch makes it. */
function made({ layer, shape, groups, last }) {
  if (layer === "GroupNorm") return `nn.GroupNorm(${groups}, ${shape[1]})`;
  if (layer === "LayerNorm" || layer === "RMSNorm") return `nn.${layer}(${tuple(shape.slice(shape.length - last))})`;
  return `nn.${layer}${shape.length === 4 ? 2 : 1}d(${shape[1]})`;
}

/** Its mean (RMSNorm's mean square) by hand. */
export function mean({ layer, shape, groups, last }) {
  const axes = range(shape.length).filter((axis) =>
    layer === "BatchNorm" ? axis !== 1 : layer === "InstanceNorm" ? axis > 1 : axis >= shape.length - last,
  );
  if (layer === "GroupNorm") return `x.reshape(${shape[0]}, ${groups}, -1).mean(-1, keepdim=True)`;
  return `x${layer === "RMSNorm" ? ".square()" : ""}.mean(${tuple(axes)}, keepdim=True)`;
}

/** Where the entries of some axes lie along the page: the outer axis' blocks are apart, and the first axis is labelled. */
function along(shape, axes, side, gap) {
  const entries = indices(axes.map((axis) => shape[axis]));
  const inner = axes.length > 1 ? shape[axes[1]] : 1;
  const apart = axes.length > 1 ? gap : 0;
  const begin = (place) => place * side + Math.floor(place / inner) * apart;
  const blocks = range(shape[axes[0]]).map(
    (block) => (begin(block * inner) + begin((block + 1) * inner - 1) + side) / 2,
  );
  return { entries, begin, blocks, whole: begin(entries.length - 1) + side };
}

function draw(plan, width, text, pick) {
  const { shape, axes, at } = plan;
  const { down, across } = DATA[plan.kind];
  const [edge, head, gap] = [62, 22, 8];
  const columns = product(across.map((axis) => shape[axis]));
  const gaps = across.length > 1 ? (shape[across[0]] - 1) * gap : 0;
  const side = clamp(Math.floor((width - edge - gaps - 4) / columns), 24, 38);
  const [x, y] = [along(shape, across, side, gap), along(shape, down, side, gap)];
  const left = edge + Math.max(0, (width - edge - x.whole - 4) / 2);
  const picture = canvas(Math.max(width, left + x.whole + 2), head + y.whole + 4, text.block(plan), {
    role: "grid",
    class: "block",
  });
  const name = (axis, block) => `${text.axes[axes[axis]]} ${block}`;
  // The labels are for the eye: every cell says its whole index.
  const written = (x, y, words, anchor = "middle") =>
    picture.append(label(x, y, words, { "aria-hidden": "true", "text-anchor": anchor }));
  const tight = x.blocks.length > 1 && x.blocks[1] - x.blocks[0] < 64;
  if (tight) written(left - 6, head / 2, text.axes[axes[across[0]]], "end");
  for (const [block, centre] of x.blocks.entries())
    written(left + centre, head / 2, tight ? block : name(across[0], block));
  for (const [block, centre] of y.blocks.entries()) written(left - 6, head + centre, name(down[0], block), "end");

  const every = [...new Set(indices(shape).map((index) => shared(plan, index).join()))];
  const own = shared(plan, at);
  const index = (row, column) => {
    const found = [];
    down.forEach((axis, place) => (found[axis] = y.entries[row][place]));
    across.forEach((axis, place) => (found[axis] = x.entries[column][place]));
    return found;
  };
  for (const row of range(y.entries.length)) {
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    group.setAttribute("role", "row");
    for (const column of range(x.entries.length)) {
      const here = index(row, column);
      const [picked, companion] = [same(here, at), same(shared(plan, here), own)];
      const number = every.indexOf(shared(plan, here).join()) + 1;
      const square = cell(
        left + x.begin(column),
        head + y.begin(row),
        side,
        picked ? "now" : companion ? "tap" : "",
        number,
      );
      const more = {
        role: "gridcell",
        tabindex: picked ? 0 : -1,
        "aria-selected": companion,
        "aria-label": text.cell(plan, here, number),
      };
      for (const [attribute, value] of Object.entries(more)) square.setAttribute(attribute, value);
      square.addEventListener("click", () => pick(here));
      if (picked) square.addEventListener("keydown", (event) => walk(event, row, column));
      group.append(square);
    }
    picture.append(group);
  }

  function walk(event, row, column) {
    const [bottom, right] = [y.entries.length - 1, x.entries.length - 1];
    const to = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? bottom : row, right],
    }[event.key];
    if (!to || event.altKey || event.metaKey) return;
    event.preventDefault();
    pick(index(clamp(to[0], 0, bottom), clamp(to[1], 0, right)));
  }
  return picture;
}
