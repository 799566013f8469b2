// Values as a person reads them.

const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 5 });
const COUNT = new Intl.NumberFormat("en");
const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export const count = (value) => COUNT.format(value);
/** `1 object`, `3 objects`. */
export const counted = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
export const percent = (fraction) => `${(100 * fraction).toFixed(1)} %`;
export const time = (text) => (text ? TIME.format(new Date(text)) : "");

/** Whole numbers as they are, others with five digits; no value is a dash. */
export function cell(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" && !Number.isInteger(value) ? NUMBER.format(value) : String(value);
}

export function bytes(size) {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = size > 0 ? Math.min(units.length - 1, Math.floor(Math.log2(size) / 10)) : 0;
  return `${NUMBER.format(Number((size / 2 ** (10 * power)).toPrecision(3)))} ${units[power]}`;
}

export function duration(from, to) {
  if (!from) return "";
  const seconds = ((to ? new Date(to) : new Date()) - new Date(from)) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A column's heading, with its unit as in the CSV file. */
export const heading = ({ name, unit }) => (unit ? `${name} (${unit})` : name);

/** The pipeline of a job in a few words. */
export const pipelineOf = ({ pipeline, task }) =>
  task ? task.task : pipeline.name || pipeline.stages.map((stage) => stage.algorithm).join(" → ");
