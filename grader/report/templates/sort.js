"use strict";
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const value = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.v ?? cell.textContent.trim();
    return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text.toLocaleLowerCase();
  };
  const compare = (a, b) => (typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1);
  for (const heading of table.querySelectorAll("th[data-column]")) {
    const label = heading.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.firstChild.textContent;
    button.title = "Sort by " + label.trim();
    heading.replaceChild(button, heading.firstChild);
    button.addEventListener("click", () => {
      const column = Number(heading.dataset.column);
      const up = heading.getAttribute("aria-sort") === "descending" || (!heading.hasAttribute("aria-sort") && column === 0);
      for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...body.rows].map((row) => [value(row, column), row]);
      rows.sort((a, b) => (up ? compare(a[0], b[0]) : compare(b[0], a[0])));
      body.append(...rows.map((pair) => pair[1]));
    });
  }
}
const find = document.querySelector("[data-find]");
if (find) {
  const rows = [...document.querySelector("table[data-sortable]").tBodies[0].rows];
  const shown = document.querySelector("[data-shown]");
  find.closest(".find").hidden = false;
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLocaleLowerCase();
    let count = 0;
    for (const row of rows) {
      row.hidden = !row.cells[0].textContent.toLocaleLowerCase().includes(wanted);
      count += !row.hidden;
    }
    shown.textContent = `${count} of ${rows.length} shown`;
  });
}
