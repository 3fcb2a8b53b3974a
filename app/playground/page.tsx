import { notFound } from "next/navigation";
import { Playground } from "@/components/markdown/playground";

/** Streams any document at any pace, for whoever works on the renderer. */
export default function PlaygroundPage() {
  if (process.env.NODE_ENV === "production") notFound();
  return <Playground />;
}
