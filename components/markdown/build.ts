import { HOLE, type Shape } from "./shape";

const MATHML = "http://www.w3.org/1998/Math/MathML";

export type Built = { element: HTMLElement; hole: HTMLElement };

/** The element a shape describes, and the one in it that its content goes into: itself if the shape has no hole. */
export function build(described: Shape): Built {
  const element = document.createElement(described.tag);
  return { element, hole: fill(element, described) ?? element };
}

/** The same for mathematics, whose elements are of another namespace. */
export function buildMath(described: Shape): Element {
  const element = document.createElementNS(MATHML, described.tag);
  for (const [name, value] of Object.entries(described.attributes ?? {})) element.setAttribute(name, value);
  for (const child of described.children ?? []) {
    if (child !== HOLE) element.append(typeof child === "string" ? child : buildMath(child));
  }
  return element;
}

function fill(element: HTMLElement, { attributes, children }: Shape): HTMLElement | undefined {
  for (const name in attributes) element.setAttribute(name, attributes[name] as string);
  if (children === undefined) return undefined;
  let hole: HTMLElement | undefined;
  for (const child of children) {
    if (child === HOLE) hole = element;
    else if (typeof child === "string") element.append(child);
    else {
      const inner = document.createElement(child.tag);
      hole = fill(inner, child) ?? hole;
      element.append(inner);
    }
  }
  return hole;
}
