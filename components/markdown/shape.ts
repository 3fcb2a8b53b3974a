/** Where the growing content of a shape goes: always as the last child of its parent. */
export const HOLE = Symbol("hole");

/**
 * An element as it is to be, said in HTML's own attribute names. Both builders read shapes, the one that writes into
 * the page and the one that renders for React, so that an answer is the same whether it grew or was loaded.
 */
export type Shape = { tag: string; attributes?: Attributes; children?: readonly Child[] };
export type Attributes = Readonly<Record<string, string>>;
export type Child = Shape | string | typeof HOLE;

export function shape(tag: string, attributes: Attributes, ...children: Child[]): Shape {
  return { tag, attributes, children };
}
