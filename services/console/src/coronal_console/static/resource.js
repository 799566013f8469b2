// What a page shows of a path: fetched at once, and again when asked to.
import { request } from "./api.js";
import { useCallback, useEffect, useRef, useState } from "./vendor/hooks.js";

const NOTHING = { path: null, data: null, problem: null };

/**
 * Fetch a path (null for none).
 *
 * Returns `data` (the last that came, kept while it is fetched again and on an error), `problem`, `reload`, and `change`,
 * which changes the data in place. However often `reload` is called, one request is on its way at a time, and one
 * follows.
 */
export function useResource(path, fetcher = request) {
  const [state, setState] = useState(NOTHING);
  const running = useRef({ path: null, isStale: false });
  const reload = useCallback(async () => {
    if (!path) return;
    if (running.current.path === path) {
      running.current.isStale = true;
      return;
    }
    const own = (running.current = { path, isStale: true });
    while (own.isStale && running.current === own) {
      own.isStale = false;
      try {
        const data = await fetcher(path);
        if (running.current === own) setState({ path, data, problem: null });
      } catch (problem) {
        if (running.current === own) setState((old) => ({ path, data: old.path === path ? old.data : null, problem }));
      }
    }
    if (running.current === own) running.current = { path: null, isStale: false };
  }, [path]);
  useEffect(() => {
    reload();
    return () => (running.current = { path: null, isStale: false });
  }, [reload]);
  const change = useCallback((with_) => setState((old) => ({ ...old, data: old.data && with_(old.data) })), []);
  return { ...(state.path === path ? state : NOTHING), reload, change };
}
