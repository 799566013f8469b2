// A job: how far it is, and what came out, beside its image.
import { request, requestText } from "../api.js";
import { bytes, duration, percent, pipelineOf, time } from "../format.js";
import { html } from "../html.js";
import { useChanges } from "../live.js";
import { Action, Notice, State } from "../parts.js";
import { job as jobPath, log as logPath, results as resultsPath } from "../paths.js";
import { useResource } from "../resource.js";
import { Measurements } from "../measurements.js";
import { viewable } from "../again.js";
import { Viewer } from "../viewer.js";
import { useState } from "../vendor/hooks.js";
import { JobActions } from "./jobs.js";

const FINAL = ["succeeded", "failed", "cancelled"];

export function Job({ id }) {
  const { data: job, problem, reload } = useResource(jobPath(id));
  const results = useResource(job?.state === "succeeded" ? resultsPath(id) : null);
  useChanges((changes, hasGap) => (hasGap || changes.has(id)) && reload());
  if (!job) return html`<h1>Job</h1><${Notice} problem=${problem} again=${reload} />${!problem && html`<p class="quiet">Loading …</p>`}`;
  const remove = async () => {
    await request(jobPath(id), { method: "DELETE" });
    location.hash = job.batch ? `#/batches/${job.batch}` : "#/jobs";
  };
  return html`
    ${job.batch && html`<p><a href="#/batches/${job.batch}">← Batch</a></p>`}
    <h1>${job.input.name || job.id} <${State} state=${job.state} /></h1>
    <p class="lead">${pipelineOf(job)}${job.pipeline.description && html` <span class="quiet">${job.pipeline.description}</span>`}</p>
    <div class="tools">
      <${JobActions} job=${job} done=${reload} />
      <${Action} label="Delete" kind="plain" act=${remove} ask="Delete this job with its image and results?" />
    </div>
    <${Notice} problem=${problem} again=${reload} />
    <${Progress} job=${job} />
    ${job.error && html`<${Failure} error=${job.error} />`}
    <${Notice} problem=${results.problem} again=${results.reload} />
    ${results.data && html`<${Results} job=${job} results=${results.data} />`}
    <${Details} job=${job} />
    <${Log} job=${job} />
  `;
}

function Progress({ job }) {
  if (FINAL.includes(job.state)) return null;
  return html`<div role="status">
    <progress max="1" value=${job.progress} aria-label="Progress"></progress>
    <p>${percent(job.progress)} <span class="quiet">${job.stage || (job.state === "queued" ? "waits for a worker" : "")}</span></p>
    ${job.warning && html`<div class="notice">${job.warning}</div>`}
  </div>`;
}

const Failure = ({ error }) => html`<div class="notice bad" role="alert">
  <strong>${error.code}${error.stage && html`, ${error.stage}`}</strong>
  <p>${error.message}</p>
</div>`;

function Results({ job, results }) {
  const { artifacts, result } = results;
  const [picked, setPicked] = useState(null);
  return html`
    ${result?.warnings?.map((one, number) => html`<div key=${number} class="notice"><strong>${one.stage}</strong><p>${one.message}</p></div>`)}
    <div class="result">
      <${Picture} job=${job} results=${results} picked=${picked} onPick=${setPicked} />
      <div>${Object.entries(result?.predictions ?? {}).map(([stage, one]) => html`<${Prediction} key=${stage} stage=${stage} prediction=${one} />`)}
        <${Image} result=${result} />
        <${Downloads} artifacts=${artifacts} /></div>
    </div>
    ${Object.entries(result?.tables ?? {}).map(
      ([stage, table]) => html`<${Measurements} key=${stage} stage=${stage} table=${table} file=${csvOf(stage, artifacts)} picked=${picked} onPick=${setPicked} />`,
    )}
  `;
}

