// The page: navigation, and the part that the address names (`#/jobs/…`).
import { html } from "./html.js";
import { Analyse } from "./pages/analyse.js";
import { Batch } from "./pages/batch.js";
import { Batches } from "./pages/batches.js";
import { Job } from "./pages/job.js";
import { Jobs } from "./pages/jobs.js";
import { System } from "./pages/system.js";
import { OPENAPI_PAGE } from "./paths.js";
import { useEffect, useRef, useState } from "./vendor/hooks.js";
import { render } from "./vendor/preact.js";

const LINKS = [
  ["analyse", "Analyse"],
  ["jobs", "Jobs"],
  ["batches", "Batches"],
  ["system", "System"],
];

const PAGES = {
  analyse: () => html`<${Analyse} />`,
  jobs: (id) => (id ? html`<${Job} key=${id} id=${id} />` : html`<${Jobs} />`),
  batches: (id) => (id ? html`<${Batch} key=${id} id=${id} />` : html`<${Batches} />`),
  system: () => html`<${System} />`,
};

function place() {
  const [name, id = ""] = location.hash.replace(/^#\/?/, "").split("/");
  return Object.hasOwn(PAGES, name) ? { name, id: encodeURIComponent(decodeURIComponent(id)) } : { name: "analyse", id: "" };
}

function Console() {
  const [at, setAt] = useState(place);
  const main = useRef(null);
  useEffect(() => {
    const follow = () => {
      setAt(place());
      main.current.focus({ preventScroll: true });
      scrollTo(0, 0);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const skip = (event) => {
    event.preventDefault();
    main.current.focus();
  };
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="top">
      <a class="brand" href="#/analyse"><img src="/console/icon.svg" alt="" width="24" height="24" />Coronal</a>
      <nav aria-label="Pages">
        ${LINKS.map(
          ([name, text]) =>
            html`<a key=${name} href="#/${name}" aria-current=${at.name === name ? "page" : undefined}>${text}</a>`,
        )}
      </nav>
    </header>
    <main ref=${main} tabindex="-1">${PAGES[at.name](at.id)}</main>
    <footer class="quiet">
      <span>Not a medical device, and not validated for diagnosis.</span>
      <a href=${OPENAPI_PAGE}>API</a>
    </footer>
  `;
}

render(html`<${Console} />`, document.body);
