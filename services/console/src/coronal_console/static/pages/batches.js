// All batches, the newest first.
import { count, percent, pipelineOf, time } from "../format.js";
import { html } from "../html.js";
import { useChanges } from "../live.js";
import { Counts, Notice, Pager, usePages } from "../parts.js";
import { BATCHES } from "../paths.js";
import { useResource } from "../resource.js";

export function Batches() {
  const pages = usePages(`${BATCHES}?limit=25`);
  const { data, problem, reload } = useResource(pages.path);
  useChanges(reload);
  return html`<h1>Batches</h1>
    <${Notice} problem=${problem} again=${reload} />
    ${data && !data.batches.length && html`<p class="empty">No batches. Several files that are analysed together become one.</p>`}
    ${data?.batches.length > 0 &&
    html`<div class="scroll"><table class="list">
      <thead><tr><th scope="col">Submitted</th><th scope="col">Pipeline</th><th scope="col">Images</th><th scope="col">Done</th><th scope="col">States</th></tr></thead>
      <tbody>${data.batches.map(
        (batch) => html`<tr key=${batch.id}>
          <th scope="row"><a href="#/batches/${batch.id}">${time(batch.created)}</a></th>
          <td>${pipelineOf(batch)}</td>
          <td class="number">${count(imagesOf(batch))}</td>
          <td class="number">${percent(batch.progress)}</td>
          <td><${Counts} counts=${batch.counts} /></td>
        </tr>`,
      )}</tbody>
    </table></div>`}
    ${data && html`<${Pager} label="Pages of batches" previous=${pages.back} next=${pages.to(data.next)} text="Page ${pages.number}" />`}`;
}

const imagesOf = ({ counts }) => Object.values(counts).reduce((sum, number) => sum + number, 0);