function Picture({ job, results, picked, onPick }) {
  const file = (wanted) => results.artifacts.find(({ name }) => name === wanted)?.href ?? null;
  const overlay = file("overlay.png");
  const image = file("view-image.nii.gz");
  const picture = overlay && html`<figure><a href=${overlay}><img src=${overlay} alt="Result over the image ${job.input.name}" /></a></figure>`;
  const open = async () => (location.hash = `#/jobs/${await viewable(job)}`);
  if (!image || !results.result) {
    return html`<div>${picture}${!job.task && html`<p class="under"><${Action} label="Open in the viewer" act=${open} />
      <span class="quiet">runs the pipeline again, and keeps the image as the viewer reads it</span></p>`}</div>`;
  }
  const { is_placed, spacing_mm } = results.result.image;
  const shape = results.result.labels?.shape ?? spatial(results.result.image);
  return html`<div><${Viewer} image=${image} labels=${file("view-labels.nii.gz")} shape=${shape} isPlaced=${is_placed}
      unit=${spacing_mm ? "mm" : "px"} names=${results.result.labels?.names} picked=${picked} onPick=${onPick} otherwise=${picture} />
    ${overlay && html`<p class="under"><a href=${overlay}>Overlay as a picture</a></p>`}</div>`;
}

const spatial = ({ axes, shape }) => shape.filter((_, axis) => axes[axis] !== "c");

const csvOf = (stage, artifacts) =>
  artifacts.find(({ name }) => [`measurements-${stage}.csv`, "measurements.csv"].includes(name))?.href;

const Prediction = ({ stage, prediction }) => html`<section aria-label="Prediction of ${stage}">
  <h2>${prediction.label}</h2>
  <table class="bars"><caption class="unseen">Probability of each class</caption><tbody>
    ${Object.entries(prediction.probabilities)
      .sort(([, one], [, other]) => other - one)
      .map(([name, probability]) => html`<tr key=${name}>
        <th scope="row">${name}</th>
        <td><meter min="0" max="1" value=${probability}></meter></td>
        <td class="number">${percent(probability)}</td>
      </tr>`)}
  </tbody></table>
</section>`;

function Image({ result }) {
  if (!result) return null;
  const { image, labels } = result;
  const facts = [
    ["Size", image.shape.join(" × ")],
    ["Spacing", image.spacing_mm ? `${image.spacing_mm.map((mm) => Number(mm.toPrecision(4))).join(" × ")} mm` : "unknown"],
    ["Values", image.type],
    ["Modality", image.modality],
    ["Objects", labels && labels.count],
  ];
  return html`<dl class="facts">${facts
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const Downloads = ({ artifacts }) => html`<section aria-labelledby="downloads">
  <h2 id="downloads">Files</h2>
  <ul class="files">${artifacts.map(
    ({ name, href, size_bytes }) => html`<li key=${name}><a href=${href} download=${name}>${name}</a> <span class="quiet">${bytes(size_bytes)}</span></li>`,
  )}</ul>
</section>`;

const Details = ({ job }) => html`<details><summary>Details</summary><dl class="facts">
  ${[
    ["Id", job.id],
    ["Submitted", time(job.created)],
    ["Waited", job.started && duration(job.created, job.started)],
    ["Ran", job.finished && duration(job.started, job.finished)],
    ["Pool", job.pool],
    ["Seed", job.seed],
    ["File", `${job.input.format}, ${bytes(job.input.size_bytes)}`],
    ["SHA-256", job.input.sha256],
  ]
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>
<pre>${JSON.stringify(job.pipeline.stages, null, 2)}</pre></details>`;

function Log({ job }) {
  const [isOpen, setOpen] = useState(false);
  const log = useResource(isOpen ? logPath(job.id) : null, requestText);
  useChanges((changes, hasGap) => isOpen && (hasGap || changes.has(job.id)) && log.reload());
  return html`<details onToggle=${(event) => setOpen(event.currentTarget.open)}><summary>Log</summary>
    <${Notice} problem=${log.problem} again=${log.reload} />
    <pre tabindex="0" aria-label="Log">${log.data ?? ""}</pre>
  </details>`;
}
