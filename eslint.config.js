// @ts-check
const js = require('@eslint/js');
const { defineConfig } = require('eslint/config');
const tseslint = require('typescript-eslint');

/** The import table of ARCHITECTURE.md: what each room must not reach for. */
const room = (files, forbidden, message) => ({
  files,
  plugins: { '@typescript-eslint': tseslint.plugin },
  rules: {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ regex: forbidden, message }] }],
  },
});

module.exports = defineConfig(
  { ignores: ['dist/**', 'out/**', '.cache/**', 'demo-output/**', 'node_modules/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // node:test awaits its own tests.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'it', 'describe', 'suite', 'before', 'after'],
            },
          ],
        },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        require: 'readonly',
        module: 'writable',
        process: 'readonly',
        __dirname: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        performance: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
      },
    },
  },
  room(['src/protocol/**'], '^(?!\\./)', 'protocol imports nothing but itself'),
  room(['src/pipeline/image/**'], '^(?!\\./)', 'image is pure: it imports nothing but itself'),
  room(
    ['src/pipeline/media/**'],
    '(^vscode$|^onnxruntime|/(inference|faces|processors|host|models)/)',
    'media may import node, image, protocol',
  ),
  room(
    ['src/pipeline/inference/**'],
    '(^vscode$|/(media|faces|processors|host|models)/)',
    'inference may import onnxruntime-node, node, gpu, machine, protocol',
  ),
  room(
    ['src/pipeline/gpu/**'],
    '(^vscode$|^onnxruntime|^sharp$|/(image|inference|media|faces|processors|host|models)/)',
    'gpu may import node, protocol',
  ),
  room(
    ['src/pipeline/faces/**'],
    '(^vscode$|^onnxruntime|/(media|processors|host|models)/)',
    'faces may import hands, image, inference, protocol',
  ),
  room(
    ['src/pipeline/hands/**'],
    '(^vscode$|^onnxruntime|/(media|processors|host|models)/)',
    'hands may import faces, image, inference, protocol',
  ),
  room(
    ['src/pipeline/processors/**'],
    '(^vscode$|^onnxruntime|/(media|host|models)/)',
    'processors may import faces, hands, image, inference, protocol',
  ),
  room(
    ['src/pipeline/content/**'],
    '(^vscode$|^onnxruntime|^sharp$|/(media|processors|host|models)/)',
    'content may import faces, image, inference, protocol',
  ),
  room(
    ['src/pipeline/provenance/**'],
    '(^vscode$|^onnxruntime|^sharp$|/(image|media|inference|faces|processors|host|models)/)',
    'provenance may import node, protocol, and the libraries for credentials and certificates',
  ),
  room(
    ['src/models/**'],
    '(^vscode$|^onnxruntime|/(pipeline|host|machine)/)',
    'models may import node, protocol',
  ),
  room(
    ['src/machine/**'],
    '(^vscode$|^onnxruntime|^sharp$|/(pipeline|host|cli)/)',
    'machine may import node, models, protocol',
  ),
  room(
    ['src/job/**'],
    '(^vscode$|^onnxruntime|^sharp$|/(pipeline|host|models|machine|cli)/)',
    'job may import node, protocol, jsonc-parser',
  ),
  room(['src/!(extension).ts', 'src/pipeline/*.ts'], '^vscode$', 'vscode stays in the host'),
  room(
    ['src/host/**', 'src/extension.ts'],
    '(^onnxruntime|^sharp$|/pipeline/)',
    'the extension host never loads the pipeline',
  ),
  room(['webview/**'], '(^node:|^vscode$|/(pipeline|host|models)/)', 'webview may import DOM, protocol'),
);
