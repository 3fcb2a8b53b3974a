/**
 * Gives the rows of a long table the widths of the columns above them, which the header and the first rows have set: so
 * a row that comes does not lay out all those before it. Keeps them equal when the page gets another width.
 */
export function holdColumns(table: HTMLElement): void {
  const header = table.querySelector("thead tr");
  if (header === null) return;
  new ResizeObserver(() => {
    const cells = [...header.children] as HTMLElement[];
    const widths = cells.map((cell) => `${cell.getBoundingClientRect().width}px`);
    table.style.setProperty("--columns", widths.join(" "));
  }).observe(header);
}
