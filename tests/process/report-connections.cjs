// Loaded before the server (NODE_OPTIONS): says on standard error where each connection goes.
const dgram = require("node:dgram");
const net = require("node:net");

function report(what) {
  process.stderr.write(`CONNECTION ${what}\n`);
}

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function reported(...given) {
  // net.connect() has already normalised its arguments into an array; a direct call may not.
  const [first, host] = Array.isArray(given[0]) ? given[0] : given;
  if (typeof first === "object") report(first.path ?? `${first.host ?? "localhost"}:${first.port}`);
  else report(`${host ?? "localhost"}:${first}`);
  return connect.apply(this, given);
};

const { send } = dgram.Socket.prototype;
dgram.Socket.prototype.send = function reported(...given) {
  report("datagram");
  return send.apply(this, given);
};
