import { buildMath } from "./build";
import { watchFit } from "./fits";
import { lateCode } from "./late-code";

/** A formula above this stays text: typesetting must never be noticed. */
const MAX_SOURCE_LENGTH = 4000;

/** KaTeX, and what makes MathML Core of it. Without it formulas stay text. */
const setting = lateCode<typeof import("./formula"), HTMLElement>(() => import("./formula"));

/** Begins to load what sets formulas, unless it is there. */
export function loadMathematics(): void {
  setting.load();
}

/** Puts the typeset formula into `element`, now or once that is loaded. One that cannot be set stays the text it is. */
export function typeset(element: HTMLElement, source: string, isDisplay: boolean): void {
  if (source.length > MAX_SOURCE_LENGTH) return;
  const run = () => set(element, source, isDisplay);
  if (setting.code === undefined) {
    setting.whenLoaded(element, run);
  } else {
    setting.forget(element);
    run();
  }
}

function set(element: HTMLElement, source: string, isDisplay: boolean): void {
  try {
    const described = setting.code?.describeFormula(source, isDisplay);
    if (described === undefined) return;
    element.replaceChildren(buildMath(described));
    if (isDisplay) watchFit(element);
  } catch {
    element.classList.add("math-broken"); // The source that stands there is the best that can be shown.
  }
}
