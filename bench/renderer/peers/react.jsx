import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

/** Mounts a component of the whole text, `{ text, isStreaming }`, that is rendered again for each append, at once. */
export function mountComponent(Component) {
  return (element) => {
    const root = createRoot(element);
    let text = "";
    const render = (isStreaming) => flushSync(() => root.render(<Component text={text} isStreaming={isStreaming} />));
    return {
      append(piece) {
        text += piece;
        render(true);
      },
      finish() {
        render(false);
      },
    };
  };
}
