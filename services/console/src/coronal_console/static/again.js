// Pipelines that also leave what the viewer shows.
import { request } from "./api.js";
import { BATCHES, PLUGINS, batchJobs } from "./paths.js";

const VIEW = "view";

/** A pipeline's document with the viewer's files among its results; as it is where no worker writes them. */
export async function withView(pipeline) {
  const { writers } = await request(PLUGINS);
  if (!writers.includes(VIEW)) return pipeline;
  return { ...pipeline, results: [...new Set([...(pipeline.results ?? writers), VIEW])] };
}

/** Run a job's pipeline on its stored image again, with the viewer's files; gives the new job's id. */
export async function viewable({ input, reference, pipeline, seed }) {
  const image = { sha256: input.sha256, name: input.name, ...(reference && { reference: reference.sha256 }) };
  const body = { pipeline: await withView(pipeline), seed, images: [image] };
  const { id } = await request(BATCHES, { method: "POST", body });
  const { jobs } = await request(batchJobs(id));
  return jobs[0].id;
}
