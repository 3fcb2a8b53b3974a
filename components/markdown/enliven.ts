import { holdColumns } from "./columns";
import { scrollersIn, watchFit } from "./fits";
import { typeset } from "./mathematics";

/** Finishes what the server has rendered: formulas are typeset, long tables keep their columns, and what fits does not scroll. */
export function enliven(element: HTMLElement): void {
  for (const table of element.querySelectorAll<HTMLElement>(".table-long table")) holdColumns(table);
  for (const scroller of scrollersIn(element)) watchFit(scroller);
  for (const source of element.querySelectorAll<HTMLElement>(".math-source")) {
    const formula = source.parentElement;
    if (formula !== null) typeset(formula, source.textContent, formula.matches(".math-block, .math-display"));
  }
}
