import { BlankPage } from "@/components/blank-page";

export default function ShareNotFound() {
  return (
    <BlankPage
      title="Nothing to read here."
      sentence="This link shows nothing, or nothing any more: it may have been taken back, or its time may have run out."
    >
      <a href="/" className="button">
        Begin a conversation
      </a>
    </BlankPage>
  );
}
