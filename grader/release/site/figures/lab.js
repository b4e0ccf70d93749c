/**
 * What the interactive figures share: text in two languages, controls, SVG, and the frame that they stand in.
 *
 * A figure is a function `(host, preset)` that builds itself with these below the static picture in `host`.
 */

const SVG = "http://www.w3.org/2000/svg";
let named = 0;

/** The texts in the page's language: `{ en, zh }` of anything. */
export const inPageLanguage = (texts) =>
  document.documentElement.lang.toLowerCase().startsWith("zh") ? texts.zh : texts.en;

/** The whole numbers from 0 to `count - 1`. */
export const range = (count) => Array.from({ length: Math.max(0, count) }, (_, index) => index);

/** A number as an index below the line. */
export const below = (index) => String(index).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

/** A number with a real minus sign, and no more decimals than it needs. */
export const signed = (value) => String(Number(value.toFixed(3))).replace("-", "−");

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function node(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat());
  return made;
}

/** An HTML element; attributes that are undefined or false are left out. */
export const html = (tag, attributes = {}, ...children) => node(document.createElement(tag), attributes, children);

/** An SVG element. */
export const svg = (tag, attributes = {}, ...children) =>
  node(document.createElementNS(SVG, tag), attributes, children);

/** Text in an SVG, centred on a point unless `attributes` say otherwise. */
export const label = (x, y, text, attributes = {}) =>
  svg("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central", ...attributes }, String(text));

/** A square cell of `size` with its left upper corner at a point, in the look of a class, and text in its middle. */
export function cell(x, y, size, look, text = "") {
  const inset = 1.5;
  const side = size - 2 * inset;
  const group = svg("g", { class: `cell ${look}` });
  group.append(svg("rect", { x: x + inset, y: y + inset, width: side, height: side, rx: 2 }));
  if (look.split(" ").includes("unused")) group.append(cross(x + inset, y + inset, side));
  if (text !== "") group.append(label(x + size / 2, y + size / 2 + 0.5, text));
  return group;
}

const cross = (x, y, side) =>
  svg("path", { class: "cross", d: `M${x} ${y}l${side} ${side}m0 ${-side}l${-side} ${side}` });

/**
 * A slider with its name and its value in words.
 *
 * @returns `{ node, value, bounds(low, high) }`; `value` can be set, and `bounds` keeps it between them.
 */
