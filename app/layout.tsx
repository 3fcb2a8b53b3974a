import "@fontsource-variable/literata/wght.css";
import "@fontsource-variable/literata/wght-italic.css";
import "@fontsource-variable/inter/wght.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { Arrivals } from "@/components/arrival";
import { GateDialog } from "@/components/gate";
import { MARK_BEFORE_PAINT } from "@/lib/client/before-paint";
import { isOwner } from "@/lib/server/owner";
import { knownIdentity } from "@/lib/server/session";
import { version } from "@/lib/server/version";

/** Each page says its own title, because a conversation's changes while it is open. */
export const metadata: Metadata = {
  description: "A chat with Claude that writes like a typewriter.",
  applicationName: "Platen",
  appleWebApp: { title: "Platen", statusBarStyle: "default" },
  other: { "platen-version": version() },
  formatDetection: { telephone: false, date: false, address: false, email: false },
  icons: {
    icon: [
      { url: "/icon.svg", type: "image/svg+xml" },
      { url: "/icon-192.png", type: "image/png", sizes: "192x192" },
    ],
    apple: "/apple-icon.png",
  },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  // The keyboard makes the page shorter instead of covering the composer.
  interactiveWidget: "resizes-content",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#faf7f1" },
    { media: "(prefers-color-scheme: dark)", color: "#191613" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const given = await headers();
  const nonce = given.get("x-nonce") ?? undefined;
  return (
    <html
      lang="en"
      data-owner={isOwner({ codeLabel: knownIdentity(given)?.codeLabel }) || undefined}
      suppressHydrationWarning
    >
      <head>
        <script nonce={nonce} suppressHydrationWarning>
          {MARK_BEFORE_PAINT}
        </script>
      </head>
      <body>
        {children}
        <GateDialog />
        <Arrivals />
      </body>
    </html>
  );
}
