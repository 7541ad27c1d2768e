import { Agent, request } from 'node:http';

/** Plain requests on kept connections: `fetch` would take half as much of a processor as the server that is measured. */
export interface Outside {
  /** Sends an object and reads the answer to its end; rejects where the server refuses. */
  send(method: string, path: string, body: string, contentType: string): Promise<void>;
  /** The lines of an answer that goes on; resolves when it has begun. */
  follow(path: string, signal: AbortSignal, line: (text: string) => void): Promise<void>;
  close(): void;
}

export function outside(server: string, connections: number): Outside {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const json = { accept: 'application/json' };
  return {
    send: (method, path, body, contentType) =>
      new Promise((resolve, reject) => {
        const length = Buffer.byteLength(body);
        const headers = { ...json, 'content-type': contentType, 'content-length': length };
        const asked = request(server + path, { method, agent, headers }, (answer) => {
          answer.resume();
          answer.once('error', reject);
          answer.once('end', () => {
            if ((answer.statusCode ?? 0) < 300) resolve();
            else reject(new Error(`${method} ${path}: ${answer.statusCode}`));
          });
        });
        asked.once('error', reject);
        asked.end(body);
      }),
    follow: (path, signal, line) =>
      new Promise((resolve, reject) => {
        const asked = request(server + path, { agent: false, headers: json, signal }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`GET ${path}: ${answer.statusCode}`));
          answer.setEncoding('utf8');
          let rest = '';
          answer.on('data', (text: string) => {
            const lines = (rest + text).split('\n');
            rest = lines.pop() ?? '';
            for (const one of lines) if (one !== '') line(one);
          });
          answer.once('error', () => {});
          resolve();
        });
        asked.once('error', reject);
        asked.end();
      }),
    close: () => agent.destroy(),
  };
}
