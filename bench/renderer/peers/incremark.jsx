import { IncremarkContent } from "@incremark/react";
import "@incremark/theme/styles.css";
import "katex/dist/katex.min.css";
import { mountComponent } from "./react";

const options = { gfm: true, math: true };

export const mount = mountComponent(({ text, isStreaming }) => (
  <IncremarkContent content={text} isFinished={!isStreaming} incremarkOptions={options} />
));
