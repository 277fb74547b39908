// Fields that are made when they are first read, on objects that are plain data all the same: own enumerable properties of
// objects without a class, so that they are spread, compared, cloned and written as JSON like any others. Whoever does so
// reads them.
// A getter that is shared by all objects costs a fifth of a microsecond to put on one, a value made for nobody often more.

/** Makes the lazy fields of one object, each once. */
export interface FieldMaker {
  make(name: string): unknown;
}

/** Hands back the object it is given, for a subclass to put its private field on: no property that anybody sees. */
class Bare {
  constructor(target: object) {
    // biome-ignore lint/correctness/noConstructorReturn: it is what this class is for
    return target;
  }
}

class WithMaker extends Bare {
  readonly #maker: FieldMaker;

  constructor(target: object, maker: FieldMaker) {
    super(target);
    this.#maker = maker;
  }

  static make(target: object, name: string): unknown {
    return (target as WithMaker).#maker.make(name);
  }
}

/** Lets the lazy fields of `target` be made by `maker`. */
export function setMaker(target: object, maker: FieldMaker): void {
  new WithMaker(target, maker);
}

/** The property of a field that is made when it is read, and is a value from then on. */
export function lazyField(name: string): PropertyDescriptor {
  return {
    get(this: object) {
      const value = WithMaker.make(this, name);
      Reflect.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
    enumerable: true,
    configurable: true,
  };
}
