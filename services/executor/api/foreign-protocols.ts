// Recognizes clients of other protocols by their first line, so that what they say is not run as a program.

/** The answer to a line that belongs to another protocol; `undefined` for a line of PBot. */
export function foreignAnswer(line: string): string | undefined {
  if (line.length > maxRequestLine) return undefined;
  // A browser or a scanner may write the method in any case, and name any version.
  const method = requestLine.exec(line)?.[1];
  if (method !== undefined) return httpAnswer(method.toUpperCase() !== 'HEAD');
  if (simpleRequest.test(line)) return notServed;
  if (otherProtocols.some((pattern) => pattern.test(line))) return notServed;
  return undefined;
}

/** Longer ones are programs. */
const maxRequestLine = 16_384;

const requestLine = /^([a-z]+) [^ \t]+ HTTP\/\d+(?:\.\d+)?[ \t\r]*$/i;

/** HTTP/0.9: no version. */
const simpleRequest = /^(?:GET|HEAD|POST|PUT) \/[^ \t]*[ \t\r]*$/;

const otherProtocols = [
  /^SSH-\d+\.\d+-/,
  /^[A-Z]+ [^ \t]+ (?:RTSP|SIP)\/\d\.\d[ \t\r]*$/,
  // HAProxy's header, as text and in binary.
  /^PROXY (?:TCP4|TCP6|UNKNOWN)\b/,
  /^\0\r$/,
];

const notServed = 'This port speaks gRPC (HTTP/2) and the line protocol of PBot, nothing else.\n';

const httpBody = 'This port speaks gRPC (HTTP/2) and the line protocol of PBot, not HTTP/1.1.\n';

function httpAnswer(hasBody: boolean): string {
  const head = [
    'HTTP/1.1 426 Upgrade Required',
    'Upgrade: h2c',
    'Connection: Upgrade, close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${httpBody.length}`,
    '',
    '',
  ].join('\r\n');
  return hasBody ? head + httpBody : head;
}
