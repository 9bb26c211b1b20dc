// Stands in for @vscode/spdlog, VS Code's native log writer, which is built by a compiler when it is installed.
// Without any writer, what an extension logs would reach neither the output panel nor a file.
const { appendFileSync, mkdirSync } = require('node:fs');
const path = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

class Logger {
  constructor(file) {
    this.file = file;
    this.least = 0;
    this.plain = false;
  }
  setLevel(level) {
    this.least = level;
  }
  getLevel() {
    return this.least;
  }
  clearFormatters() {
    this.plain = true;
  }
  setPattern() {
    this.plain = false;
  }
  write(level, message) {
    if (level < this.least) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    appendFileSync(this.file, this.plain ? message : `${time} [${levels[level]}] ${message}\n`);
  }
  flush() {}
  drop() {}
}
for (const [level, name] of levels.entries())
  Logger.prototype[name === 'warning' ? 'warn' : name] = function (message) {
    this.write(level, message);
  };

async function createRotatingLogger(_name, file) {
  mkdirSync(path.dirname(file), { recursive: true });
  return new Logger(file);
}

exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = createRotatingLogger;
exports.createAsyncRotatingLogger = createRotatingLogger;
