/**
 * Small things that pages cannot do by themselves: what scrolls sideways can be scrolled by keyboard, code is copied by a
 * button, and the search speaks the page's language.
 */
"use strict";

/** Formulas, tables and code that are wider than the text. */
const wide = ".formula, .md-typeset__scrollwrap, .md-typeset pre > code, .highlight code";

function reachable() {
  for (const one of document.querySelectorAll(wide)) {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  }
}

/** A button on each block of code that copies it, without the prompts of a terminal. */
function copyable() {
  const words = document.querySelector("meta[name=course-copy]");
  if (!words || !navigator.clipboard) return;
  for (const block of document.querySelectorAll(".highlight")) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "copy", textContent: words.content });
    button.addEventListener("click", async () => {
      const lines = block.querySelector("code").textContent.trimEnd().split("\n");
      const isTerminal = lines.every((line) => line.startsWith("$ "));
      await navigator.clipboard.writeText(lines.map((line) => (isTerminal ? line.slice(2) : line)).join("\n") + "\n");
      button.textContent = words.dataset.copied;
      setTimeout(() => (button.textContent = words.content), 1500);
    });
    block.append(button);
  }
}

const said = {
  zh: [
    [/^Search$/, () => "搜索"],
    [/^Search results$/, () => "搜索结果"],
    [/^([\d,.]+) results?$/, (found) => `${found[1]} 条结果`],
    [/^No results$/, () => "没有结果"],
    [/^Loading search…$/, () => "正在加载搜索……"],
    [/^Search is unavailable\. Reload the page to try again\.$/, () => "搜索暂时不可用，请刷新页面再试。"],
  ],
};

/** The search is a shadow tree of its own, last in the body; where its results lead is too faint to read in it. */
const searchStyle = `
  [id$="-path"] { color: rgb(var(--color-foreground) / 0.8) !important; }
  [role="status"] { color: rgb(var(--color-foreground) / 0.8) !important; }
`;

function onSearch(change) {
  const look = () => {
    const host = [...document.body.children].findLast((one) => one.shadowRoot);
    if (!host || host.dataset.seen) return;
    host.dataset.seen = "";
    change(host.shadowRoot);
  };
  look();
  new MutationObserver(look).observe(document.body, { childList: true });
}

function readable(root) {
  const style = document.createElement("style");
  style.textContent = searchStyle;
  root.append(style);
  new MutationObserver(() => {
    for (let one = root.querySelector("[role=listbox]"); one; one = one.parentElement) {
      if (getComputedStyle(one).overflowY === "auto" && one.tabIndex < 0) one.tabIndex = 0;
    }
  }).observe(root, { childList: true, subtree: true });
}

/** What the search says, in another language than English; it builds itself as it is used. */
function translated(root, texts) {
  const turn = (text) => {
    for (const [pattern, to] of texts) {
      const found = pattern.exec(text);
      if (found) return to(found);
    }
    return text;
  };
  const visit = () => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { nodeValue } = walker.currentNode;
      const other = turn(nodeValue.trim());
      if (other !== nodeValue.trim()) walker.currentNode.nodeValue = other;
    }
    for (const one of root.querySelectorAll("[placeholder], [aria-label]")) {
      for (const name of ["placeholder", "aria-label"]) {
        const value = one.getAttribute(name);
        if (value && turn(value) !== value) one.setAttribute(name, turn(value));
      }
    }
  };
  visit();
  new MutationObserver(visit).observe(root, {
    attributes: true, characterData: true, childList: true, subtree: true,
  });
}

reachable();
copyable();
addEventListener("resize", reachable);
addEventListener("load", reachable);
for (const one of document.querySelectorAll("details")) one.addEventListener("toggle", reachable);

const texts = said[document.documentElement.lang.slice(0, 2)];
onSearch((root) => {
  readable(root);
  if (texts) translated(root, texts);
});
