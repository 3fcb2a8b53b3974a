import Link from "next/link";
import { BlankPage } from "@/components/blank-page";

export default function NotFound() {
  return (
    <BlankPage title="Nothing on this sheet." sentence="This conversation does not exist, or it is not yours to read.">
      <Link href="/" prefetch={false} className="button">
        Begin a new one
      </Link>
    </BlankPage>
  );
}
