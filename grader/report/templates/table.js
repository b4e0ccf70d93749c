"use strict";

const number = (text) => (text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text.toLocaleLowerCase());
const order = (a, b) => (typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1);

/** Headings that sort the rows below them. */
function sortable(table) {
  const body = table.tBodies[0];
  const value = (cell) => number(cell ? cell.dataset.v ?? cell.textContent.trim() : "");
  for (const heading of table.querySelectorAll("th[data-column]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.firstChild.textContent;
    button.title = `Sort by ${button.textContent}`;
    heading.replaceChild(button, heading.firstChild);
    button.addEventListener("click", () => {
      const column = Number(heading.dataset.column);
      const sorted = heading.getAttribute("aria-sort");
      const up = sorted === "descending" || (!sorted && column === 0);
      for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [value(row.cells[column]), row]);
      rows.sort((a, b) => (up ? order(a[0], b[0]) : order(b[0], a[0])));
      body.append(...rows.map((pair) => pair[1]));
    });
  }
}

/** A form that chooses which students and which assignment's parts are shown. */
function filterable(form) {
  const table = document.getElementById(form.dataset.for);
  const rows = [...table.tBodies[0].rows].map((row) => [row, row.cells[0].textContent.toLocaleLowerCase()]);
  const shown = form.querySelector("[data-shown]");
  const sheet = document.head.appendChild(document.createElement("style")).sheet;
  const kinds = { below: (row) => Number(row.dataset.share) < 0.5 };
  for (const look of ["none", "off", "ungraded"]) kinds[look] = (row) => row.querySelector(`td.${look}`) !== null;
  const filter = () => {
    const wanted = form.elements.name.value.trim().toLocaleLowerCase();
    const kind = kinds[form.elements.rows?.value] ?? (() => true);
    let count = 0;
    for (const [row, name] of rows) {
      row.hidden = !(name.includes(wanted) && kind(row));
      count += !row.hidden;
    }
    shown.textContent = shown.dataset.shown.replace("{0}", count).replace("{1}", rows.length);
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  form.elements.columns?.addEventListener("change", (event) => {
    while (sheet.cssRules.length) sheet.deleteRule(0);
    const select = event.target;
    table.classList.toggle("chosen", select.value !== "");
    if (select.value === "") return;
    const [first, last] = select.value.split("-");
    const group = select.selectedIndex + 2;
    const outside = (from, to) => `:nth-child(n + 3):not(:nth-child(n + ${from}):nth-child(-n + ${to}))`;
    sheet.insertRule(`#${table.id} tr:not(.groups) > ${outside(first, last)} { display: none; }`);
    sheet.insertRule(`#${table.id} tr.groups > ${outside(group, group)} { display: none; }`);
  });
}

/** A table that is one stop of the Tab key, walked with the arrow keys; a square leads into the student's page. */
function walkable(table) {
  const body = table.tBodies[0];
  const links = [...body.querySelectorAll("a")];
  const columns = [...table.querySelectorAll("th[data-column]")];
  const focusable = (cell) => cell.querySelector("a") ?? cell;
  const address = (cell) => {
    const anchor = columns[cell.cellIndex]?.dataset.anchor;
    return cell.parentNode.querySelector("a").getAttribute("href") + (anchor ? `#${anchor}` : "");
  };
  table.setAttribute("role", "grid");
  for (const link of links) link.tabIndex = -1;
  let current = links[0];
  if (current) current.tabIndex = 0;
  const go = (target) => {
    current.tabIndex = -1;
    current = target;
    current.tabIndex = 0;
    current.focus();
    current.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const seen = (cell) => cell && cell.offsetParent !== null;
  const along = (from, next) => {
    let cell = next(from);
    while (cell && !seen(cell)) cell = next(cell);
    return cell;
  };
  body.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    const { parentNode: row, cellIndex: column } = cell;
    const cells = [...row.cells].filter(seen);
    const shown = [...body.rows].filter((each) => !each.hidden);
    const to = {
      ArrowRight: () => along(cell, (each) => each.nextElementSibling),
      ArrowLeft: () => along(cell, (each) => each.previousElementSibling),
      ArrowDown: () => shown[shown.indexOf(row) + 1]?.cells[column],
      ArrowUp: () => shown[shown.indexOf(row) - 1]?.cells[column],
      Home: () => (event.ctrlKey ? shown[0].cells[0] : cells[0]),
      End: () => (event.ctrlKey ? [...shown.at(-1).cells].filter(seen).at(-1) : cells.at(-1)),
    }[event.key];
    if (event.key === "Enter" && cell.tagName === "TD") location.href = address(cell);
    if (!to || event.altKey || event.metaKey) return;
    event.preventDefault();
    const target = to();
    if (target) go(focusable(target));
  });
  body.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (cell) location.href = address(cell);
  });
  body.addEventListener("focusin", (event) => {
    if (event.target === current) return;
    current.tabIndex = -1;
    current = event.target;
    current.tabIndex = 0;
  });
  body.addEventListener("mouseover", (event) => {
    const cell = event.target.closest("td");
    if (!cell || cell.title) return;
    const heading = columns[cell.cellIndex]?.querySelector("button")?.textContent ?? "";
    cell.title = `${cell.parentNode.cells[0].textContent.trim()}, ${heading}: ${cell.textContent}`;
  });
}

for (const table of document.querySelectorAll("table[data-sortable]")) sortable(table);
for (const form of document.querySelectorAll("form[data-for]")) filterable(form);
for (const table of document.querySelectorAll("table[data-grid]")) walkable(table);
for (const note of document.querySelectorAll("[data-scripted]")) note.hidden = false;
