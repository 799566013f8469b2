// Small parts that several pages show.
import { count } from "./format.js";
import { html } from "./html.js";
import { useState } from "./vendor/hooks.js";

/** A state in a word and a colour. */
export const State = ({ state }) => html`<span class="state ${state}">${state}</span>`;

/** A problem in the server's own words; with `again`, a button that tries again. */
export function Notice({ problem, again }) {
  if (!problem) return null;
  return html`<div class="notice bad" role="alert">
    <strong>${problem.title}</strong>
    <p>${problem.detail ?? problem.message}</p>
    ${problem.retryAfterS && html`<p class="quiet">The server expects to have room in ${problem.retryAfterS} s.</p>`}
    ${again && html`<button type="button" onClick=${again}>Try again</button>`}
  </div>`;
}

/** A button that does something at the server, and shows the problem if it can't. */
export function Action({ label, ask, act, kind = "" }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const run = async () => {
    if (ask && !confirm(ask)) return;
    setBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return html`<button type="button" class=${kind} disabled=${isBusy} onClick=${run}>${label}</button>
    <${Notice} problem=${problem} />`;
}

/** Buttons to the pages of a list. */
export function Pager({ label, previous, next, text }) {
  if (!previous && !next) return null;
  return html`<nav class="pager" aria-label=${label}>
    <button type="button" disabled=${!previous} onClick=${previous}>← Previous</button>
    <span class="quiet">${text}</span>
    <button type="button" disabled=${!next} onClick=${next}>Next →</button>
  </nav>`;
}

/** The counts of a batch, those that aren't 0. */
export const Counts = ({ counts }) => html`<ul class="counts">
  ${Object.entries(counts)
    .filter(([, number]) => number > 0)
    .map(([state, number]) => html`<li key=${state}><${State} state=${state} /> ${count(number)}</li>`)}
</ul>`;

/** A page of a list whose pages are found by the one before: `path` now, and the ways forward and back. */
export function usePages(first) {
  const [trail, setTrail] = useState({ first, paths: [first] });
  const paths = trail.first === first ? trail.paths : [first];
  return {
    path: paths.at(-1),
    number: paths.length,
    to: (next) => (next ? () => setTrail({ first, paths: [...paths, next] }) : null),
    back: paths.length > 1 ? () => setTrail({ first, paths: paths.slice(0, -1) }) : null,
  };
}
