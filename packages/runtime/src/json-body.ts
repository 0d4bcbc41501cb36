import type { IncomingMessage } from 'node:http';
import { badInput, PlatformError } from '@switchyard/kernel/errors';

/**
 * The JSON body of a request.
 * @throws PlatformError BAD_USER_INPUT when it is not JSON or not declared so (which also keeps out cross-site forms, since a
 * browser sends this type to another site only after asking); OPERATION_TOO_COSTLY when it is longer than `maxBytes`.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw badInput('Send JSON, with the header `content-type: application/json`.');
  const chunks: Buffer[] = [];
  let length = 0;
  // The stream is kept on leaving early: destroying it would cut the connection before the answer is out.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      request.resume();
      throw new PlatformError('OPERATION_TOO_COSTLY', {
        publicMessage: `A request body may have up to ${maxBytes} bytes. Send less at a time.`,
        details: { limit: 'bodyBytes', max: maxBytes },
      });
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw badInput('The request body is not JSON.');
  }
}
