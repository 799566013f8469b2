// What runs: pools with their workers and queues, what each offers, and plugins that couldn't be loaded.
import { count } from "../format.js";
import { html } from "../html.js";
import { Notice } from "../parts.js";
import { PLUGINS } from "../paths.js";
import { useResource } from "../resource.js";
import { useEffect } from "../vendor/hooks.js";

const LOOK_AGAIN_MS = 5000;

export function System() {
  const { data, problem, reload } = useResource(PLUGINS);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return html`<h1>System</h1>
    <${Notice} problem=${problem} again=${reload} />
    ${!data && !problem && html`<p class="quiet">Loading …</p>`}
    ${data && !data.pools.length && html`<div class="notice">No worker has ever reported what it offers: nothing can be analysed yet.</div>`}
    ${data?.pools.map((pool) => html`<${Pool} key=${pool.name} pool=${pool} algorithms=${data.algorithms} />`)}`;
}

const Pool = ({ pool, algorithms }) => html`<section class="pool" aria-labelledby="pool-${pool.name}">
  <h2 id="pool-${pool.name}">${pool.name}</h2>
  <dl class="figures">
    <div><dt>live workers</dt><dd>${count(pool.workers)}</dd></div>
    <div><dt>waiting in its queue</dt><dd>${count(pool.queued)}</dd></div>
    <div><dt>algorithms</dt><dd>${count(pool.algorithms.length)}</dd></div>
    <div><dt>formats</dt><dd>${count(pool.formats.length)}</dd></div>
  </dl>
  ${!pool.workers && html`<div class="notice">No worker of this pool is alive: its jobs wait.</div>`}
  ${pool.rejected.map(
    ({ name, distribution, reason }) => html`<div key=${name} class="notice bad"><strong>${name}</strong> <span class="quiet">${distribution}</span>
      <p>The plugin was rejected: ${reason}</p></div>`,
  )}
  <details><summary>What it offers</summary>
    <p class="quiet">Formats: ${pool.formats.join(", ")}</p>
    <div class="scroll"><table class="list">
      <thead><tr><th scope="col">Algorithm</th><th scope="col">Kind</th><th scope="col">What it does</th></tr></thead>
      <tbody>${algorithms
        .filter(({ name }) => pool.algorithms.includes(name))
        .map(({ name, kind, summary }) => html`<tr key=${name}><th scope="row">${name}</th><td>${kind}</td><td>${summary}</td></tr>`)}</tbody>
    </table></div>
  </details>
</section>`;
