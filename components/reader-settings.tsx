import { DataSettings } from "./data-settings";
import { ThisBrowser } from "./this-browser";

/** What is kept of the reader: to be taken along, deleted, opened on another device. */
export function ReaderSettings() {
  return (
    <>
      <DataSettings />
      <ThisBrowser />
    </>
  );
}
