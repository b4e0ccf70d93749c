/**
 * The interactive figures of a page: each `<div class="lab" data-lab="NAME:PRESET">` around a lesson's static picture gets
 * the figure of that name below it. Without this script the picture stays alone.
 */

const FIGURES = {
  convolution: () => import("./convolution.js"),
  upsampling: () => import("./upsampling.js"),
  normalization: () => import("./normalization.js"),
  attention: () => import("./attention.js"),
};

const styles = () =>
  new Promise((done) => {
    const link = document.createElement("link");
    Object.assign(link, {
      rel: "stylesheet",
      href: new URL("labs.css", import.meta.url).href,
      onload: done,
      onerror: done,
    });
    document.head.append(link);
  });

let styled;

/** Start every figure below `root` that has not been started. */
export async function start(root = document) {
  const hosts = [...root.querySelectorAll(".lab[data-lab]:not([data-started])")];
  if (hosts.length) await (styled ??= styles());
  await Promise.all(hosts.map(begin));
}

async function begin(host) {
  const [name, preset = ""] = host.dataset.lab.split(":");
  if (!(name in FIGURES) || host.dataset.started) return;
  host.dataset.started = name;
  (await FIGURES[name]()).default(host, preset);
}

start();
// A site that loads pages in place says so here.
window.document$?.subscribe(() => start());