export function slider({ name, low, high, value, step = 1, said = String, wide = false, changed }) {
  const id = `lab-${++named}`;
  const input = html("input", { type: "range", id, min: low, max: high, step, value });
  // Not an <output>: that would be a live region of its own, and the slider says its value already.
  const output = html("span", { class: "lab-value", "aria-hidden": "true" });
  const tell = () => {
    output.textContent = said(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  tell();
  input.addEventListener("input", () => {
    tell();
    changed();
  });
  return {
    node: html(
      "div",
      { class: wide ? "lab-slider wide" : "lab-slider" },
      html("label", { for: id }, name),
      output,
      input,
    ),
    get value() {
      return Number(input.value);
    },
    set value(wanted) {
      input.value = wanted;
      tell();
    },
    bounds(from, to) {
      input.min = from;
      input.max = to;
      input.disabled = from >= to;
      tell();
    },
  };
}

/** A choice of one of `options`, pairs of a value and its name: radio buttons. */
export function choice({ name, options, value, changed }) {
  const group = `lab-${++named}`;
  const inputs = options.map(([each]) =>
    html("input", { type: "radio", name: group, value: each, checked: each === value }),
  );
  const labels = options.map(([, text], index) => html("label", {}, inputs[index], html("span", {}, text)));
  const set = html("fieldset", { class: "lab-choice" }, html("legend", {}, name), labels);
  set.addEventListener("change", changed);
  return {
    node: set,
    get value() {
      return inputs.find((input) => input.checked).value;
    },
  };
}

/**
 * A slider for a step of something, between a button back and a button on.
 *
 * @returns what `slider` does, and `choose(value)`, which does what a reader would who moves it there.
 */
export function stepper({ name, back, on, said, changed }) {
  const track = slider({ name, low: 0, high: 0, value: 0, said, changed });
  track.choose = (value) => {
    track.value = value;
    changed();
  };
  const buttons = [
    [back, "◀", -1],
    [on, "▶", 1],
  ].map(([text, sign, by]) => {
    const button = html("button", { type: "button", "aria-label": text, title: text }, sign);
    button.addEventListener("click", () => track.choose(track.value + by));
    return button;
  });
  track.node.classList.add("lab-stepper");
  track.node.append(...buttons);
  const bounds = track.bounds;
  track.bounds = (from, to) => {
    bounds(from, to);
    for (const button of buttons) button.disabled = from >= to;
  };
  return track;
}

/** An entry of a legend: a mark that fits into 22 pixels, and what it means. */
export const key = (mark, text) => {
  const picture = svg("svg", { width: 22, height: 22, viewBox: "0 0 22 22", "aria-hidden": "true" });
  picture.append(mark);
  return html("li", {}, picture, text);
};

/** Lines of a formula, in which `n_{out}` has an index below, and lines of code. */
export const lines = (formulas, ...codes) => [
  ...formulas.map((line) =>
    html(
      "p",
      {},
      ...line.split(/(_\{\w+\})/).map((part) => (part.startsWith("_{") ? html("sub", {}, part.slice(2, -1)) : part)),
    ),
  ),
  ...codes.map((code) => html("p", {}, html("code", {}, code))),
];

/**
 * The frame of a figure, put below the static picture.
 *
 * @param texts `{ title, first }`: what it is, and the one thing to try first.
 * @param controls rows of controls, the last of which stands below the picture.
 * @param paint called with the width in pixels; returns `{ picture, said, formula, legend }`: an `<svg>`, what it shows in
 *   words, and the nodes of the other parts.
 * @returns `{ stage, update }`: what the picture stands in, and the function that paints anew.
 */
export function frame(host, texts, controls, paint) {
  const id = `lab-${++named}`;
  // Silent until the reader does something: a page that opens has other things to say.
  const said = html("p", { class: "lab-said", role: "status", "aria-live": "off" });
  const [formula, legend] = [html("div", { class: "lab-formula" }), html("ul", { class: "lab-legend" })];
  const stage = html("div", { class: "lab-stage" });
  const rows = controls.map((row) =>
    html(
      "div",
      { class: "lab-controls" },
      row.map((each) => each.node),
    ),
  );
  const below = rows.pop();
  host.append(
    html(
      "div",
      { class: "lab-tool", role: "group", "aria-labelledby": id },
      html("p", { class: "lab-title", id }, texts.title),
      html("p", { class: "lab-first" }, texts.first),
      ...rows,
      stage,
      below,
      said,
      formula,
      legend,
    ),
  );
  let width = 0;
  const draw = () => {
    const parts = paint(width);
    const picture = parts.picture;
    stage.replaceChildren(picture);
    formula.replaceChildren(...parts.formula);
    legend.replaceChildren(...parts.legend);
    if (said.textContent !== parts.said) said.textContent = parts.said;
    // What scrolls must be reachable by keyboard.
    const scrolls = picture.width.baseVal.value > width;
    for (const [name, value] of [
      ["tabindex", 0],
      ["role", "group"],
      ["aria-label", texts.title],
    ]) {
      scrolls ? stage.setAttribute(name, value) : stage.removeAttribute(name);
    }
  };
  new ResizeObserver(([entry]) => {
    const measured = Math.floor(entry.contentRect.width);
    if (measured === width || measured === 0) return;
    width = measured;
    draw();
  }).observe(stage);
  const update = () => {
    said.setAttribute("aria-live", "polite");
    draw();
  };
  return { stage, update };
}

/** An `<svg>` of a size in pixels, which says in one line what is seen. */
export const canvas = (width, height, name, attributes = {}) =>
  svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name, ...attributes });

/** Let what has just been drawn glide from where it was, unless the reader asked for less motion. */
export function glide(drawn, dx, dy) {
  if ((!dx && !dy) || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  drawn.animate([{ transform: `translate(${-dx}px, ${-dy}px)` }, { transform: "none" }], {
    duration: 180,
    easing: "ease-out",
  });
}
