// Files of a command line: read in every encoding that a text editor writes, or refused with what is wrong with them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { InputFiles } from './input-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'parhelion-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = '{"name":"żółw"}';
const bigEndian = (text: string): Uint8Array => Buffer.from(text, 'utf16le').swap16();

const write = (bytes: Uint8Array | string): string => {
  const file = join(folder, 'file.json');
  writeFileSync(file, bytes);
  return file;
};

test.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with its mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16, little end first', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['UTF-16, big end first', bigEndian(`\ufeff${TEXT}`)],
])('%s is read', (_, bytes) => {
  expect(new InputFiles().json(write(bytes))).toEqual({ name: 'żółw' });
  expect(new InputFiles(bytes).json('-')).toEqual({ name: 'żółw' });
});

test.each([
  ['nothing', '', 'it is empty.'],
  ['a mark alone', '\ufeff', 'it is no JSON (Unexpected end of JSON input).'],
  ['gzip', gzipSync(TEXT), 'it is compressed with gzip: unpack it first.'],
  ['a ZIP archive', 'PK\x03\x04', 'it is a ZIP archive: unpack it first.'],
  ['bytes that are no text', Uint8Array.of(0x7b, 0xff, 0xff), 'it is no text: not valid UTF-8.'],
  ['half a character of UTF-16', Uint8Array.of(0xff, 0xfe, 0x7b), 'it is no text: not valid UTF-16LE.'],
  ['NUL', '\0\0\0', 'it is no JSON ('],
  ['a text cut short', TEXT.slice(0, 6), 'it is no JSON ('],
])('%s is refused by name', (_, bytes, reason) => {
  const file = write(bytes);
  expect(() => new InputFiles().json(file)).toThrow(`${file} can't be read: ${reason}`);
});

test('what is no file is told as such', () => {
  const files = new InputFiles();
  expect(() => files.json(join(folder, 'none'))).toThrow("none can't be read: there is no such file.");
  expect(() => files.json(folder)).toThrow("can't be read: it is a folder.");
  expect(() => files.json(join(write('1'), 'x'))).toThrow("can't be read: a part of its path is no folder.");
  expect(() => files.json('a\0b')).toThrow("can't be read: its name holds a NUL.");
  expect(() => files.json('n'.repeat(5000))).toThrow("can't be read: its name is too long.");
  expect(() => new InputFiles(new Uint8Array(0)).json('-')).toThrow("standard input can't be read: it is empty.");
});
