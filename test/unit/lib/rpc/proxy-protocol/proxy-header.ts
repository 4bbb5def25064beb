// Headers of the PROXY protocol, version 2, as a proxy writes them.

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** A header of any command and family around these bytes. */
export function rawHeader(options: { command: number; family: number; rest: Buffer }): Buffer {
  const { command, family, rest } = options;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(rest.length);
  return Buffer.concat([signature, Buffer.from([command, family]), length, rest]);
}

/** The header for a client, given the bytes of its address. The address of the server is all zeros. */
export function headerFor(
  client: { address: Buffer; port: number },
  more = Buffer.alloc(0),
): Buffer {
  const { address, port } = client;
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(port);
  const rest = Buffer.concat([address, Buffer.alloc(address.length), ports, more]);
  return rawHeader({ command: 0x21, family: address.length === 4 ? 0x11 : 0x21, rest });
}
