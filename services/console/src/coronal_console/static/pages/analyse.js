// Files and a pipeline become a job, or a batch where there are several files.
import { withView } from "../again.js";
import { newKey, request, upload } from "../api.js";
import { chosen, dropped } from "../dropped.js";
import { bytes, count, counted, percent } from "../format.js";
import { html } from "../html.js";
import { Notice } from "../parts.js";
import { BATCHES, JOBS, PIPELINES, pipeline as pipelinePath } from "../paths.js";
import { useResource } from "../resource.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";

const SHOWN = 8;
const MAX_VIEWED = 100; // of more images the viewer's files are made when one is opened
const WRITTEN = "";
const EXAMPLE = "stages:\n  - gaussian: {sigma: 2}\n  - otsu\n  - shape\n";

// What was chosen outlives a look at another page.
let kept = { files: [], pipeline: null, text: EXAMPLE };

export function Analyse() {
  const [form, setForm] = useState(kept);
  const [sending, setSending] = useState(null);
  const [problem, setProblem] = useState(null);
  const key = useRef(newKey());
  const aborter = useRef(null);
  useEffect(() => () => aborter.current?.abort(), []);
  const set = (changes) => {
    kept = { ...kept, ...changes };
    key.current = newKey(); // another submission
    setProblem(null);
    setForm(kept);
  };
  const send = async (event) => {
    event?.preventDefault();
    aborter.current = new AbortController();
    setProblem(null);
    setSending(0);
    try {
      location.hash = await submit(form, { key: key.current, onProgress: setSending, signal: aborter.current.signal });
      kept = { ...kept, files: [] };
    } catch (error) {
      if (error.name !== "AbortError") setProblem(error);
      setSending(null);
    }
  };
  const isReady = form.files.length > 0 && form.pipeline !== null && sending === null;
  return html`<form onSubmit=${send}>
    <h1>Analyse images</h1>
    <p class="lead">Choose what to look for, add images, and see each result beside its image.</p>
    <${Files} files=${form.files} add=${(more) => set({ files: [...form.files, ...more] })} clear=${() => set({ files: [] })} />
    <${Pipelines} form=${form} set=${set} />
    <${Notice} problem=${problem} again=${send} />
    ${sending !== null &&
    html`<p><progress max="1" value=${sending} aria-label="Sent"></progress> ${percent(sending)} sent
      <button type="button" onClick=${() => aborter.current.abort()}>Stop</button></p>`}
    <p class="go">
      <button class="main" disabled=${!isReady}>${runLabel(form.files.length)}</button>
      <span class="quiet">${hint(form)}</span>
    </p>
  </form>`;
}

const runLabel = (number) => (number > 1 ? `Analyse ${count(number)} images` : "Analyse");

const hint = ({ files, pipeline }) =>
  [!files.length && "Add an image.", pipeline === null && "Choose a pipeline."].filter(Boolean).join(" ");

async function submit({ files, pipeline, text }, options) {
  const form = new FormData();
  form.append("pipeline", pipeline === WRITTEN ? text : await named(pipeline, files.length));
  for (const { file, name } of files) form.append("image", file, files.length > 1 ? name : file.name);
  const isBatch = files.length > 1;
  const { id } = await upload(isBatch ? BATCHES : JOBS, form, options);
  return `#/${isBatch ? "batches" : "jobs"}/${id}`;
}

async function named(pipeline, images) {
  if (images > MAX_VIEWED) return pipeline;
  return JSON.stringify(await withView(await request(pipelinePath(pipeline))));
}

function Files({ files, add, clear }) {
  const [isOver, setOver] = useState(false);
  const over = (event) => {
    event.preventDefault();
    setOver(event.type === "dragover");
  };
  const drop = async (event) => {
    over(event);
    add(await dropped(event.dataTransfer));
  };
  const choose = (event) => {
    add(chosen(event.target.files));
    event.target.value = "";
  };
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  return html`<section aria-labelledby="files">
    <h2 id="files">Images</h2>
    <div class="drop ${isOver ? "over" : ""}" onDragOver=${over} onDragLeave=${over} onDrop=${drop}>
      <p>Drop files or a folder here</p>
      <p class="choices">
        <label class="button">Choose files<input type="file" multiple onChange=${choose} /></label>
        <label class="button">Choose a folder<input type="file" webkitdirectory onChange=${choose} /></label>
      </p>
      <p class="quiet">DICOM, NIfTI, NRRD, MetaImage, TIFF, PNG, JPEG. An image of several files, such as a DICOM series, as a zip.</p>
    </div>
    ${files.length > 0 &&
    html`<ul class="files">
        ${files.slice(0, SHOWN).map(({ file, name }) => html`<li key=${name}>${name} <span class="quiet">${bytes(file.size)}</span></li>`)}
        ${files.length > SHOWN && html`<li class="quiet">and ${count(files.length - SHOWN)} more</li>`}
      </ul>
      <p><span class="quiet">${counted(files.length, "file")}, ${bytes(size)}</span>
        <button type="button" class="plain" onClick=${clear}>Remove all</button></p>`}
  </section>`;
}

function Pipelines({ form, set }) {
  const { data, problem, reload } = useResource(PIPELINES);
  const choice = (name, title, description, stages) => html`<label key=${name} class="choice">
    <input type="radio" name="pipeline" checked=${form.pipeline === name} onChange=${() => set({ pipeline: name })} />
    <span><strong>${title}</strong><span>${description}</span>${stages && html`<span class="quiet mono">${stages}</span>`}</span>
  </label>`;
  return html`<section>
    <fieldset class="pipelines">
      <legend>Pipeline</legend>
      <${Notice} problem=${problem} again=${reload} />
      ${!data && !problem && html`<p class="quiet">Loading …</p>`}
      <div class="choices-grid">
        ${data?.pipelines.map(({ name, description, stages }) =>
          choice(name, name, description, stages.map((stage) => stage.algorithm).join(" → ")),
        )}
        ${data && choice(WRITTEN, "Your own", "Stages as a document in YAML or JSON.")}
      </div>
    </fieldset>
    ${form.pipeline === WRITTEN &&
    html`<label class="own">Document
      <textarea class="mono" rows="8" spellcheck=${false} value=${form.text} onInput=${(event) => set({ text: event.target.value })}></textarea>
    </label>`}
  </section>`;
}
