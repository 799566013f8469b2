// Every path of the API that the console uses.

export const JOBS = "/v1/jobs";
export const BATCHES = "/v1/batches";
export const PIPELINES = "/v1/pipelines";
export const PLUGINS = "/v1/plugins";
export const EVENTS = "/v1/events";
export const OPENAPI_PAGE = "/docs";

export const pipeline = (name) => `/v1/pipelines/${encodeURIComponent(name)}`;
export const job = (id) => `/v1/jobs/${id}`;
export const results = (id) => `/v1/jobs/${id}/results`;
export const result = (id, name) => `/v1/jobs/${id}/results/${encodeURIComponent(name)}`;
export const log = (id) => `/v1/jobs/${id}/log`;
export const jobAction = { cancel: (id) => `/v1/jobs/${id}/cancel`, retry: (id) => `/v1/jobs/${id}/retry` };

export const batch = (id) => `/v1/batches/${id}`;
export const batchJobs = (id) => `/v1/batches/${id}/jobs`;
export const batchRefused = (id) => `/v1/batches/${id}/refused`;
export const measurements = (id) => `/v1/batches/${id}/results/measurements.csv`;
export const predictions = (id) => `/v1/batches/${id}/results/predictions.csv`;
export const archive = (id) => `/v1/batches/${id}/results/results.zip`;
export const batchAction = { cancel: (id) => `/v1/batches/${id}/cancel`, retry: (id) => `/v1/batches/${id}/retry` };
