import { expect, test } from "vitest";
import { ADDRESS_HEADER, addressLine, clientAddress, networkOf } from "./address";

function from(socket: string | undefined, forwarded?: string): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: addressLine(socket) });
  if (forwarded !== undefined) headers.set("x-forwarded-for", forwarded);
  return headers;
}

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::ffff:c000:207", "192.0.2.7"],
  ["0:0:0:0:0:FFFF:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002:ffff::1", "2001:db8:1:2::/64"],
  ["2001:db8::", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["", undefined],
  ["unknown", undefined],
  ["192.0.2", undefined],
  ["2001:db8:::1", undefined],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("without a trusted proxy only the socket is believed", () => {
  expect(clientAddress(from("192.0.2.1", "198.51.100.9"), 0)).toBe("192.0.2.1");
});

test("behind trusted proxies the address is as many from the right as there are of them", () => {
  const headers = from("10.0.0.1", "203.0.113.5, 198.51.100.9 ,192.0.2.1");
  expect(clientAddress(headers, 1)).toBe("192.0.2.1");
  expect(clientAddress(headers, 2)).toBe("198.51.100.9");
  expect(clientAddress(headers, 3)).toBe("203.0.113.5");
});

test("a port that a proxy added is left away", () => {
  expect(clientAddress(from("10.0.0.1", "192.0.2.1:4711"), 1)).toBe("192.0.2.1");
  expect(clientAddress(from("10.0.0.1", "[2001:db8::1]:4711"), 1)).toBe("2001:db8::1");
});

test("too few hops, or what is no address, leave the socket's", () => {
  expect(clientAddress(from("10.0.0.1", "192.0.2.1"), 2)).toBe("10.0.0.1");
  expect(clientAddress(from("10.0.0.1", "unknown"), 1)).toBe("10.0.0.1");
  expect(clientAddress(from("10.0.0.1", "<script>"), 1)).toBe("10.0.0.1");
  expect(clientAddress(from("10.0.0.1"), 1)).toBe("10.0.0.1");
});

test("what a client writes under the private name is not believed", () => {
  for (const forged of ["192.0.2.1", " 192.0.2.1", "0123456789abcdef0123456789abcdef 192.0.2.1"]) {
    expect(clientAddress(new Headers({ [ADDRESS_HEADER]: forged }), 0)).toBe("");
  }
});
