/** The real servers that the flows run against; their desks are made anew for every run. */
import { rmSync } from 'node:fs';

interface Server {
  url: string;
  /** What the binary is asked to do. */
  command: 'demo' | 'serve';
  data: string;
}

const PLACE = '../target/flows';

/** The demo desk. */
export const DEMO: Server = {
  url: 'http://127.0.0.1:8377',
  command: 'demo',
  data: `${PLACE}/demo`,
};

/** A desk in which nothing is yet. */
export const EMPTY: Server = {
  url: 'http://127.0.0.1:8378',
  command: 'serve',
  data: `${PLACE}/empty`,
};

/** How Playwright starts it. The configuration is read by every worker; only the first sweeps. */
export function server({ url, command, data }: Server) {
  if (process.env.TEST_WORKER_INDEX === undefined) rmSync(data, { recursive: true, force: true });
  const binary = process.env.DESKMETER ?? '../target/demo/deskmeter';
  return {
    command: `${binary} ${command} --data ${data} --listen ${new URL(url).host}`,
    url: `${url}/api/v1/ready`,
    timeout: 120_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 10_000 },
  };
}
