import { buildMath } from "./build";
import { watchFit } from "./fits";
import { describeFormula, type Katex } from "./formula";
import { lateCode } from "./late-code";

/** A formula above this stays text: typesetting must never be noticed. */
const MAX_SOURCE_LENGTH = 4000;

/** Without it formulas stay text. */
const katex = lateCode<Katex, HTMLElement>(async () => (await import("katex")) as unknown as Katex);

/** Begins to load KaTeX, unless it is there. */
export function loadMathematics(): void {
  katex.load();
}

/** Puts the typeset formula into `element`, now or once KaTeX is loaded. One that cannot be set stays the text it is. */
export function typeset(element: HTMLElement, source: string, isDisplay: boolean): void {
  if (source.length > MAX_SOURCE_LENGTH) return;
  const run = () => set(element, source, isDisplay);
  if (katex.code === undefined) {
    katex.whenLoaded(element, run);
  } else {
    katex.forget(element);
    run();
  }
}

function set(element: HTMLElement, source: string, isDisplay: boolean): void {
  try {
    const described = katex.code && describeFormula(katex.code, source, isDisplay);
    if (described === undefined) return;
    element.replaceChildren(buildMath(described));
    if (isDisplay) watchFit(element);
  } catch {
    element.classList.add("math-broken"); // The source that stands there is the best that can be shown.
  }
}
