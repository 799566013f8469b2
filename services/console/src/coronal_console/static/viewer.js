// The image with its label map, in a viewer that the mouse and the keyboard control: a plane, or three of a volume.
import { cell } from "./format.js";
import { html } from "./html.js";
import { colourOf } from "./colours.js";
import { useEffect, useRef, useState } from "./vendor/hooks.js";

const TOOLS = ["crosshair", "pan", "windowing"];
const TITLES = { crosshair: "Crosshair", pan: "Pan", windowing: "Window" };
// Of NiiVue's enumerations; it is loaded only where something is viewed.
const SLICE = { axial: 0, multiplanar: 3 };
const DRAG = { pan: 3, crosshair: 8, windowing: 9 };
const NEVER = 0;

const OPACITY = 0.4;

/**
 * Show an image.
 *
 * `image` and `labels` are paths of NIfTI files on one grid (`labels` may be null); `shape` is the image's, `isPlaced` whether
 * it lies in the patient, and `unit` that of its distances. `picked` is the label to show, `onPick` gets the one
 * under the crosshair. `otherwise` is shown where there is no WebGL, or not enough of it.
 */
export function Viewer({ image, labels, shape, isPlaced, unit, names, picked, onPick, otherwise }) {
  const canvas = useRef(null);
  const shown = useRef(null);
  const [state, setState] = useState("loading");
  const [readout, setReadout] = useState("");
  const [window_, setWindow] = useState({ low: 0, high: 1 });
  const pick = useRef(onPick);
  pick.current = onPick;
  useEffect(() => {
    let isGone = false;
    start(canvas.current, { image, labels, shape, isPlaced })
      .then((nv) => {
        if (isGone) return nv.cleanup();
        const look = () => setWindow({ low: nv.volumes[0].cal_min, high: nv.volumes[0].cal_max });
        nv.onIntensityChange = look;
        nv.onLocationChange = ({ values }) => values[1]?.value && pick.current?.(Math.round(values[1].value));
        shown.current = nv;
        look();
        setState("ready");
      })
      .catch((error) => {
        console.warn(error);
        setState("none");
      });
    return () => {
      isGone = true;
      shown.current?.cleanup();
      shown.current = null;
    };
  }, [image, labels]);
  useEffect(() => {
    if (state === "ready" && labels && picked) show(shown.current, picked);
  }, [state, picked]);
  if (state === "none") return otherwise;
  const hover = (event) => setReadout(shown.current ? readoutAt(shown.current, event, { unit, names }) : "");
  return html`<figure class="viewer">
    ${state === "ready" && html`<${Controls} nv=${shown.current} hasLabels=${Boolean(labels)} window_=${window_} setWindow=${setWindow} />`}
    <div class="canvas"><canvas ref=${canvas} tabindex="0" aria-label="Viewer" onPointerMove=${hover} onPointerLeave=${() => setReadout("")}></canvas></div>
    <figcaption>${state === "loading" ? "Loading …" : readout || "Move over the image for its values; turn the wheel to zoom or to change the slice."}</figcaption>
  </figure>`;
}

function Controls({ nv, hasLabels, window_, setWindow }) {
  const [tool, setTool] = useState(TOOLS[0]);
  const [opacity, setOpacity] = useState(OPACITY);
  const isColour = nv.volumes[0].hdr.datatypeCode === 128;
  const choose = (one) => {
    setTool(one);
    dragBy(nv, one);
  };
  const change = (next) => {
    if (!(next.high > next.low)) return;
    Object.assign(nv.volumes[0], { cal_min: next.low, cal_max: next.high });
    nv.updateGLVolume();
    setWindow(next);
  };
  const width = window_.high - window_.low;
  const level = (window_.high + window_.low) / 2;
  const of = (nextLevel, nextWidth) => change({ low: nextLevel - nextWidth / 2, high: nextLevel + nextWidth / 2 });
  const reset = () => {
    nv.setPan2Dxyzmm([0, 0, 0, 1]);
    if (!isColour) change({ low: nv.volumes[0].robust_min, high: nv.volumes[0].robust_max });
  };
  const zoom = (factor) => {
    const [x, y, z, old] = nv.scene.pan2Dxyzmm;
    nv.setPan2Dxyzmm([x, y, z, Math.min(64, Math.max(0.25, old * factor))]);
  };
  return html`<div class="tools" role="toolbar" aria-label="Viewer">
    <span class="segments" role="radiogroup" aria-label="What dragging does">${TOOLS.filter((one) => !(isColour && one === "windowing")).map(
      (one) => html`<label key=${one}><input type="radio" name="tool" checked=${tool === one} onChange=${() => choose(one)} />${TITLES[one]}</label>`,
    )}</span>
    <button type="button" aria-label="Zoom in" onClick=${() => zoom(1.5)}>+</button>
    <button type="button" aria-label="Zoom out" onClick=${() => zoom(1 / 1.5)}>−</button>
    <button type="button" onClick=${reset}>Reset</button>
    ${!isColour &&
    html`<label>Level <input type="number" step="any" value=${rounded(level)} onChange=${(event) => of(Number(event.target.value), width)} /></label>
      <label>Width <input type="number" step="any" min="0" value=${rounded(width)} onChange=${(event) => of(level, Number(event.target.value))} /></label>`}
    ${hasLabels &&
    html`<label>Labels <input type="range" min="0" max="1" step="0.05" value=${opacity}
      onInput=${(event) => {
        setOpacity(Number(event.target.value));
        nv.setOpacity(1, Number(event.target.value));
      }} /></label>`}
  </div>`;
}

