// A real browser, for the dashboard: the machine's own Chromium, driven by playwright-core of tools/.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import type { Sandbox } from './leak-check.ts';
import { projectRoot } from './project-root.ts';

/** What tests use of playwright-core's classes. Its own types are not there where the packages of tools/ are not. */
export interface Locator {
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  press(key: string): Promise<void>;
  focus(): Promise<void>;
  selectOption(value: string): Promise<readonly string[]>;
  /** Until it is there and can be seen, by default. */
  waitFor(options?: {
    readonly state?: 'visible' | 'hidden' | 'attached' | 'detached';
    readonly timeout?: number;
  }): Promise<void>;
  count(): Promise<number>;
  innerText(): Promise<string>;
  inputValue(): Promise<string>;
  getAttribute(name: string): Promise<string | null>;
  isVisible(): Promise<boolean>;
  first(): Locator;
  nth(index: number): Locator;
  filter(options: { readonly hasText: string | RegExp }): Locator;
  locator(selector: string): Locator;
  getByRole(role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }): Locator;
  getByText(text: string | RegExp, options?: { readonly exact?: boolean }): Locator;
  getByLabel(text: string | RegExp, options?: { readonly exact?: boolean }): Locator;
}

export interface Page extends Pick<Locator, 'locator' | 'getByRole' | 'getByText' | 'getByLabel'> {
  goto(url: string): Promise<{ headers(): Readonly<Record<string, string>> } | null>;
  reload(): Promise<unknown>;
  url(): string;
  title(): Promise<string>;
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  evaluate<T>(run: string): Promise<T>;
  screenshot(options: { readonly path: string; readonly fullPage?: boolean }): Promise<unknown>;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): unknown;
  on(event: 'pageerror', listener: (error: Error) => void): unknown;
  on(event: 'request', listener: (request: { url(): string; method(): string }) => void): unknown;
}

interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

interface Browser {
  newPage(options?: PageOptions): Promise<Page>;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string | undefined>>;
    }): Promise<Browser>;
  };
}

/** A page, and what has gone wrong in it so far. */
export interface Watched {
  readonly page: Page;
  /** What it wrote to the console as an error (what its policy forbids is one), and what it threw. */
  readonly errors: readonly string[];
  /** Every address that it asked for. */
  readonly requests: readonly string[];
}

/** `CHROMIUM`, or what stands in the PATH; undefined where there is none. */
export const chromium: string | undefined =
  process.env.CHROMIUM ||
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => ['chromium', 'google-chrome'].map(name => join(folder, name)))
    .find(existsSync);

/** For `skip`: `.ci/run` sees to it that there is one. */
export const lacksBrowser =
  chromium === undefined && 'there is no Chromium on this machine: install it, or name it in CHROMIUM';

/** Starts a browser without a window; it ends with the test, and all its processes with it. */
export async function openBrowser({ env, later }: Sandbox): Promise<(options?: PageOptions) => Promise<Watched>> {
  const tools = join(projectRoot(), 'tools');
  if (!existsSync(join(tools, 'node_modules', 'playwright-core')))
    throw new Error('tools/node_modules is not installed: run "npm ci --prefix tools"');
  const playwright = createRequire(join(tools, 'package.json'))('playwright-core') as Playwright;
  // Its own sandbox does not work for root, and there is nothing but our own page to be held.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await playwright.chromium.launch({
    executablePath: chromium ?? '',
    args,
    env: { ...process.env, ...env },
  });
  later(() => browser.close());
  return async options => {
    const page = await browser.newPage(options);
    const errors: string[] = [];
    const requests: string[] = [];
    page.on('console', message => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', error => errors.push(String(error)));
    page.on('request', request => requests.push(request.url()));
    return { page, errors, requests };
  };
}
