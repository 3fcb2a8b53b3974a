/** Why what was just tried did not work; nothing while there is nothing to say. */
export function RefusedSentence({ sentence }: { sentence: string }) {
  if (sentence === "") return null;
  return (
    <p role="alert" className="gate-refused">
      {sentence}
    </p>
  );
}
