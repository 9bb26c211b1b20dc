import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { uiActions, type UiActionName } from './uiActions';

export interface UiBridge {
  address: string;
  use(page: Page): void;
  close(): void;
}

/** Lets tests in the extension host act on the window they run in: a request names an action and its argument. */
export async function startUiBridge(): Promise<UiBridge> {
  let page: Page | undefined;
  const server = createServer((request, response) => {
    const answer = async (): Promise<unknown> => {
      if (!page) throw new Error('There is no window yet.');
      const { action, argument } = (await body(request)) as { action: UiActionName; argument: string };
      try {
        return await uiActions[action](page, argument);
      } catch (error) {
        await uiActions.screenshot(page, `failed-${action}`);
        throw error;
      }
    };
    answer().then(
      (value) => response.end(JSON.stringify({ value: value ?? null })),
      (error: unknown) => response.end(JSON.stringify({ error: String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (window) => {
      page = window;
      page.setDefaultTimeout(15_000);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function body(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}
