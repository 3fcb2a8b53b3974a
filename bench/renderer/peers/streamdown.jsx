import { cjk } from "@streamdown/cjk";
import { code } from "@streamdown/code";
import { createMathPlugin } from "@streamdown/math";
import { mermaid } from "@streamdown/mermaid";
import { Streamdown } from "streamdown";
import "katex/dist/katex.min.css";
import "streamdown/styles.css";
import { mountComponent } from "./react";

const plugins = { code, mermaid, math: createMathPlugin({ singleDollarTextMath: true }), cjk };

export const mount = mountComponent(({ text, isStreaming }) => (
  <Streamdown plugins={plugins} isAnimating={isStreaming}>
    {text}
  </Streamdown>
));
