import { existsSync } from 'node:fs';
import chromiumPackage from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const INSTALLED = [
  process.env['CHROME_PATH'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Root needs --no-sandbox; the rest keeps Chromium from calling home. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless Chromium: the one that npm brought on Linux x64, elsewhere an installed one (or `CHROME_PATH`). */
export async function openBrowser(): Promise<Browser> {
  const bundled = process.platform === 'linux' && process.arch === 'x64' && INSTALLED[0] === '';
  const executablePath = bundled
    ? await chromiumPackage.executablePath()
    : INSTALLED.find((path) => path !== '' && existsSync(path));
  if (executablePath === undefined) throw new Error('No Chromium found: set CHROME_PATH to one.');
  return chromium.launch({
    executablePath,
    args: QUIET,
    headless: true,
  });
}
