// Changes of jobs as they happen: one stream of events for the whole page, open while the page is seen.
import { EVENTS } from "./paths.js";
import { useEffect, useRef } from "./vendor/hooks.js";

const FLUSH_MS = 400; // thousands of changes a second are passed on together
const RECONNECT_MS = 5000;

const listeners = new Set();
let source = null;
let lastId = "";
let changed = new Map();
let hasGap = false;
let flushing = 0;
let reconnecting = 0;

/**
 * Call a function with the changes of jobs: a Map of each job's last change by its id, and whether some were lost, so
 * that what is shown must be fetched again.
 */
export function useChanges(listener) {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const one = (...news) => latest.current(...news);
    listeners.add(one);
    adjust();
    return () => {
      listeners.delete(one);
      adjust();
    };
  }, []);
}

function adjust() {
  const isWanted = listeners.size > 0 && document.visibilityState === "visible";
  if (isWanted && !source) open();
  if (!isWanted && source) close();
}

function open() {
  clearTimeout(reconnecting);
  source = new EventSource(lastId ? `${EVENTS}?after=${encodeURIComponent(lastId)}` : EVENTS);
  source.onmessage = note;
  source.addEventListener("change", (event) => {
    note(event);
    const change = JSON.parse(event.data);
    changed.set(change.job, change);
    flushing ||= setTimeout(flush, FLUSH_MS);
  });
  source.addEventListener("gap", () => {
    hasGap = true;
    flushing ||= setTimeout(flush, FLUSH_MS);
  });
  source.onopen = () => {
    if (lastId) return;
    hasGap = true; // what happened between the first fetch and now
    flushing ||= setTimeout(flush, 0);
  };
  source.onerror = () => {
    // The browser reconnects by itself unless the answer was an error, e.g. that too many wait already.
    if (source?.readyState === EventSource.CLOSED) {
      close();
      reconnecting = setTimeout(adjust, RECONNECT_MS);
    }
  };
}

function close() {
  source.close();
  source = null;
}

function note(event) {
  lastId = event.lastEventId || lastId;
}

function flush() {
  const news = [changed, hasGap];
  [changed, hasGap, flushing] = [new Map(), false, 0];
  for (const listener of listeners) listener(...news);
}

document.addEventListener("visibilitychange", adjust);
