import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { cached, cachedPackage, node24 } from './cachedPackages';

const packagedVersion = '153.0.0';
const installedNames = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'chrome'];

const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
  <dir>/usr/share/fonts</dir>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

interface BrowserProgram {
  executablePath: string;
  env: Record<string, string>;
}

/** `CHROMIUM_BIN`, an installed browser, or the one that an npm package ships for bare Linux machines. */
function browserProgram(): BrowserProgram {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const candidates = [
    process.env['CHROMIUM_BIN'],
    ...folders.flatMap((folder) => installedNames.map((name) => path.join(folder, name))),
  ];
  const installed = candidates.find((file) => file !== undefined && isExecutable(file));
  return installed === undefined ? packagedBrowser() : { executablePath: installed, env: {} };
}

/** Unpacks Chromium with the shared libraries it needs; the package does that only where it believes to be on AWS Lambda. */
function packagedBrowser(): BrowserProgram {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('No Chromium or Chrome found: install one, or name it in CHROMIUM_BIN.');
  const cwd = cachedPackage('@sparticuz/chromium', packagedVersion, node24());
  // It unpacks into the temp directory, where a half-unpacked leftover would break every later start: give it one of our own.
  const folder = cached(`chromium-${packagedVersion}`, (unpacked) => {
    const { status, stderr } = spawnSync(
      node24(),
      ['-e', `import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())`],
      {
        cwd,
        encoding: 'utf8',
        env: {
          ...process.env,
          TMPDIR: unpacked,
          AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
          AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x',
        },
      },
    );
    if (status !== 0) throw new Error(`The packaged Chromium could not be unpacked: ${stderr}`);
  });
  // Its own configuration looks for the fonts in /tmp; without a font no text is laid out at all. What its one font lacks, arrows for
  // example, is taken from the system's, if there are any.
  writeFileSync(path.join(folder, 'fonts', 'fonts.conf'), fontConfiguration);
  return {
    executablePath: path.join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: path.join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: path.join(folder, 'fonts'),
    },
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A headless Chromium that talks to nobody but the pages it is given. */
export function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = browserProgram();
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return chromium.launch({
    executablePath,
    env: { ...inherited, ...env },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
