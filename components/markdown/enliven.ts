import { holdColumns } from "./columns";
import { typeset } from "./mathematics";

/** Finishes what the server has rendered: formulas are typeset, and long tables keep their columns. */
export function enliven(element: HTMLElement): void {
  for (const table of element.querySelectorAll<HTMLElement>(".table-long table")) holdColumns(table);
  for (const source of element.querySelectorAll<HTMLElement>(".math-source")) {
    const formula = source.parentElement;
    if (formula !== null) typeset(formula, source.textContent, formula.matches(".math-block, .math-display"));
  }
}
