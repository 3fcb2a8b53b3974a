import { default_renderer, parser, parser_end, parser_write } from "streaming-markdown";

export function mount(element) {
  const state = parser(default_renderer(element));
  return {
    append: (text) => parser_write(state, text),
    finish: () => parser_end(state),
  };
}
