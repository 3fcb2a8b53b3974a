import { mount } from "@/bench/renderer/mount";

/** What `hostile.spec.ts` calls in the page. */
declare global {
  interface Window {
    /** How often a hostile text has run something, or would have if the page's policy had let it. */
    ran: string[];
    show(documents: readonly (readonly string[])[]): Promise<void>;
  }
}

window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"] as const) {
  Object.assign(window, { [name]: (what: unknown) => window.ran.push(`${name}: ${what}`) });
}
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => {
  window.ran.push(`${violatedDirective}: ${blockedURI} ${sample}`);
});
// Where a link of http leads is the reader's choice: only what else happens is of interest.
document.addEventListener("click", (event) => {
  const link = (event.target as Element | null)?.closest("a");
  if (link && /^(https?|mailto):/.test(link.protocol)) event.preventDefault();
});

/** Streams each document in its pieces, then does with everything on the page what a reader could do. */
window.show = async (documents) => {
  const sheet = document.createElement("div");
  document.body.append(sheet);
  for (const pieces of documents) {
    const renderer = mount(sheet);
    for (const piece of pieces) renderer.append(piece);
    renderer.finish();
  }
  await nextFrame();
  for (const element of sheet.querySelectorAll<HTMLElement>("*")) {
    for (const type of ["pointerenter", "mouseover", "focus", "blur", "toggle", "animationstart"]) {
      element.dispatchEvent(new Event(type));
    }
    if (element.localName === "a") element.click();
  }
  await nextFrame();
  sheet.remove();
};

function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