const rounded = (value) => Number(value.toPrecision(4));

async function start(canvas, { image, labels, shape, isPlaced }) {
  const { Niivue } = await import("./vendor/niivue.js");
  const isVolume = shape.length === 3;
  const nv = new Niivue({
    logLevel: "error",
    isRadiologicalConvention: true,
    isSliceMM: isVolume,
    isNearestInterpolation: true,
    isOrientationTextVisible: isVolume && isPlaced,
    sliceType: isVolume ? SLICE.multiplanar : SLICE.axial,
    multiplanarShowRender: NEVER,
    dragAndDropEnabled: false,
    crosshairWidth: 1,
    crosshairColor: [0.36, 0.76, 0.8, 0.8],
    backColor: [0.067, 0.075, 0.09, 1],
    loadingText: "",
  });
  await nv.attachToCanvas(canvas, false);
  if (Math.max(...shape) > nv.uiData.max3D) throw new Error(`an axis must have at most ${nv.uiData.max3D} elements`);
  const volumes = [{ url: image, name: "image.nii.gz" }];
  if (labels) volumes.push({ url: labels, name: "labels.nii.gz", opacity: OPACITY });
  await nv.loadVolumes(volumes);
  if (labels) colour(nv);
  dragBy(nv, TOOLS[0]);
  return nv;
}

function colour(nv) {
  const labels = nv.volumes[1];
  // NIFTI_INTENT_LABEL: numbers, which have no colour between them.
  labels.hdr.intent_code = 1002;
  const count = Math.min(labels.img.reduce((most, label) => Math.max(most, label), 0), nv.uiData.max2D - 1) + 1;
  const numbers = Array.from({ length: count }, (_, label) => label);
  const colours = numbers.map((label) => (label ? colourOf(label) : [0, 0, 0]));
  labels.setColormapLabel({
    R: colours.map(([red]) => red),
    G: colours.map(([, green]) => green),
    B: colours.map(([, , blue]) => blue),
    A: numbers.map((label) => (label ? 255 : 0)),
    I: numbers,
    labels: numbers.map(String),
  });
  nv.updateGLVolume();
}

function dragBy(nv, tool) {
  nv.setMouseEventConfig({ leftButton: { primary: DRAG[tool] }, rightButton: DRAG.pan, centerButton: DRAG.pan });
  nv.setTouchEventConfig({ singleTouch: DRAG[tool], doubleTouch: DRAG.pan });
}

function readoutAt(nv, event, { unit, names }) {
  const dpr = nv.uiData.dpr ?? devicePixelRatio;
  const frac = nv.canvasPos2frac([event.offsetX * dpr, event.offsetY * dpr]);
  if (frac[0] < 0) return "";
  const voxel = nv.frac2vox(frac);
  const [value, label] = nv.volumes.map((volume) => volume.getValue(...voxel));
  const place = Array.from(nv.frac2mm(frac, 0, true)).slice(0, 3);
  const where = unit === "mm" ? `${place.map((mm) => mm.toFixed(1)).join(", ")} mm` : indicesOf(nv, voxel);
  const what = label ? ` · label ${label}${names?.[label] ? ` ${names[label]}` : ""}` : "";
  return `${where} · value ${cell(value)}${what}`;
}

// NiiVue counts from the right and from below: an image without a place begins at the patient's right and front.
function indicesOf(nv, [x, y, z]) {
  const [, columns, rows, slices] = nv.volumes[0].dimsRAS;
  return `${slices > 1 ? `slice ${z}, ` : ""}row ${rows - 1 - y}, column ${columns - 1 - x}`;
}

/** Move the crosshair to the element of a label that is nearest to the label's centre. */
function show(nv, label) {
  const { img, hdr } = nv.volumes[1];
  const [, columns, rows] = hdr.dims;
  const at = (index) => [index % columns, Math.floor(index / columns) % rows, Math.floor(index / (columns * rows))];
  const sum = [0, 0, 0];
  const found = [];
  for (let index = img.indexOf(label); index >= 0; index = img.indexOf(label, index + 1)) {
    found.push(index);
    at(index).forEach((place, axis) => (sum[axis] += place));
  }
  if (!found.length) return;
  const away = (index) => at(index).reduce((all, place, axis) => all + (place - sum[axis] / found.length) ** 2, 0);
  const voxel = at(found.reduce((best, index) => (away(index) < away(best) ? index : best)));
  const mm = hdr.affine.slice(0, 3).map((row) => row[3] + voxel.reduce((all, place, axis) => all + row[axis] * place, 0));
  nv.scene.crosshairPos = nv.mm2frac(mm);
  nv.drawScene();
}
