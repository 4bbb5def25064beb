// An independent gRPC client: `buf curl`.

import { execa } from 'execa';

/** Calls a method by server reflection, with a client that is not ours. */
export async function bufCurl(
  port: string,
  method: string,
  request: unknown,
): Promise<{ ok: true; response: unknown } | { ok: false; grpcCode: number; error: unknown }> {
  const url = `http://127.0.0.1:${port}/${method}`;
  const args = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', '--emit-defaults'];
  const { exitCode, stdout, stderr } = await execa(
    'buf',
    [...args, '-d', JSON.stringify(request), url],
    { preferLocal: true, reject: false },
  );
  if (exitCode === 0) return { ok: true, response: JSON.parse(stdout) as unknown };
  // The exit code of `buf curl` is eight times the gRPC code.
  return { ok: false, grpcCode: (exitCode ?? 0) / 8, error: JSON.parse(stderr) as unknown };
}
