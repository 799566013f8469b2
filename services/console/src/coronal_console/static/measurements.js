// A table of measurements: sorted by a column, filtered by a text or a condition, a page at a time.
import { cell, count, counted, heading } from "./format.js";
import { html } from "./html.js";
import { Pager } from "./parts.js";
import { useEffect, useMemo, useState } from "./vendor/hooks.js";

const PAGE_ROWS = 50;
const CONDITION = /^\s*([^<>=]+?)\s*(<=|>=|<|>|=)\s*(-?[\d.]+(?:e-?\d+)?)\s*$/i;
const COMPARE = {
  "<": (one, other) => one < other,
  "<=": (one, other) => one <= other,
  ">": (one, other) => one > other,
  ">=": (one, other) => one >= other,
  "=": (one, other) => one === other,
};

/** The rows that a filter leaves: `area > 100`, or a text that any cell holds. */
export function filtered(columns, rows, text) {
  const condition = CONDITION.exec(text);
  const column = condition ? columns.findIndex(({ name }) => name.toLowerCase() === condition[1].toLowerCase()) : -1;
  if (column >= 0) return rows.filter((row) => row[column] !== null && COMPARE[condition[2]](row[column], Number(condition[3])));
  const wanted = text.trim().toLowerCase();
  return wanted ? rows.filter((row) => row.some((value) => cell(value).toLowerCase().includes(wanted))) : rows;
}

/** The rows by a column's values; those without a value come last. */
export function sorted(rows, { column, isDown }) {
  if (column === null) return rows;
  const sign = isDown ? -1 : 1;
  return rows.toSorted(({ [column]: one }, { [column]: other }) => {
    if (one === null || other === null) return (one === null) - (other === null);
    return sign * (typeof one === "number" ? one - other : String(one).localeCompare(String(other)));
  });
}

/** A table; `picked` is the label whose row is marked, and `onPick` gets the label of a row that is chosen. */
export function Measurements({ stage, table, file, picked, onPick }) {
  const { columns, rows, row_count } = table;
  const [order, setOrder] = useState({ column: null, isDown: false });
  const [text, setText] = useState("");
  const [page, setPage] = useState(0);
  const found = useMemo(() => sorted(filtered(columns, rows, text), order), [table, text, order]);
  const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS));
  const shown = Math.min(page, pages - 1);
  const labelled = columns.findIndex(({ name }) => name === "label");
  useEffect(() => {
    const at = labelled < 0 || picked === null ? -1 : found.findIndex((row) => row[labelled] === picked);
    if (at >= 0) setPage(Math.floor(at / PAGE_ROWS));
  }, [picked]);
  const shownAs = (value, at) =>
    at === labelled ? html`<button type="button" class="pick" aria-label="Show object ${value}" onClick=${() => onPick(value)}>${value}</button>` : cell(value);
  const sortBy = (column) => setOrder({ column, isDown: order.column === column && !order.isDown });
  const direction = (column) => (order.column !== column ? "none" : order.isDown ? "descending" : "ascending");
  const id = `table-${stage}`;
  return html`<section aria-labelledby=${id}>
    <h2 id=${id}>${stage}</h2>
    <div class="tools">
      <label>Filter <input type="search" placeholder="${columns.at(-1)?.name} > 10" value=${text} onInput=${(event) => setText(event.target.value)} /></label>
      <span class="quiet" role="status">${count(found.length)} of ${counted(row_count, "row")}</span>
      ${file && html`<a class="button" href=${file} download>CSV</a>`}
    </div>
    ${row_count > rows.length && html`<div class="notice">The first ${count(rows.length)} rows are shown; the CSV file has all.</div>`}
    <div class="scroll" tabindex="0" role="region" aria-label="Measurements of ${stage}"><table class="measurements">
      <thead><tr>${columns.map(
        (column, number) => html`<th key=${number} scope="col" aria-sort=${direction(number)}>
          <button type="button" class="sort" title=${column.description} onClick=${() => sortBy(number)}>${heading(column)}</button>
        </th>`,
      )}</tr></thead>
      <tbody>${found.slice(shown * PAGE_ROWS, (shown + 1) * PAGE_ROWS).map(
        (row, number) => html`<tr key=${number} class=${labelled >= 0 && row[labelled] === picked ? "picked" : ""}>${row.map(
          (value, at) => html`<td key=${at} class=${typeof value === "number" ? "number" : ""}>${shownAs(value, at)}</td>`,
        )}</tr>`,
      )}</tbody>
    </table></div>
    <${Pager} label="Pages of ${stage}" text="Page ${shown + 1} of ${pages}"
      previous=${shown > 0 ? () => setPage(shown - 1) : null} next=${shown + 1 < pages ? () => setPage(shown + 1) : null} />
  </section>`;
}
