// Requests to the gateway. Every error is a `Problem` with the server's own text (RFC 9457).

/** Why a request failed. */
export class Problem extends Error {
  constructor({ title, detail, status = 0, code = "", retryAfterS = null }) {
    super(detail);
    Object.assign(this, { title, detail, status, code, retryAfterS });
  }
}

const unreachable = () =>
  new Problem({
    title: "The server can't be reached",
    detail: "No answer came. It may have been stopped, or the connection was cut. Nothing is lost: try again.",
    code: "unreachable",
  });

const problemOf = (status, text, retryAfter) => {
  const retryAfterS = retryAfter ? Number(retryAfter) : null;
  try {
    return new Problem({ ...JSON.parse(text), retryAfterS });
  } catch {
    return new Problem({ title: `HTTP ${status}`, detail: "The answer isn't of the gateway.", status, retryAfterS });
  }
};

/** Send a request; the answer's JSON, or null where it has none. */
export async function request(path, { method = "GET", body, signal } = {}) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const options = { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) };
  const response = await fetched(path, options);
  return response.status === 204 ? null : response.json();
}

/** The answer as a text. */
export const requestText = async (path) => (await fetched(path, {})).text();

async function fetched(path, options) {
  const response = await fetch(path, options).catch((error) => {
    throw error.name === "AbortError" ? error : unreachable();
  });
  if (!response.ok) throw problemOf(response.status, await response.text(), response.headers.get("Retry-After"));
  return response;
}

/** Send a form, and report the fraction that is sent; fetch can't do that. Returns the answer's JSON. */
export function upload(path, form, { key, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest();
    sent.open("POST", path);
    sent.setRequestHeader("Idempotency-Key", key);
    sent.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    sent.onload = () => {
      if (sent.status < 300) resolve(JSON.parse(sent.responseText));
      else reject(problemOf(sent.status, sent.responseText, sent.getResponseHeader("Retry-After")));
    };
    sent.onerror = () => reject(unreachable());
    sent.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", () => sent.abort());
    sent.send(form);
  });
}

/** A text that no other submission has. `crypto.randomUUID` exists only on https and on this machine. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
