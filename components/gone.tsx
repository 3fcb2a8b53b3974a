/** In the place of a conversation that the server has no more. */
export function Gone({ onNewConversation }: { onNewConversation(): void }) {
  return (
    <div className="welcome">
      <p role="alert" className="font-serif text-reading text-ink">
        This conversation is no longer here: it has been deleted, or this browser has been signed out.
      </p>
      <p className="mt-4">
        <button type="button" className="button" onClick={onNewConversation}>
          New conversation
        </button>
      </p>
    </div>
  );
}
