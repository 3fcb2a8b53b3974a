import Markdown from "react-markdown";
import rehypeHighlight from "rehype-highlight";
import rehypeKatex from "rehype-katex";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import "katex/dist/katex.min.css";
import "highlight.js/styles/github.css";
import { mountComponent } from "./react";

const remarkPlugins = [remarkGfm, remarkMath];
const rehypePlugins = [rehypeHighlight, rehypeKatex];

export const mount = mountComponent(({ text }) => (
  <Markdown remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins}>
    {text}
  </Markdown>
));
