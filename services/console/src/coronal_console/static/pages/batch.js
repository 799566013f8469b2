// A batch: how far it is, each image with its result, and the tables of all.
import { request } from "../api.js";
import { count, counted, percent, pipelineOf } from "../format.js";
import { html } from "../html.js";
import { useChanges } from "../live.js";
import { Action, Counts, Notice, Pager, State, usePages } from "../parts.js";
import { archive, batch as batchPath, batchAction, batchJobs, batchRefused, measurements, predictions, result, results } from "../paths.js";
import { useResource } from "../resource.js";
import { useState } from "../vendor/hooks.js";
import { JobActions, STATES, useLiveJobs } from "./jobs.js";

const PAGE_ITEMS = 24;

export function Batch({ id }) {
  const { data: batch, problem, reload } = useResource(batchPath(id));
  useChanges((changes, hasGap) => (hasGap || !batch?.is_final || changes.size) && reload());
  if (!batch) return html`<h1>Batch</h1><${Notice} problem=${problem} again=${reload} />${!problem && html`<p class="quiet">Loading …</p>`}`;
  const act = (path, method = "POST") => async () => {
    await request(path, { method });
    await reload();
  };
  const remove = async () => {
    await request(batchPath(id), { method: "DELETE" });
    location.hash = "#/batches";
  };
  return html`
    <p><a href="#/batches">← Batches</a></p>
    <h1>${pipelineOf(batch)}</h1>
    ${batch.pipeline.description && html`<p class="lead">${batch.pipeline.description}</p>`}
    <div role="status">
      ${!batch.is_final && html`<progress max="1" value=${batch.progress} aria-label="Progress"></progress><p>${percent(batch.progress)} done</p>`}
      <${Counts} counts=${batch.counts} />
    </div>
    <div class="tools">
      ${!batch.is_final && html`<${Action} label="Cancel" act=${act(batchAction.cancel(id))} ask="Cancel all jobs that are queued or running?" />`}
      ${batch.counts.failed > 0 && html`<${Action} label="Retry failed" act=${act(batchAction.retry(id))} />`}
      ${batch.counts.succeeded > 0 &&
      html`<a class="button" href=${measurements(id)} download>Measurements, CSV</a>
        <a class="button" href=${predictions(id)} download>Predictions, CSV</a>
        <a class="button" href=${archive(id)} download>All files, zip</a>`}
      <${Action} label="Delete" kind="plain" act=${remove} ask="Delete this batch with all its images and results?" />
    </div>
    <${Notice} problem=${problem} again=${reload} />
    ${batch.counts.refused > 0 && html`<${Refused} batch=${batch} />`}
    <${Items} id=${id} />
  `;
}

const Refused = ({ batch }) => html`<details class="notice bad" open=${batch.counts.refused <= 5}>
  <summary><strong>${count(batch.counts.refused)} refused</strong></summary>
  <ul>${batch.refused.map(({ number, name, code, message }) => html`<li key=${number}><strong>${name}</strong> ${message} <span class="quiet">${code}</span></li>`)}</ul>
  ${batch.counts.refused > batch.refused.length && html`<a href=${batchRefused(batch.id)}>All of them</a>`}
</details>`;

function Items({ id }) {
  const [state, setState] = useState("");
  const pages = usePages(`${batchJobs(id)}?limit=${PAGE_ITEMS}${state && `&state=${state}`}`);
  const { data, problem, reload } = useLiveJobs(pages.path, { isNewest: Boolean(state) });
  return html`<section aria-labelledby="items">
    <h2 id="items">Images</h2>
    <p class="tools"><label>State <select value=${state} onChange=${(event) => setState(event.target.value)}>
      <option value="">all</option>${STATES.map((one) => html`<option key=${one}>${one}</option>`)}</select></label></p>
    <${Notice} problem=${problem} again=${reload} />
    <ul class="gallery">${data?.jobs.map((job) => html`<${Item} key=${job.id} job=${job} reload=${reload} />`)}</ul>
    ${data && !data.jobs.length && html`<p class="empty">None.</p>`}
    ${data && html`<${Pager} label="Pages of images" previous=${pages.back} next=${pages.to(data.next)} text="Page ${pages.number}" />`}
  </section>`;
}

function Item({ job, reload }) {
  const { data } = useResource(job.state === "succeeded" ? results(job.id) : null);
  const hasOverlay = data?.artifacts.some(({ name }) => name === "overlay.png");
  const answers = Object.values(data?.result?.predictions ?? {});
  return html`<li>
    <a href="#/jobs/${job.id}">
      <div class="thumbnail">${hasOverlay && html`<img loading="lazy" src=${result(job.id, "overlay.png")} alt="" />`}</div>
      <span class="name">${job.input.name}</span>
    </a>
    <p><${State} state=${job.state} />
      ${job.state === "running" && html` <span class="quiet">${percent(job.progress)} ${job.stage}</span>`}
      ${answers.map(({ label, probabilities }) => html` <strong>${label}</strong> ${percent(probabilities[label])}`)}
      ${data?.result?.labels && html` <span class="quiet">${counted(data.result.labels.count, "object")}</span>`}</p>
    ${job.error && html`<p class="bad-text">${job.error.message}</p>`}
    <${JobActions} job=${job} done=${reload} kind="small" />
  </li>`;
}
