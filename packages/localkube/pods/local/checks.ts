import { request as httpRequest } from 'node:http';
import { connect as http2Connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Clock } from '@plumbline/base';
import { messageOf } from '@plumbline/base';
import { integer, isAbsent, record, records, strings, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { runInside } from './inside.ts';
import type { Place } from './place.ts';

/** A container as its probes and hooks see it. */
export interface Checked {
  readonly spec: Fields;
  readonly place: Place;
  readonly ip: string;
}

/** Does what a probe or a hook says. Undefined: it went well; else what went wrong, as kubelet words it. */
export async function check(
  { spec, place, ip }: Checked,
  handler: Fields,
  clock: Clock,
  timeoutMs: number,
): Promise<string | undefined> {
  try {
    if (!isAbsent(handler['exec'])) {
      const command = strings(record(handler['exec'])['command']);
      const { exitCode, output, timedOut } = await runInside(place, command, clock, timeoutMs);
      if (timedOut)
        return `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${timeoutMs / 1000}s`;
      return exitCode === 0 ? undefined : output.trimEnd() || `command exited with code ${exitCode}`;
    }
    if (!isAbsent(handler['httpGet'])) return await get(spec, record(handler['httpGet']), ip, timeoutMs);
    if (!isAbsent(handler['tcpSocket'])) {
      const socket = record(handler['tcpSocket']);
      return await reach(text(socket['host']) || ip, portOf(spec, socket['port']), timeoutMs);
    }
    if (!isAbsent(handler['grpc'])) return await health(record(handler['grpc']), ip, timeoutMs);
    if (!isAbsent(handler['sleep'])) {
      await new Promise<void>((resolve) => {
        clock.after(integer(record(handler['sleep'])['seconds']) * 1000, resolve);
      });
    }
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** A port by number or by the name that the container gives it. */
function portOf(spec: Fields, port: unknown): number {
  if (typeof port === 'number') return port;
  const named = records(spec['ports']).find((one) => one['name'] === port);
  const number = named === undefined ? Number(port) : integer(named['containerPort']);
  if (!(number > 0)) throw new Error(`couldn't find port: ${JSON.stringify(port)}`);
  return number;
}

const bodyBytesShown = 200;

function get(spec: Fields, handler: Fields, ip: string, timeoutMs: number): Promise<string | undefined> {
  const secure = text(handler['scheme']).toUpperCase() === 'HTTPS';
  const host = text(handler['host']) || ip;
  const port = portOf(spec, handler['port']);
  const path = `/${text(handler['path']).replace(/^\//, '')}`;
  const url = `${secure ? 'https' : 'http'}://${host}:${port}${path}`;
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.36', accept: '*/*' };
  for (const header of records(handler['httpHeaders']))
    headers[text(header['name']).toLowerCase()] = text(header['value']);
  return new Promise((resolve) => {
    const options = { headers, timeout: timeoutMs, agent: false, signal: AbortSignal.timeout(timeoutMs) };
    const done = (problem?: string): void => {
      resolve(problem);
      request.destroy();
    };
    // As kubelet, which trusts what it is told to ask: certificates are not checked.
    const request = secure
      ? httpsRequest(url, { ...options, rejectUnauthorized: false })
      : httpRequest(url, options);
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      const well = status >= 200 && status < 400;
      done(well ? undefined : `HTTP probe failed with statuscode: ${status}`);
    });
    request.on('error', (error) =>
      done(
        `Get ${JSON.stringify(url)}: ${options.signal.aborted ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)' : error.message}`.slice(
          0,
          bodyBytesShown + url.length,
        ),
      ),
    );
    request.end();
  });
}

function reach(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const done = (problem?: string): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => done());
    socket.once('timeout', () => done(`dial tcp ${host}:${port}: i/o timeout`));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      done(
        `dial tcp ${host}:${port}: ${error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message}`,
      ),
    );
  });
}

/** Asks grpc.health.v1.Health/Check; the two messages are short enough to be written and read by hand. */
function health(handler: Fields, ip: string, timeoutMs: number): Promise<string | undefined> {
  const port = integer(handler['port']);
  const service = Buffer.from(text(handler['service']));
  const message =
    service.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([10, service.length]), service]);
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
  return new Promise((resolve) => {
    const session = http2Connect(`http://${ip}:${port}`);
    const done = (problem?: string): void => {
      session.destroy();
      resolve(problem);
    };
    session.setTimeout(timeoutMs, () =>
      done(`timeout: health rpc did not complete within ${timeoutMs / 1000}s`),
    );
    session.once('error', () =>
      done(
        `timeout: failed to connect service "${ip}:${port}" within ${timeoutMs / 1000}s: context deadline exceeded`,
      ),
    );
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.once('end', () => {
      const answer = Buffer.concat(parts).subarray(5);
      // Field 1, status: 1 is SERVING.
      const status = answer[0] === 8 ? (answer[1] ?? 0) : 0;
      done(
        status === 1
          ? undefined
          : `service unhealthy (responded with ${JSON.stringify(states[status] ?? status)})`,
      );
    });
    stream.once('error', (error) => done(messageOf(error)));
    stream.end(frame);
  });
}

const states = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
