// All jobs, the newest first, a page at a time: as fast with ten as with a hundred thousand.
import { request } from "../api.js";
import { duration, percent, pipelineOf, time } from "../format.js";
import { html } from "../html.js";
import { useChanges } from "../live.js";
import { Action, Notice, Pager, State, usePages } from "../parts.js";
import { JOBS, jobAction } from "../paths.js";
import { useResource } from "../resource.js";
import { useState } from "../vendor/hooks.js";

export const STATES = ["queued", "running", "succeeded", "failed", "cancelled"];

export function Jobs() {
  const [state, setState] = useState("");
  const pages = usePages(`${JOBS}?limit=50${state && `&state=${state}`}`);
  const { data, problem, reload } = useLiveJobs(pages.path, { isNewest: pages.number === 1 });
  return html`<h1>Jobs</h1>
    <p class="tools"><label>State <select value=${state} onChange=${(event) => setState(event.target.value)}>
      <option value="">all</option>
      ${STATES.map((one) => html`<option key=${one}>${one}</option>`)}
    </select></label></p>
    <${Notice} problem=${problem} again=${reload} />
    ${data && (data.jobs.length ? html`<${JobTable} jobs=${data.jobs} reload=${reload} />` : html`<p class="empty">No jobs.</p>`)}
    ${data && html`<${Pager} label="Pages of jobs" previous=${pages.back} next=${pages.to(data.next)} text="Page ${pages.number}" />`}`;
}

/** A page of jobs that changes as they do; where it is the newest, with those that are added. */
export function useLiveJobs(path, { isNewest }) {
  const jobs = useResource(path);
  useChanges((changes, hasGap) => {
    const shown = new Map(jobs.data?.jobs.map((job) => [job.id, job]));
    const news = [...changes.values()].filter(({ job, revision }) => !(shown.get(job)?.revision >= revision));
    // A change of the state brings more with it than the event says: when it ended, and why.
    const isOther = ({ job, state }) => (shown.has(job) ? shown.get(job).state !== state : isNewest && state !== null);
    if (hasGap || news.some(isOther)) jobs.reload();
    else if (news.some(({ job }) => shown.has(job))) {
      jobs.change((data) => ({ ...data, jobs: data.jobs.map((job) => ({ ...job, ...changeOf(changes.get(job.id)) })) }));
    }
  });
  return jobs;
}

const changeOf = (change) => change && { stage: change.stage, progress: change.progress, revision: change.revision };

export const JobTable = ({ jobs, reload }) => html`<div class="scroll"><table class="list">
  <thead><tr><th scope="col">Image</th><th scope="col">State</th><th scope="col">Pipeline</th><th scope="col">Submitted</th>
    <th scope="col">Time</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
  <tbody>${jobs.map((job) => html`<${Row} key=${job.id} job=${job} reload=${reload} />`)}</tbody>
</table></div>`;

const Row = ({ job, reload }) => html`<tr>
  <th scope="row"><a href="#/jobs/${job.id}">${job.input.name || job.id}</a></th>
  <td><${State} state=${job.state} /> <span class="quiet">${detailOf(job)}</span></td>
  <td>${pipelineOf(job)}</td>
  <td>${time(job.created)}</td>
  <td class="number">${job.finished ? duration(job.started ?? job.created, job.finished) : ""}</td>
  <td class="actions"><${JobActions} job=${job} done=${reload} kind="small" /></td>
</tr>`;

const detailOf = ({ state, stage, progress, error, warning }) =>
  state === "running" ? `${percent(progress)} ${stage}` : error ? error.message : (warning ?? "");

/** What can be done with a job in its state. */
export function JobActions({ job, done, kind = "" }) {
  const act = (path) => async () => {
    await request(path, { method: "POST" });
    await done();
  };
  const name = job.input.name || job.id;
  return html`
    ${["queued", "running"].includes(job.state) &&
    html`<${Action} kind=${kind} label=${html`Cancel<span class="unseen"> ${name}</span>`} act=${act(jobAction.cancel(job.id))} />`}
    ${["failed", "cancelled"].includes(job.state) &&
    html`<${Action} kind=${kind} label=${html`Retry<span class="unseen"> ${name}</span>`} act=${act(jobAction.retry(job.id))} />`}
  `;
}
