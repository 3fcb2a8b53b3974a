/** What KaTeX builds for MathML (katex/src/mathMLTree.ts). */
export type MathTree = {
  type?: string;
  text?: string;
  width?: number;
  character?: string | null;
  attributes?: Record<string, string>;
  classes?: string[];
  children?: MathTree[];
};
