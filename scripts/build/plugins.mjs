// What the build tells esbuild: which texts stand in the place of modules, and what is not to be bundled.

import { LOADER, LOADER_TEXT } from './facades.mjs';

/** For modules that esbuild takes from here, not from src/. */
const NAMESPACE = 'built';
const LAYERS = /^#(lazy|core|wire)$/;

/** Puts the texts that `textOf` gives for modules of src/ in their place. */
export function modulesPlugin(textOf) {
  return {
    name: 'modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind }) => {
        const file = path.startsWith('.')
          ? decodeURI(new URL(path, `file://${resolveDir}/`).pathname).replace(`${process.cwd()}/`, '')
          : path;
        if (kind === 'entry-point' || textOf(file) === undefined) return undefined;
        return { path: file, namespace: NAMESPACE, sideEffects: false };
      });
      // The core gives its parts as it is evaluated; the other two do nothing unasked.
      onResolve({ filter: LAYERS }, ({ path }) => ({ path, external: true, sideEffects: path === '#core' }));
      onResolve({ filter: /^#loader$/ }, () => ({ path: LOADER, namespace: NAMESPACE, sideEffects: false }));
      onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: path === LOADER ? LOADER_TEXT : textOf(path),
        loader: 'js',
        resolveDir: process.cwd(),
      }));
    },
  };
}

/** A module that is this text. */
export function textPlugin(name, contents) {
  return {
    name: 'text',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace: 'text' }));
      onLoad({ filter: /.*/, namespace: 'text' }, () => ({ contents, loader: 'js' }));
    },
  };
}

/** In a group's function `load` and `core` are parameters. */
export const handedPlugin = {
  name: 'handed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^#lazy$/ }, ({ path }) => ({ path, namespace: 'handed', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'handed' }, () => ({
      contents:
        'const given = load;\nexport { given as load };\nexport const parts = () => core;\nexport const provide = undefined;',
    }));
  },
};
